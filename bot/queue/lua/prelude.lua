-- Shared by the inbox's scripts. PREFIX, QUEUE and FIELDS (RQ's constant fields of a job) stand before it.
-- A chat's hash holds `job` (the id of its one RQ job), `turn` (the id of the turn in hand), `data` (the
-- pickled call) and `full`. A chat that neither waits nor is being answered has no hash.

local function now()
  local time = redis.call('TIME')
  return tonumber(time[1]) + tonumber(time[2]) / 1000000
end

local function chat_key(chat) return PREFIX .. ':chat:' .. chat end
local function inbox_key(chat) return PREFIX .. ':inbox:' .. chat end
local function turn_key(turn) return PREFIX .. ':turn:' .. turn end
local BUSY = PREFIX .. ':busy'
local WAITING = PREFIX .. ':waiting'
local SOLO = PREFIX .. ':solo'
local RQ_QUEUE = 'rq:queue:' .. QUEUE
local RQ_SCHEDULED = 'rq:scheduled:' .. QUEUE

-- Gives the chat its next job: at the queue's tail, or aside until `delay` seconds have passed.
local function create_job(chat, stamp, delay)
  local job = string.gsub(PREFIX .. '-' .. chat, '[^%w_-]', '_') .. '-' .. redis.call('INCR', PREFIX .. ':jobs')
  redis.call('HSET', 'rq:job:' .. job,
    'data', redis.call('HGET', chat_key(chat), 'data'),
    'description', 'answer ' .. chat,
    'created_at', stamp,
    'enqueued_at', stamp,
    'status', delay and 'scheduled' or 'queued',
    unpack(FIELDS))
  redis.call('SADD', 'rq:queues', RQ_QUEUE)
  redis.call('HSET', chat_key(chat), 'job', job)
  redis.call('ZADD', BUSY, now() + CHECK_S, chat)
  if delay then
    redis.call('ZADD', RQ_SCHEDULED, now() + delay, job)
  else
    redis.call('RPUSH', RQ_QUEUE, job)
  end
end

local function forget_note(note)
  redis.call('DEL', note_key(note), heard_key(note))
end

-- Calls `act` with the name of each recording among the utterances, one on each line.
local function each_note(items, act)
  for item in string.gmatch(items, '[^\n]+') do
    local utterance = cjson.decode(item)
    if utterance.kind == 'voice' then act(utterance.chat.channel .. ':' .. utterance.update_id) end
  end
end

local function is_said(kind) return kind == 'text' or kind == 'voice' end

local function count_waiting(chat)
  local waiting = redis.call('LLEN', inbox_key(chat))
  if waiting == 0 then
    redis.call('ZREM', WAITING, chat)
  else
    redis.call('ZADD', WAITING, waiting, chat)
  end
  return waiting
end

-- A chat without a turn in hand: its next job if anything waits, else nothing of it is left.
local function next_or_idle(chat, stamp)
  if redis.call('LLEN', inbox_key(chat)) > 0 then
    create_job(chat, stamp, false)
  else
    redis.call('DEL', chat_key(chat))
    redis.call('ZREM', BUSY, chat)
  end
end

-- Whether the turn is in hand under this lease.
local function holds(turn, lease)
  local held = redis.call('HMGET', turn_key(turn), 'lease', 'state')
  return held[1] == lease and held[2] == 'begun'
end

-- The turn stays in hand but nobody holds it; the attempt is not counted against it.
local function let_go(turn)
  redis.call('HINCRBY', turn_key(turn), 'attempt', -1)
  redis.call('HSET', turn_key(turn), 'lease', '')
end
