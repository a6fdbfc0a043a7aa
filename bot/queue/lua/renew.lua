-- ARGV: turn, lease. Returns whether the turn is ours.
if not holds(ARGV[1], ARGV[2]) then return 0 end
redis.call('HSET', turn_key(ARGV[1]), 'renewed_at', now())
return 1
