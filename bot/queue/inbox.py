"""The inbox: what people sent, in order, until a finished turn has answered it.

Every step is one Lua script, so a crash between any two of them strands nothing: an utterance is in its
chat's list or in exactly one turn, and a chat that has either has one RQ job.
"""

import pickle
import secrets
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, cast

from redis.asyncio import Redis

from bot.domain import Turn, Utterance, UtteranceKind
from bot.errors import LeaseLost
from bot.queue.ledger import timestamp
from bot.queue.running import running_job_id
from bot.queue.scripts import load_script, lua_literal, read_lua

ANSWER_CHAT = "bot.jobs.answer_chat"
HEAR_NOTE = "bot.jobs.hear_note"
VOICE, VOICE_LONG = "voice", "voice_long"
"""The queues of recordings: the short ones, and the others."""

DAY_S = 24 * 3600
SEEN_S = 3 * DAY_S
"""How long an update is remembered. Telegram redelivers for 24 h at most."""
NOTE_KEPT_S = DAY_S
"""A recording whose turn was never finished is forgotten then."""
FINISHED_S = 3600
"""How long it is known that a turn was finished under its lease: a repeated call comes within seconds."""
SOLO_WAIT_S = 0.5
SOLO_LONGEST_S = 120
SET_ASIDE_KEPT = 1_000
SWEEP_AT_ONCE = 50

RETRY_INTERVALS_S = (1, 1, 2, 2, 5, 5, 10, 10, 30, 30)
"""How RQ spaces the retries of a job that raised. A killed worker's job is taken back at once."""


class Acceptance(StrEnum):
    """What became of an utterance that came in."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    FULL = "full"
    """Refused: too many wait in this chat. The person has been told already."""
    FULL_FIRST = "full_first"
    """Refused, for the first time since the chat was last below the limit: tell the person."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Erased:
    """`turn_id` of the turn that was in hand, or ""; `files`: the keys of those that were to be sent."""

    turn_id: str
    files: tuple[str, ...]


