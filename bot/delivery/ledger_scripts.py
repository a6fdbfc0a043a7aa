"""The steps of the record of a turn's messages, each of which happens as a whole."""

# In all of them KEYS: turn, and where ids are counted: last id, known ids, unresolved.
# ARGV: lease, turn id, ...
_FENCE = """
if redis.call('HGET', KEYS[1], 'lease') ~= ARGV[1] then return 'lost' end
"""

_KNOW = """
local function know(id)
  redis.call('ZADD', KEYS[#KEYS - 1], id, id)
  if tonumber(id) > tonumber(redis.call('GET', KEYS[#KEYS - 2]) or '0') then
    redis.call('SET', KEYS[#KEYS - 2], id)
  end
  redis.call('ZREMRANGEBYRANK', KEYS[#KEYS - 1], 0, -4097)
end
"""

SEEN = (
    _KNOW
    + """
know(ARGV[1])
return 1
"""
)

PUT = (
    _FENCE
    + """
redis.call('HSET', KEYS[1], ARGV[3], ARGV[4])
return 1
"""
)

# ARGV: ..., key of the chat's hold, who must hold it ('*': anybody, '': nobody, else the token of a handoff).
_HOLD = """
if ARGV[4] ~= '*' then
  local token = redis.call('HGET', ARGV[3], 'token') or ''
  if token ~= ARGV[4] then return ARGV[4] == '' and 'held' or 'over' end
end
"""

CHECK = (
    _FENCE
    + _HOLD
    + """
return 1
"""
)

# ARGV: ... as of _HOLD, then field, what it is believed to hold, another field and its value ('' for none),
# incoming ids.
BEGIN = (
    _FENCE
    + _HOLD
    + _KNOW
    + """
if (redis.call('HGET', KEYS[1], ARGV[5]) or '') ~= ARGV[6] then return -1 end
local after = 0
if #KEYS > 1 then
  for place = 9, #ARGV do know(ARGV[place]) end
  after = tonumber(redis.call('GET', KEYS[2]) or '0')
  local clock = tonumber(redis.call('TIME')[1])
  redis.call('ZADD', KEYS[4], clock, ARGV[2] .. '/' .. ARGV[5])
  redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', clock - 3600)
end
redis.call('HSET', KEYS[1], ARGV[5], 'sending:' .. string.format('%.0f', after))
if ARGV[7] ~= '' then redis.call('HSET', KEYS[1], ARGV[7], ARGV[8]) end
return after
"""
)

DONE = (
    _FENCE
    + _KNOW
    + """
redis.call('HSET', KEYS[1], ARGV[3], 'sent:' .. ARGV[4])
if #KEYS > 1 then
  redis.call('ZREM', KEYS[4], ARGV[2] .. '/' .. ARGV[3])
  know(ARGV[4])
end
return 1
"""
)

UNDO = (
    _FENCE
    + """
redis.call('HSET', KEYS[1], ARGV[3], 'pending')
if #KEYS > 1 then redis.call('ZREM', KEYS[4], ARGV[2] .. '/' .. ARGV[3]) end
return 1
"""
)

# ARGV: ..., after, the most, how many beyond the unresolved. Only where ids are counted.
CANDIDATES = (
    _FENCE
    + """
local wanted = math.min(tonumber(ARGV[4]), redis.call('ZCARD', KEYS[4]) + tonumber(ARGV[5]))
local found = {}
for id = tonumber(ARGV[3]) + 1, tonumber(ARGV[3]) + 512 do
  if #found == wanted then break end
  if not redis.call('ZSCORE', KEYS[3], string.format('%.0f', id)) then found[#found + 1] = id end
end
return found
"""
)
