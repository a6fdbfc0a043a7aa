-- ARGV: name of the update, chat, kind, utterance, utterance if something was stopped, call, time, limit, memory_s;
-- for a recording also: the queue of its job, the call that hears it, memory_s of recordings
local chat, kind, item = ARGV[2], ARGV[3], ARGV[4]
local seen = PREFIX .. ':seen:' .. ARGV[1]
if redis.call('EXISTS', seen) == 1 then return 'duplicate' end
if kind ~= 'cancel' and kind ~= 'outgoing' and redis.call('LLEN', inbox_key(chat)) >= tonumber(ARGV[8]) then
  return redis.call('HSETNX', chat_key(chat), 'full', '1') == 1 and 'full_first' or 'full'
end

-- Drops the texts that wait and flags the turn in hand. Returns whether there was anything to stop.
local function stop()
  local items = redis.call('LRANGE', inbox_key(chat), 0, -1)
  local stopped = false
  redis.call('DEL', inbox_key(chat))
  for _, waiting in ipairs(items) do
    if is_said(cjson.decode(waiting).kind) then
      stopped = true
      each_note(waiting, forget_note)
    else
      redis.call('RPUSH', inbox_key(chat), waiting)
    end
  end
  local turn = redis.call('HGET', chat_key(chat), 'turn')
  if turn and redis.call('HGET', turn_key(turn), 'stoppable') == '1' then
    redis.call('HSET', turn_key(turn), 'cancelled', '1')
    redis.call('PUBLISH', PREFIX .. ':cancelled', turn)
    stopped = true
  end
  return stopped
end

-- Somebody begins to listen while the chat's turn still waits for its place.
local function create_hearing(note, queue, call)
  local job = string.gsub(PREFIX .. '-hear-' .. note, '[^%w_-]', '_')
  redis.call('HSET', note_key(note), 'utterance', item)
  redis.call('EXPIRE', note_key(note), ARGV[12])
  redis.call('HSET', 'rq:job:' .. job, unpack(FIELDS))
  redis.call('HSET', 'rq:job:' .. job,
    'data', call, 'description', 'hear ' .. note, 'created_at', ARGV[7], 'enqueued_at', ARGV[7],
    'status', 'queued', 'origin', queue, 'timeout', HEARING_TIMEOUT)
  redis.call('SADD', 'rq:queues', 'rq:queue:' .. queue)
  redis.call('RPUSH', 'rq:queue:' .. queue, job)
end

redis.call('SET', seen, '1', 'EX', ARGV[9])
if kind == 'cancel' and stop() then item = ARGV[5] end
redis.call('RPUSH', inbox_key(chat), item)
if kind == 'voice' then create_hearing(ARGV[1], ARGV[10], ARGV[11]) end
count_waiting(chat)
redis.call('HDEL', chat_key(chat), 'full')
local job = redis.call('HGET', chat_key(chat), 'job')
if not job then
  redis.call('HSET', chat_key(chat), 'data', ARGV[6])
  create_job(chat, ARGV[7], false)
elseif kind == 'cancel' and redis.call('ZREM', RQ_SCHEDULED, job) == 1 then
  redis.call('HSET', 'rq:job:' .. job, 'status', 'queued')
  redis.call('RPUSH', RQ_QUEUE, job)
end
return 'accepted'
