-- ARGV: chat, job (or empty), delay_s, turn (or empty), lease, time. Returns 0 if job or turn is not ours.
local chat, job = ARGV[1], ARGV[2]
local known = redis.call('HMGET', chat_key(chat), 'job', 'turn')
if not known[1] or (job ~= '' and known[1] ~= job) then return 0 end
if ARGV[4] ~= '' then
  if not holds(ARGV[4], ARGV[5]) then return 0 end
  let_go(ARGV[4])
end
create_job(chat, ARGV[6], tonumber(ARGV[3]))
return 1
