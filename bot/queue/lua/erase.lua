-- ARGV: chat, person whose words go (or empty: everything in the chat that is not for the staff), time,
-- memory_s of turns that were in hand.
-- Returns {turn in hand that was taken away, or '', keys of files that were to be sent...}.
local chat, person, stamp = ARGV[1], ARGV[2], ARGV[3]
local files = {''}

local function is_theirs(item)
  local utterance = cjson.decode(item)
  local out = utterance.outgoing
  if type(out) == 'table' then
    if out.purpose == 'card' or out.purpose == 'card_change' then return false end
    if person ~= '' then return false end
    if type(out.file) == 'table' then table.insert(files, out.file.key) end
  end
  return person == '' or utterance.person_id == person
end

local items = redis.call('LRANGE', inbox_key(chat), 0, -1)
redis.call('DEL', inbox_key(chat))
for _, item in ipairs(items) do
  if is_theirs(item) then
    each_note(item, forget_note)
  else
    redis.call('RPUSH', inbox_key(chat), item)
  end
end

local turn = redis.call('HGET', chat_key(chat), 'turn')
local taken = false
if turn then
  local left = {}
  for item in string.gmatch(redis.call('HGET', turn_key(turn), 'utterances') or '', '[^\n]+') do
    if is_theirs(item) then taken = true else table.insert(left, 1, item) end
  end
  if taken then
    each_note(redis.call('HGET', turn_key(turn), 'utterances'), forget_note)
    redis.call('PUBLISH', PREFIX .. ':cancelled', turn)
    redis.call('SET', PREFIX .. ':erased:' .. turn, '1', 'EX', ARGV[4])
    redis.call('DEL', turn_key(turn))
    redis.call('HDEL', chat_key(chat), 'turn')
    for _, item in ipairs(left) do redis.call('LPUSH', inbox_key(chat), item) end
    files[1] = turn
  end
end

local waiting = count_waiting(chat)
local job = redis.call('HGET', chat_key(chat), 'job')
if job and waiting == 0 and (taken or not turn) then
  -- Whoever runs the job finds nothing to do; nobody else need.
  if redis.call('HGET', 'rq:job:' .. job, 'status') ~= 'started' then
    redis.call('LREM', RQ_QUEUE, 0, job)
    redis.call('ZREM', RQ_SCHEDULED, job)
    redis.call('DEL', 'rq:job:' .. job)
  end
  next_or_idle(chat, stamp)
elseif taken then
  next_or_idle(chat, stamp)
end
return files
