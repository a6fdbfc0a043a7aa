"""👍 👎 ⚠️ under answers: put there once there is time, and what comes of a tap."""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.delivery.buttons import keyboard_of
from bot.delivery.channel import NoSlot
from bot.delivery.delivery import Delivery
from bot.domain import Button, ChannelName, ChatRef, Keyboard, Outcome, Turn, TurnRecord
from bot.domain.moments import Now
from bot.domain.plain_json import JSON
from bot.domain.ratings import Rater, RatingKind
from bot.errors import DeliveryError
from bot.guard.personal_data import named_labels
from bot.people.ratings.ratings import OPEN_FOR
from bot.people.review.why import why_row
from bot.people.staff_posts import StaffPosts
from bot.store.rated_answers import RatedAnswerStore
from bot.texts.catalogue import Texts
from bot.texts.endings import EndingText
from bot.texts.literal import literal
from bot.texts.ratings import RatingText

log = structlog.get_logger()

END = "end:"
_DATA_BYTES = 64
_DATA = re.compile(r"th:(?P<turn>\S{1,55}):(?P<tap>up|down|clear|error)")
_RATED = (Outcome.ANSWERED, Outcome.UNKNOWN)
_AFTER_ANSWER = timedelta(seconds=1.2)
"""A chat takes its next call then."""
_GIVEN_UP_AFTER = timedelta(seconds=8)
"""Where there was no free moment for so long, others need them more."""
_MOST_WAITING = 500
_AT_ONCE = 20
_PAUSE_S = 0.5


class Tap(StrEnum):
    UP = "up"
    DOWN = "down"
    CLEAR = "clear"
    ERROR = "error"


_SCORES = {Tap.UP: 1, Tap.DOWN: -1}


@dataclass(frozen=True, kw_only=True, slots=True)
class ThumbTap:
    turn_id: str
    tap: Tap


def thumb_in(data: str) -> ThumbTap | None:
    """None: no button of ours says that."""
    found = _DATA.fullmatch(data)
    return None if found is None else ThumbTap(turn_id=found["turn"], tap=Tap(found["tap"]))


