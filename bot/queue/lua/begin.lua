-- ARGV: chat, count, worker, job (or empty), new lease, poison tries, longest solo in ms, time
-- Returns {turn, attempt, utterances, one on each line, 1 if it was in hand before}, or nothing when there is
-- nothing to do now.
local chat, job, lease = ARGV[1], ARGV[4], ARGV[5]
local tries = tonumber(ARGV[6])
local known = redis.call('HMGET', chat_key(chat), 'job', 'turn')
if not known[1] or (job ~= '' and known[1] ~= job) then return false end
local turn = known[2]

-- A turn whose answer stands in its hash has only to be sent; the wait for Telegram is long, and harmless.
local function is_suspect(turn) return redis.call('HEXISTS', turn_key(turn), 'answer') == 0 end

-- Suspects run one at a time in the whole fleet, or those that wait beside a poison would be blamed again.
local function take_solo()
  local held = redis.call('HMGET', SOLO, 'turn', 'lease', 'job')
  if held[1] and holds(held[1], held[2]) and is_suspect(held[1]) then
    local dead = held[3] ~= '' and redis.call('HGET', 'rq:job:' .. held[3], 'status') ~= 'started'
    if not dead then return false end
  end
  redis.call('HSET', SOLO, 'turn', turn, 'lease', lease, 'job', job)
  redis.call('PEXPIRE', SOLO, ARGV[7])
  return true
end

local function answer()
  local fields = redis.call('HMGET', turn_key(turn), 'attempt', 'utterances')
  return {turn, tonumber(fields[1]), fields[2], known[2] and 1 or 0}
end

if turn then
  -- The same lease: this very call is repeated after a cut connection.
  if holds(turn, lease) then return answer() end
  local attempt = tonumber(redis.call('HGET', turn_key(turn), 'attempt')) + 1
  if attempt > 1 and attempt == tries and is_suspect(turn) and not take_solo() then
    create_job(chat, ARGV[8], SOLO_WAIT_S)
    return false
  end
  redis.call('HSET', turn_key(turn), 'attempt', attempt, 'lease', lease, 'worker', ARGV[3], 'begun_at', now())
  return answer()
end

local items = redis.call('LRANGE', inbox_key(chat), 0, tonumber(ARGV[2]) - 1)
if #items == 0 then
  next_or_idle(chat, ARGV[8])
  return false
end
local stoppable = '0'
for _, item in ipairs(items) do
  if is_said(cjson.decode(item).kind) then stoppable = '1' end
end
turn = chat .. ':' .. cjson.decode(items[1]).update_id
redis.call('LTRIM', inbox_key(chat), #items, -1)
count_waiting(chat)
redis.call('HSET', turn_key(turn),
  'chat', chat, 'utterances', table.concat(items, '\n'), 'stoppable', stoppable,
  'attempt', 1, 'lease', lease, 'worker', ARGV[3], 'begun_at', now(), 'state', 'begun')
redis.call('HSET', chat_key(chat), 'turn', turn)
return answer()
