-- ARGV: person, limit, window_s. Returns the seconds to wait as text; 0 means that the turn is counted.
local key = PREFIX .. ':pace:' .. ARGV[1]
local limit, window = tonumber(ARGV[2]), tonumber(ARGV[3])
if redis.call('LLEN', key) >= limit then
  local wait = tonumber(redis.call('LINDEX', key, -limit)) + window - now()
  if wait > 0 then return tostring(wait) end
end
redis.call('RPUSH', key, string.format('%.6f', now()))
redis.call('LTRIM', key, -limit, -1)
redis.call('PEXPIRE', key, math.ceil(window * 1000))
return '0'
