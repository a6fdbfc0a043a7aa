-- Puts jobs that this worker gives up back at the front of the queue, in their order, with all their retries.
-- ARGV: queue, time; then `job:execution` of each. Returns how many were still ours.
local queue, back = ARGV[1], 0
for i = #ARGV, 3, -1 do
  local job, execution = string.match(ARGV[i], '^(.-):(.*)$')
  if redis.call('ZREM', 'rq:wip:' .. queue, ARGV[i]) == 1 then
    redis.call('DEL', 'rq:execution:' .. ARGV[i])
    redis.call('ZREM', 'rq:executions:' .. job, execution)
    if redis.call('EXISTS', 'rq:job:' .. job) == 1 then
      redis.call('HSET', 'rq:job:' .. job, 'status', 'queued', 'enqueued_at', ARGV[2])
      redis.call('LPUSH', 'rq:queue:' .. queue, job)
      back = back + 1
    end
  end
end
return back
