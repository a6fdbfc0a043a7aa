-- Moves the scheduled jobs whose time has come to the queue.
-- ARGV: queue, time, most jobs at once. Returns how many were moved.
local queue = ARGV[1]
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local moved = 0
for _, job in ipairs(redis.call('ZRANGE', 'rq:scheduled:' .. queue, 0, now, 'BYSCORE', 'LIMIT', 0, ARGV[3])) do
  redis.call('ZREM', 'rq:scheduled:' .. queue, job)
  local key = 'rq:job:' .. job
  local fields = redis.call('HMGET', key, 'status', 'enqueue_at_front', 'enqueue_at_front_on_retry', 'ended_at')
  if fields[1] == 'scheduled' then
    local retried = fields[3] == '1' and fields[4] and fields[4] ~= ''
    redis.call('HSET', key, 'status', 'queued', 'enqueued_at', ARGV[2])
    redis.call((retried or fields[2] == '1') and 'LPUSH' or 'RPUSH', 'rq:queue:' .. queue, job)
    moved = moved + 1
  end
end
return moved
