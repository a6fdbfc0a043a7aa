-- ARGV: recording. The last try does not count.
if redis.call('HEXISTS', note_key(ARGV[1]), 'tries') == 1 then
  redis.call('HINCRBY', note_key(ARGV[1]), 'tries', -1)
end
return 1
