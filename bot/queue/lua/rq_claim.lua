-- Takes jobs off RQ's queue and marks them as started, all in one step, so that none is ever in neither place.
-- ARGV: queue, worker, count, lease_s, execution prefix, time
-- Returns for each job {job, execution, data, timeout, result_ttl, 1 if RQ must finish it}; or 'suspended'.
local queue, worker, lease_s, stamp = ARGV[1], ARGV[2], tonumber(ARGV[4]), ARGV[6]
if redis.call('EXISTS', 'rq:suspended') == 1 then return 'suspended' end
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local FOREVER_S = 7 * 24 * 3600
local claimed, last = {}, nil

-- A job that was put on the queue twice (two clean-ups of one dead worker) is run once.
local function is_over(job, status)
  if status == 'started' then return redis.call('EXISTS', 'rq:executions:' .. job) == 1 end
  return status == 'finished' or status == 'canceled' or status == 'stopped'
end

local function set(value) return value and value ~= '' end

local function start(job)
  local key = 'rq:job:' .. job
  local fields = redis.call('HMGET', key, 'data', 'status', 'timeout', 'result_ttl',
    'success_callback_name', 'repeats_left', 'webhooks', 'group_id')
  if not fields[1] or is_over(job, fields[2]) then return end
  local execution = ARGV[5] .. #claimed
  local timeout = tonumber(fields[3] or '')
  local ttl = (timeout and timeout > 0 and timeout or FOREVER_S) + 60
  redis.call('HSET', key, 'status', 'started', 'started_at', stamp, 'last_heartbeat', stamp, 'worker_name', worker)
  redis.call('PERSIST', key)
  redis.call('ZADD', 'rq:wip:' .. queue, now + lease_s, job .. ':' .. execution)
  redis.call('HSET', 'rq:execution:' .. job .. ':' .. execution,
    'id', execution, 'created_at', now, 'last_heartbeat', now, 'worker_name', worker)
  redis.call('EXPIRE', 'rq:execution:' .. job .. ':' .. execution, ttl)
  redis.call('ZADD', 'rq:executions:' .. job, now + ttl, execution)
  redis.call('EXPIRE', 'rq:executions:' .. job, ttl)
  local unusual = set(fields[5]) or set(fields[6]) or set(fields[7]) or set(fields[8])
  claimed[#claimed + 1] = {job, execution, fields[1], fields[3] or '', fields[4] or '', unusual and 1 or 0}
  last = job
end

while #claimed < tonumber(ARGV[3]) do
  local job = redis.call('LPOP', 'rq:queue:' .. queue)
  if not job then break end
  start(job)
end
if last then redis.call('HSET', 'rq:worker:' .. worker, 'state', 'busy', 'current_job', last) end
return claimed
