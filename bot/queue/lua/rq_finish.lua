-- Finishes jobs that returned nothing, as RQ would, each only if its execution is still in the registry.
-- ARGV: queue, worker, time, 1 if the worker is idle then; then per job: job, execution, result_ttl, start, end
-- Returns for each job: 'done', 'lost', or 'unusual' (untouched: other jobs depend on it).
local queue, worker, stamp = ARGV[1], ARGV[2], ARGV[3]
local answers, done, spent = {}, 0, 0

local function keep(job, execution, ttl, began, ended)
  local key, results = 'rq:job:' .. job, 'rq:results:' .. job
  redis.call('HSET', key, 'status', 'finished', 'ended_at', stamp, 'last_heartbeat', stamp)
  redis.call('XADD', results, 'MAXLEN', '~', 10, '*', 'type', 1, 'worker_name', worker,
    'execution_id', execution, 'execution_started_at', began, 'execution_ended_at', ended)
  if ttl < 0 then
    redis.call('PERSIST', results)
    redis.call('ZADD', 'rq:finished:' .. queue, '+inf', job)
  else
    redis.call('EXPIRE', results, ttl)
    redis.call('EXPIRE', key, ttl)
    redis.call('ZADD', 'rq:finished:' .. queue, math.floor(tonumber(ended)) + ttl, job)
  end
end

local function finish(job, execution, ttl, began, ended)
  if redis.call('EXISTS', 'rq:job:' .. job .. ':dependents') == 1 then return 'unusual' end
  if redis.call('ZREM', 'rq:wip:' .. queue, job .. ':' .. execution) == 0 then return 'lost' end
  redis.call('DEL', 'rq:execution:' .. job .. ':' .. execution)
  redis.call('ZREM', 'rq:executions:' .. job, execution)
  if ttl == 0 then
    redis.call('DEL', 'rq:job:' .. job, 'rq:executions:' .. job, 'rq:job::' .. job .. ':dependencies')
  else
    keep(job, execution, ttl, began, ended)
  end
  done, spent = done + 1, spent + tonumber(ended) - tonumber(began)
  return 'done'
end

for i = 5, #ARGV, 5 do
  answers[#answers + 1] = finish(ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2]), ARGV[i + 3], ARGV[i + 4])
end
local key = 'rq:worker:' .. worker
if done > 0 then
  redis.call('HINCRBY', key, 'successful_job_count', done)
  redis.call('HINCRBYFLOAT', key, 'total_working_time', spent)
end
if ARGV[4] == '1' then
  redis.call('HSET', key, 'state', 'idle')
  redis.call('HDEL', key, 'current_job')
end
return answers
