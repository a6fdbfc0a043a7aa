-- ARGV: recording, what was heard, memory_s. Returns whether it was stored: only the first result counts, and
-- none does when nobody waits for it any more.
local note = ARGV[1]
if redis.call('EXISTS', note_key(note)) == 0 then return 0 end
return redis.call('SET', heard_key(note), ARGV[2], 'NX', 'EX', ARGV[3]) and 1 or 0
