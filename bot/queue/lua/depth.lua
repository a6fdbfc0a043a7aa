-- Returns {chats with waiting utterances, waiting utterances}.
local counts = redis.call('ZRANGE', WAITING, 0, -1, 'WITHSCORES')
local total = 0
for i = 2, #counts, 2 do total = total + tonumber(counts[i]) end
return {#counts / 2, total}
