-- ARGV: time, most chats to look at, ms for which no other worker need sweep (0: sweep in any case)
-- Returns how many chats got a job because theirs was gone.
if ARGV[3] ~= '0' and not redis.call('SET', PREFIX .. ':sweeping', '1', 'NX', 'PX', ARGV[3]) then return 0 end

-- Whether the job is where its status says, so that it will be run.
local function is_live(job)
  local status = redis.call('HGET', 'rq:job:' .. job, 'status')
  if status == 'queued' then
    return redis.call('LPOS', RQ_QUEUE, job) or redis.call('LPOS', RQ_QUEUE .. ':intermediate', job)
  elseif status == 'started' then
    return redis.call('EXISTS', 'rq:executions:' .. job) == 1
  elseif status == 'scheduled' then
    return redis.call('ZSCORE', RQ_SCHEDULED, job)
  end
  return false
end

local repaired = 0
for _, chat in ipairs(redis.call('ZRANGE', BUSY, '-inf', now(), 'BYSCORE', 'LIMIT', 0, ARGV[2])) do
  local known = redis.call('HMGET', chat_key(chat), 'job', 'turn')
  if known[1] and is_live(known[1]) then
    redis.call('ZADD', BUSY, now() + CHECK_S, chat)
  elseif known[2] then
    create_job(chat, ARGV[1], false)
    repaired = repaired + 1
  else
    if redis.call('LLEN', inbox_key(chat)) > 0 then repaired = repaired + 1 end
    next_or_idle(chat, ARGV[1])
  end
end
return repaired
