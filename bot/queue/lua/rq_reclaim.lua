-- Puts the jobs of dead workers back at the front of the queue.
-- ARGV: queue, time, most jobs at once. Returns {put back, left to RQ because they have no retries}.
local queue = ARGV[1]
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local back, left = 0, 0

local function forget(entry, job, execution)
  redis.call('ZREM', 'rq:wip:' .. queue, entry)
  redis.call('DEL', 'rq:execution:' .. entry)
  redis.call('ZREM', 'rq:executions:' .. job, execution)
end

for _, entry in ipairs(redis.call('ZRANGE', 'rq:wip:' .. queue, 0, now, 'BYSCORE', 'LIMIT', 0, ARGV[3])) do
  local job, execution = string.match(entry, '^(.-):(.*)$')
  local key = 'rq:job:' .. job
  local fields = redis.call('HMGET', key, 'status', 'retries_left')
  local retries = tonumber(fields[2] or '') or 0
  if fields[1] ~= 'started' then
    forget(entry, job, execution)
  elseif retries > 0 then
    forget(entry, job, execution)
    redis.call('HSET', key, 'status', 'queued', 'enqueued_at', ARGV[2], 'retries_left', retries - 1)
    redis.call('LPUSH', 'rq:queue:' .. queue, job)
    back = back + 1
  else
    left = left + 1
  end
end
return {back, left}
