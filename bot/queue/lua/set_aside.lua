-- ARGV: turn, lease, most turns that are kept. Returns whether the turn was ours.
local turn = ARGV[1]
if not holds(turn, ARGV[2]) then return 0 end
if redis.call('HSETNX', turn_key(turn), 'set_aside', '1') == 0 then return 1 end
local fields = redis.call('HMGET', turn_key(turn), 'chat', 'attempt', 'utterances')
redis.call('RPUSH', PREFIX .. ':set_aside', cjson.encode({
  turn_id = turn, chat = fields[1], attempt = tonumber(fields[2]), set_aside_at = now(), utterances = fields[3],
}))
redis.call('LTRIM', PREFIX .. ':set_aside', -tonumber(ARGV[3]), -1)
return 1