class Thumbs:
    """One tenant's. `<prefix>:thumbs` holds the answers that are to get buttons, by when."""

    def __init__(
        self,
        *,
        redis: Redis,
        delivery: Delivery,
        store: RatedAnswerStore,
        posts: StaffPosts,
        texts: Texts,
        now: Now,
        prefix: str = "dz",
    ) -> None:
        self._redis = redis
        self._delivery = delivery
        self._store = store
        self._posts = posts
        self._texts = texts
        self._now = now
        self._prefix = prefix
        self._waiting = f"{prefix}:thumbs"

    async def after(
        self, turn: Turn, record: TurnRecord, message_id: int | None, offers: Sequence[Button] = ()
    ) -> None:
        """Have buttons put under the answer, beside `offers` that stand there; left out under load."""
        if message_id is None or not _is_rated(turn, record):
            return
        row = self.row(record.turn_id, record.dialogue_id, record.language)
        if any(len(button.data.encode()) > _DATA_BYTES for button in row):
            return
        shown = keyboard_of(record.answer.choices, offers)
        place = {"chat": turn.chat, "message": message_id, "keyboard": Keyboard(rows=(*shown.rows, row))}
        if await self._redis.zcard(self._waiting) < _MOST_WAITING:
            due = self._now() + _AFTER_ANSWER
            await self._redis.zadd(self._waiting, {JSON.encode(place): due.timestamp()})

    def beside(self, keyboard: Keyboard | None, turn: Turn, record: TurnRecord) -> Keyboard | None:
        """For an answer that a person has confirmed: what stands under it, with the buttons."""
        row = self.row(record.turn_id, record.dialogue_id, record.language)
        is_too_long = any(len(button.data.encode()) > _DATA_BYTES for button in row)
        if is_too_long or not _is_rated_in(turn.chat):
            return keyboard
        return Keyboard(rows=(*(keyboard.rows if keyboard is not None else ()), row))

    def row(self, turn_id: str, dialogue_id: str, language: str) -> tuple[Button, ...]:
        say = self._texts.say
        return (
            *self.thumbs(turn_id, language),
            Button(text=say(RatingText.ERROR, language), data=f"th:{turn_id}:{Tap.ERROR}"),
            Button(text=say(EndingText.END_BUTTON, language), data=f"{END}{dialogue_id}"),
        )

    def thumbs(self, turn_id: str, language: str, *, chosen: Tap | None = None) -> tuple[Button, Button]:
        """The one that was chosen is ticked, and taken back by the next tap."""
        is_up, is_down = chosen is Tap.UP, chosen is Tap.DOWN
        up = self._texts.say(RatingText.UP_CHOSEN if is_up else RatingText.UP, language)
        down = self._texts.say(RatingText.DOWN_CHOSEN if is_down else RatingText.DOWN, language)
        return (
            Button(text=up, data=f"th:{turn_id}:{Tap.CLEAR if is_up else Tap.UP}"),
            Button(text=down, data=f"th:{turn_id}:{Tap.CLEAR if is_down else Tap.DOWN}"),
        )

    async def run(self) -> None:
        """Offer what is due until cancelled; beside the turns, and never in their way."""
        while True:
            try:
                await self.offer_due()
            except RedisError as error:
                log.warning("thumbs_without_redis", error=type(error).__name__)
            await asyncio.sleep(_PAUSE_S)

    async def offer_due(self) -> None:
        """Put buttons under the answers whose time it is; each is taken by one process alone."""
        now = self._now().timestamp()
        found: Any = await self._redis.zrange(
            self._waiting, "-inf", cast(Any, now), byscore=True, offset=0, num=_AT_ONCE, withscores=True
        )
        for place, due in found:
            if not await self._redis.zrem(self._waiting, place):
                continue
            if not await self._offer(place) and now - due < _GIVEN_UP_AFTER.total_seconds():
                await self._redis.zadd(self._waiting, {place: due})

    async def _offer(self, place: bytes) -> bool:
        """False: there was no moment for it; it may be tried again."""
        value = json.loads(place)
        chat = ChatRef.from_value(value["chat"])
        if await self._redis.zscore(f"{self._prefix}:busy", chat.key) is not None:
            return False
        try:
            await self._delivery.offer(chat, value["message"], Keyboard.from_value(value["keyboard"]))
        except NoSlot:
            return False
        except DeliveryError as error:
            log.info("thumbs_not_offered", reason=type(error).__name__)
        return True

    async def take(self, tap: ThumbTap, rater: Rater) -> bool:
        """Do what the button says. False: it is no answer of theirs, or an old one. Raises StoreError."""
        now = self._now()
        since = now - OPEN_FOR
        if tap.tap is Tap.CLEAR:
            return await asyncio.to_thread(self._store.unrate, tap.turn_id, rater, since=since)
        kind = RatingKind.ERROR if tap.tap is Tap.ERROR else RatingKind.THUMB
        score = _SCORES.get(tap.tap, -1)
        return await asyncio.to_thread(self._store.rate, kind, tap.turn_id, rater, score, at=now, since=since)

    async def report(self, turn_id: str) -> None:
        """Show staff the answer that is said to be wrong, with what is said of it; all of it is masked."""
        answer = await asyncio.to_thread(self._store.answer, turn_id)
        if answer is None:
            return
        shown = {"question": answer.question, "answer": answer.answer, "words": answer.words}
        blanks = {name: literal(named_labels(text)) for name, text in shown.items()}
        parts = [RatingText.ERROR_CARD, *([RatingText.ERROR_CARD_WORDS] if answer.words else [])]
        text = "\n\n".join(self._texts.say(part, self._posts.language, **blanks) for part in parts)
        subject = f"rating:{answer.rating}"
        row = why_row(self._texts, self._posts.language, turn_id)
        keyboard = Keyboard(rows=(row,)) if row else None
        await self._posts.tell(subject, text, keyboard)
        if answer.words:
            await self._posts.change(subject, text, keyboard)


def _is_rated(turn: Turn, record: TurnRecord) -> bool:
    answer = record.answer
    is_answer = answer.outcome in _RATED and answer.has_arrived and turn.last.kind.is_said
    return is_answer and _is_rated_in(turn.chat)


def _is_rated_in(chat: ChatRef) -> bool:
    return chat.private and chat.channel is ChannelName.TELEGRAM
