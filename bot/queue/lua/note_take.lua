-- ARGV: recording. Counts one more try.
-- Returns {utterance, tries}; nothing when it has been heard, or when nobody waits for it any more.
local note = ARGV[1]
local utterance = redis.call('HGET', note_key(note), 'utterance')
if not utterance or redis.call('EXISTS', heard_key(note)) == 1 then return false end
return {utterance, redis.call('HINCRBY', note_key(note), 'tries', 1)}
