-- The worker's heartbeat and that of every job it runs.
-- ARGV: queue, worker, lease_s, time, worker's ttl_s; then `job:execution` of each job
-- Returns {1 if RQ knows the worker, the place of each job that is lost, counted from 0...}.
local queue = ARGV[1]
local key = 'rq:worker:' .. ARGV[2]
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local answer = {redis.call('HEXISTS', key, 'birth')}
if answer[1] == 1 then
  redis.call('HSET', key, 'last_heartbeat', ARGV[4])
  redis.call('EXPIRE', key, ARGV[5])
end
for i = 6, #ARGV do
  if redis.call('ZSCORE', 'rq:wip:' .. queue, ARGV[i]) then
    redis.call('ZADD', 'rq:wip:' .. queue, now + tonumber(ARGV[3]), ARGV[i])
    redis.call('HSET', 'rq:execution:' .. ARGV[i], 'last_heartbeat', now)
  else
    answer[#answer + 1] = i - 6
  end
end
return answer
