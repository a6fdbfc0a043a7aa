"""What the staff are told: in their room, or, where there is none, privately to everybody on duty."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import structlog
from redis.asyncio import Redis

from bot.delivery.delivery import Delivery
from bot.domain import ChannelName, ChatRef, Keyboard, Outgoing, Purpose, Turn
from bot.domain.plain_json import JSON
from bot.domain.staff import Role
from bot.errors import ChatMoved, ChatUnreachable, DeliveryError, ThreadGone
from bot.queue.outbox import Outbox
from bot.staff.roles import Staff
from bot.texts.cards import CardText
from bot.texts.catalogue import Texts

log = structlog.get_logger()

_KEPT_S = 30 * 24 * 3600
"""So long after it was last touched a card can be changed."""
_SHOWN = "shown"
_VERSION = "version"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wording:
    """How a card reads, and the number of this wording among all it had."""

    text: str
    keyboard: Keyboard | None
    version: int


class StaffPosts:
    """Messages for the staff. All copies of a `subject` (``callback:12``) read alike, also later.

    `<prefix>:card:<subject>` holds how it reads now and the place of every copy; the queue holds the subject
    alone, so that what is erased there is said nowhere any more. Methods raise redis-py's errors and
    StoreError; repeating them is safe.
    """

    def __init__(
        self,
        *,
        staff: Staff,
        outbox: Outbox,
        delivery: Delivery,
        redis: Redis,
        texts: Texts,
        language: str,
        prefix: str = "dz",
    ) -> None:
        """`language`: what the staff read."""
        self._staff = staff
        self._outbox = outbox
        self._delivery = delivery
        self._redis = redis
        self._texts = texts
        self._prefix = prefix
        self.language = language

    async def tell(
        self,
        subject: str,
        text: str,
        keyboard: Keyboard | None = None,
        *,
        name: str = "card",
        thread_id: int | None = None,
    ) -> int:
        """Say it, once per `subject` and `name`; returns how many chats are addressed. 0: nobody can be told.

        Copies under the same subject but another name read the same from now on. `thread_id` is a topic of
        the room.
        """
        room = await self._staff.room()
        chats = [room.chat] if room else [member.chat for member in await self._staff.on_duty()]
        outgoing = _card(subject, thread_id if room else None)
        return await self._tell(chats, outgoing, text, keyboard, name)

    async def tell_admins(
        self, subject: str, text: str, keyboard: Keyboard | None = None, *, name: str = "card"
    ) -> int:
        """As `tell`, but privately to each admin, whether there is a room or not."""
        admins = [member.chat for member in await self._staff.on_duty() if member.role is Role.ADMIN]
        return await self._tell(admins, _card(subject), text, keyboard, name)

    async def tell_one(
        self, chat: ChatRef, subject: str, text: str, keyboard: Keyboard | None = None, *, name: str = "card"
    ) -> int:
        """As `tell`, but to one chat of the staff."""
        return await self._tell([chat], _card(subject), text, keyboard, name)

    async def change(self, subject: str, text: str, keyboard: Keyboard | None = None) -> None:
        """Make every copy read like this, also those on their way; nothing is done where none was told."""
        if not await self._redis.exists(self._key(subject)):
            return
        version = await self._word(subject, text, keyboard)
        chats = {chat for chat, _ in await self._copies(subject)}
        change = Outgoing(purpose=Purpose.CARD_CHANGE, subject=subject)
        for chat in chats:
            await self._outbox.post(chat, change, name=f"{subject}-v{version}", language=self.language)

    async def erase(self, subject: str) -> None:
        """Whom it was about has all data erased: every copy says just that."""
        await self.change(subject, self._texts.say(CardText.ERASED, self.language))

    # What the worker asks while it serves the outbox.

    async def worded(self, turn: Turn, outgoing: Outgoing) -> Outgoing | None:
        """A card as it reads now; None: it is forgotten."""
        shown = await self._shown(outgoing.subject)
        return None if shown is None else replace(outgoing, text=shown.text, keyboard=shown.keyboard)

    async def told(self, turn: Turn, outgoing: Outgoing, message_id: int) -> None:
        """A copy stands in a chat; what was changed while it was sent is made good."""
        place = _place(turn.chat, message_id)
        await self._note(outgoing.subject, place, 0)
        shown = await self._shown(outgoing.subject)
        if shown is None:
            return
        if (shown.text, shown.keyboard) == (outgoing.text, outgoing.keyboard):
            await self._note(outgoing.subject, place, shown.version)
        else:
            await self._show(turn, message_id, outgoing.subject, shown)

    async def changed(self, turn: Turn, outgoing: Outgoing) -> None:
        """Edit the copies in the turn's chat that read otherwise; of many changes the last one alone costs.

        Raises DeliveryError while the network is away.
        """
        shown = await self._shown(outgoing.subject)
        for (chat, message_id), version in (await self._copies(outgoing.subject)).items():
            if shown is not None and chat.key == turn.chat.key and version != shown.version:
                await self._show(turn, message_id, outgoing.subject, shown)

    async def failed(self, turn: Turn, outgoing: Outgoing, error: DeliveryError) -> None:
        """It cannot stand where it was meant to: another place or somebody else gets it."""
        name = f"{turn.last.update_id}-again"
        if isinstance(error, ThreadGone):
            await self._post([turn.chat], _card(outgoing.subject), name)
        elif isinstance(error, ChatMoved):
            await self._follow(turn.chat, _card(outgoing.subject, outgoing.thread_id), error, name)
        elif turn.chat.private:
            await self._pass_over(turn.chat, error)
        else:
            await self._leave_room(turn.chat, outgoing.subject, name)

    async def _follow(self, chat: ChatRef, card: Outgoing, error: ChatMoved, name: str) -> None:
        """The group goes on under another id, and so does what was meant for it."""
        new_id = str(error.new_chat_id)
        await self._staff.move_room(chat.channel, chat.chat_id, new_id)
        await self._post([replace(chat, chat_id=new_id)], card, name)

    async def _leave_room(self, chat: ChatRef, subject: str, name: str) -> None:
        """The room takes nothing: everybody is told privately, and the admins why."""
        log.warning("staff_room_closed", chat=chat.key)
        on_duty = await self._staff.on_duty()
        await self._post([member.chat for member in on_duty], _card(subject), name)
        warning = self._texts.say(CardText.ROOM_CLOSED, self.language)
        await self.tell_admins(f"room_closed:{chat.chat_id}", warning)

    async def _pass_over(self, chat: ChatRef, error: DeliveryError) -> None:
        """One of the staff takes no messages: the others have it, and the admins hear who it is."""
        member = await self._staff.member(chat.channel, chat.chat_id)
        if member is None or not isinstance(error, ChatUnreachable):
            return
        await self._staff.mark_reachable(member, reachable=False)
        warning = self._texts.say(
            CardText.MEMBER_UNREACHABLE, self.language, who=member.name or member.external_id
        )
        told = await self.tell_admins(f"unreachable:{member.external_id}", warning)
        log.warning("staff_member_unreachable", member=member.key, admins_told=told)

    async def _tell(
        self, chats: Sequence[ChatRef], outgoing: Outgoing, text: str, keyboard: Keyboard | None, name: str
    ) -> int:
        await self._word(outgoing.subject, text, keyboard)
        return await self._post(chats, outgoing, f"{outgoing.subject}-{name}")

    async def _post(self, chats: Sequence[ChatRef], outgoing: Outgoing, name: str) -> int:
        for chat in chats:
            await self._outbox.post(chat, outgoing, name=name, language=self.language)
        return len(chats)

    async def _word(self, subject: str, text: str, keyboard: Keyboard | None) -> int:
        """Note how it reads from now on; returns a number that tells this time from all others."""
        key = self._key(subject)
        async with self._redis.pipeline() as pipe:
            pipe.hset(key, _SHOWN, JSON.encode({"text": text, "keyboard": keyboard}))
            pipe.hincrby(key, _VERSION, 1)
            pipe.expire(key, _KEPT_S)
            _, version, _ = await pipe.execute()
        return int(version)

    async def _shown(self, subject: str) -> _Wording | None:
        found = await cast(Any, self._redis.hmget(self._key(subject), _SHOWN, _VERSION))
        if found[0] is None:
            return None
        value = json.loads(found[0])
        keyboard = Keyboard.from_value(value["keyboard"]) if value["keyboard"] else None
        return _Wording(text=value["text"], keyboard=keyboard, version=int(found[1]))

    async def _copies(self, subject: str) -> dict[tuple[ChatRef, int], int]:
        """The place of each, and the version of the words that stands there."""
        fields = await cast(Any, self._redis.hgetall(self._key(subject)))
        return {
            _placed(name.decode()): int(version)
            for name, version in fields.items()
            if name.decode() not in (_SHOWN, _VERSION)
        }

    async def _note(self, subject: str, place: str, version: int) -> None:
        await cast(Any, self._redis.hset(self._key(subject), place, str(version)))

    async def _show(self, turn: Turn, message_id: int, subject: str, shown: _Wording) -> None:
        place = _place(turn.chat, message_id)
        try:
            await self._delivery.change(turn.chat, message_id, shown.text, shown.keyboard)
        except DeliveryError as error:
            if not error.permanent:
                raise
            log.info("card_not_changed", subject=subject, reason=type(error).__name__)
            await cast(Any, self._redis.hdel(self._key(subject), place))
            if isinstance(error, ChatMoved):
                await self._follow(turn.chat, _card(subject), error, f"{subject}-{message_id}-moved")
        else:
            await self._note(subject, place, shown.version)

    def _key(self, subject: str) -> str:
        return f"{self._prefix}:card:{subject}"


def _card(subject: str, thread_id: int | None = None) -> Outgoing:
    return Outgoing(purpose=Purpose.CARD, subject=subject, thread_id=thread_id)


def _place(chat: ChatRef, message_id: int) -> str:
    return f"{chat.channel}:{chat.chat_id}:{'private' if chat.private else 'group'}:{message_id}"


def _placed(place: str) -> tuple[ChatRef, int]:
    channel, chat_id, kind, message_id = place.split(":")
    chat = ChatRef(channel=ChannelName(channel), chat_id=chat_id, private=kind == "private")
    return chat, int(message_id)
