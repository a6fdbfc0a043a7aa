-- A recording has a hash of its own until the turn that it belongs to is finished or it is dropped: `utterance`,
-- and `tries`, how often somebody has begun to listen to it. What was heard is a string beside it.
local function note_key(note) return PREFIX .. ':note:' .. note end
local function heard_key(note) return PREFIX .. ':heard:' .. note end
