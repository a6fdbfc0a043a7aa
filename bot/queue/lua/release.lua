-- ARGV: turn, lease. Returns whether the turn was ours.
if not holds(ARGV[1], ARGV[2]) then return 0 end
let_go(ARGV[1])
return 1