class Inbox:
    """The fleet's inbox in Redis. Every method raises redis-py's errors when Redis is away.

    Repeating a call after a lost connection is safe: each recognises what it has done.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        queue_name: str = "turns",
        prefix: str = "dz",
        limit: int = 2_000,
        poison_tries: int = 3,
        job_timeout_s: int = 180,
        check_s: float = 10,
        short_note_s: float = 20.0,
        hearing_timeout_s: int = 900,
    ) -> None:
        """`check_s`: how long a chat may be busy before `sweep` looks whether its job is still there.

        Recordings up to `short_note_s` go before the others. `hearing_timeout_s` is of a recording's job.
        """
        self._redis = redis
        self._prefix = prefix
        self._limit = limit
        self._poison_tries = poison_tries
        self._short_note_s = short_note_s
        constants = _constants(queue_name, prefix, job_timeout_s, check_s, hearing_timeout_s)
        prelude = (constants, read_lua("note_keys"), read_lua("prelude"))
        self._accept = load_script(redis, "accept", *prelude)
        self._begin = load_script(redis, "begin", *prelude)
        self._renew = load_script(redis, "renew", *prelude)
        self._finish = load_script(redis, "finish", *prelude)
        self._release = load_script(redis, "release", *prelude)
        self._postpone = load_script(redis, "postpone", *prelude)
        self._set_aside = load_script(redis, "set_aside", *prelude)
        self._sweep = load_script(redis, "sweep", *prelude)
        self._pace = load_script(redis, "pace", *prelude)
        self._depth = load_script(redis, "depth", *prelude)
        self._erase = load_script(redis, "erase", *prelude)

    async def accept(self, utterance: Utterance) -> Acceptance:
        """Take an utterance in, once per channel and update. After ACCEPTED nothing loses it.

        A recording gets a job of its own besides, to be heard by whoever works on its queue.
        CANCEL is never refused: it drops the chat's waiting texts, flags the turn in hand, and waits in
        the inbox itself, with `detail` "stopped" or, if there was nothing to stop, "idle".
        """
        kind, item, item_if_stopped = utterance.kind, utterance.to_json(), ""
        if kind is UtteranceKind.CANCEL:
            item = replace(utterance, detail="idle").to_json()
            item_if_stopped = replace(utterance, detail="stopped").to_json()
        chat = utterance.chat.key
        update = f"{utterance.chat.channel}:{utterance.update_id}"
        args = [update, chat, kind.value, item, item_if_stopped, _call(ANSWER_CHAT, chat)]
        hearing = self._hearing(utterance)
        answer = await self._accept(args=[*args, timestamp(), self._limit, SEEN_S, *hearing])
        return Acceptance(answer.decode())

    def _hearing(self, utterance: Utterance) -> tuple[str | bytes | int, ...]:
        """What the script has to know of a recording's job."""
        if utterance.audio is None:
            return ()
        length_s = utterance.audio.duration_s
        is_short = length_s is not None and length_s <= self._short_note_s
        return VOICE if is_short else VOICE_LONG, _call(HEAR_NOTE, utterance.note_id), NOTE_KEPT_S

    async def waiting(self, chat_key: str, limit: int = 50) -> list[Utterance]:
        """The first `limit` that wait in the chat, oldest first. The turn in hand is not among them."""
        items = await cast(Any, self._redis.lrange(f"{self._prefix}:inbox:{chat_key}", 0, limit - 1))
        return [Utterance.from_json(item) for item in items]

    async def begin(self, chat_key: str, count: int, *, worker: str, job: str | None = None) -> Turn | None:
        """Take the chat's first `count` waiting utterances in hand, or its turn in hand if there is one.

        A turn that was in hand already comes back with the next `attempt` and a new lease; the old one is
        lost. None: nothing to do now, end the job. So it is when nothing waits, when the chat has another
        job (`job` is the RQ job that asks; by default the one that runs this code), and when the turn is
        suspected of killing its worker and another suspect runs: then it is put aside for a moment.
        """
        job = running_job_id() if job is None else job
        lease = secrets.token_hex(8)
        solo_ms = SOLO_LONGEST_S * 1000
        found = await self._begin(
            args=[chat_key, count, worker, job or "", lease, self._poison_tries, solo_ms, timestamp()]
        )
        if found is None:
            return None
        turn_id, attempt, items, resumed = found
        utterances = tuple(Utterance.from_json(item) for item in items.split(b"\n"))
        return Turn(
            turn_id=turn_id.decode(),
            chat=utterances[0].chat,
            utterances=utterances,
            attempt=attempt,
            lease=lease,
            resumed=bool(resumed),
        )

    def is_poison(self, turn: Turn) -> bool:
        """Whether the turn has killed its worker so often that it must not be tried again."""
        return turn.attempt > self._poison_tries

    async def renew(self, turn: Turn) -> bool:
        """Whether the turn is still ours."""
        return bool(await self._renew(args=[turn.turn_id, turn.lease]))

    async def is_cancelled(self, turn: Turn) -> bool:
        """Whether the person asked to stop this turn."""
        return bool(await cast(Any, self._redis.hexists(f"{self._prefix}:turn:{turn.turn_id}", "cancelled")))

    async def finish(self, turn: Turn, *, log: str | None) -> None:
        """Let the answered turn go, append `log` to the turn log's stream as its `record`, and queue the
        chat's next turn behind the other chats. Raises LeaseLost."""
        _ours(
            await self._finish(
                args=[turn.chat.key, turn.turn_id, turn.lease, log or "", timestamp(), FINISHED_S]
            )
        )

    async def release(self, turn: Turn) -> None:
        """Leave the turn in hand for the next worker without counting this attempt: for a worker that is
        told to go, and for failures that are not the turn's fault. Raises LeaseLost."""
        _ours(await self._release(args=[turn.turn_id, turn.lease]))

    async def postpone(
        self, chat_key: str, delay_s: float, *, turn: Turn | None = None, job: str | None = None
    ) -> bool:
        """Give the chat a new job in `delay_s`, so that this one can end and hold no slot.

        A turn in hand is given too, and let go. False: the chat has another job, or the lease is lost.
        """
        job = running_job_id() if job is None else job
        turn_id, lease = (turn.turn_id, turn.lease) if turn else ("", "")
        return bool(await self._postpone(args=[chat_key, job or "", delay_s, turn_id, lease, timestamp()]))

    async def set_aside(self, turn: Turn) -> None:
        """Keep a copy of the turn for staff. The caller apologises and finishes it. Raises LeaseLost."""
        _ours(await self._set_aside(args=[turn.turn_id, turn.lease, SET_ASIDE_KEPT]))

    async def pace(self, person_key: str, limit: int, window_s: float = 60) -> float:
        """Seconds until this person may have another turn; 0: now, and it is counted."""
        return float(await self._pace(args=[person_key, limit, window_s]))

    async def sweep(self, *, at_most_every_s: float = 0) -> int:
        """Give each busy chat whose job has vanished or failed a new one. Returns how many there were.

        Any worker may call it every few seconds; `at_most_every_s` lets one of them do it for all.
        """
        return int(await self._sweep(args=[timestamp(), SWEEP_AT_ONCE, int(at_most_every_s * 1000)]))

    async def erase(self, chat_key: str, person_id: str = "") -> Erased:
        """Drop what this person has said in the chat, or all that is said in it but for the staff's cards.

        A turn that is in hand is lost to its worker, who can write nothing of it any more.
        """
        turn_id, *files = await self._erase(args=[chat_key, person_id, timestamp(), FINISHED_S])
        return Erased(turn_id=turn_id.decode(), files=tuple(key.decode() for key in files))

    async def waiting_chats(self) -> int:
        return int((await self._depth())[0])

    async def waiting_utterances(self) -> int:
        """How many utterances wait in all chats; those of turns in hand are not among them."""
        return int((await self._depth())[1])


def _call(function: str, argument: str) -> bytes:
    """As RQ writes it."""
    return pickle.dumps((function, None, (argument,), {}))


def _constants(
    queue_name: str, prefix: str, job_timeout_s: int, check_s: float, hearing_timeout_s: int
) -> str:
    fields: dict[str, str | int] = {
        "origin": queue_name,
        "timeout": job_timeout_s,
        "result_ttl": 0,
        "failure_ttl": DAY_S,
        "retries_left": len(RETRY_INTERVALS_S),
        "retry_intervals": str(list(RETRY_INTERVALS_S)),
        "enqueue_at_front_on_retry": 1,
    }
    empty = ("success_callback_name", "failure_callback_name", "stopped_callback_name", "started_at")
    fields |= dict.fromkeys((*empty, "ended_at", "last_heartbeat", "worker_name", "group_id"), "")
    pairs = ", ".join(f"{lua_literal(name)}, {lua_literal(value)}" for name, value in fields.items())
    return (
        f"local PREFIX, QUEUE = {lua_literal(prefix)}, {lua_literal(queue_name)}\n"
        f"local CHECK_S, SOLO_WAIT_S, HEARING_TIMEOUT = {check_s}, {SOLO_WAIT_S}, {hearing_timeout_s}\n"
        f"local FIELDS = {{{pairs}}}\n"
    )


def _ours(held: int) -> None:
    if not held:
        raise LeaseLost
