-- ARGV: chat, turn, lease, record (or empty), time, memory_s. Returns whether the turn was ours.
local chat, turn, lease = ARGV[1], ARGV[2], ARGV[3]
if not holds(turn, lease) then
  local held = redis.call('HMGET', turn_key(turn), 'lease', 'state')
  -- Finished under this lease: this very call is repeated after a cut connection.
  return (held[1] == lease and held[2] == 'finished') and 1 or 0
end
local items = redis.call('HGET', turn_key(turn), 'utterances')
if string.find(items, '"voice"', 1, true) then each_note(items, forget_note) end
-- The turn is in the log by now. What stays answers this call if it is repeated; made anew, it is small.
redis.call('DEL', turn_key(turn))
redis.call('HSET', turn_key(turn), 'lease', lease, 'state', 'finished')
redis.call('EXPIRE', turn_key(turn), ARGV[6])
if ARGV[4] ~= '' then redis.call('XADD', PREFIX .. ':turnlog', '*', 'record', ARGV[4]) end
redis.call('HDEL', chat_key(chat), 'turn')
next_or_idle(chat, ARGV[5])
return 1
