"""What operators write to customers: in a customer's topic, or in their own chat with the bot."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, Final

from aiogram import F, Router
from aiogram.filters import Filter
from aiogram.types import Message, TelegramObject, Update

from bot.domain import CopyOf, Outgoing
from bot.domain.handoffs import read_token
from bot.domain.staff import Role
from bot.handlers.roles import HasRole
from bot.handlers.screens import chat_ref, place_of, tell, thread_of
from bot.handlers.utterances import is_service
from bot.people.handoffs.holds import Hold
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.handoffs import HandoffText

_SKEW: Final = timedelta(seconds=2)
"""Telegram's clock and ours may differ by so much."""


def build_router() -> Router:
    router = Router(name="handoff_talk")
    router.message.outer_middleware(_note_seen)
    in_topic = F.is_topic_message & F.from_user & ~F.from_user.is_bot
    router.message.register(say_in_topic, in_topic, _is_meant, InTopic(), HasRole(Role.OPERATOR))
    router.message.register(say_too_late, in_topic, _is_meant, HasRole(Role.OPERATOR), WasHeld())
    by_nobody = F.is_topic_message & F.sender_chat
    router.message.register(say_namelessly, by_nobody, _is_meant, InTopic())
    router.message.register(keep_among_staff, in_topic, _is_meant, WasHeld())
    private = F.chat.type == "private"
    router.message.register(say_privately, private, _is_meant, InOwnChat(), HasRole(Role.OPERATOR))
    router.edited_message.register(note_edit, WasSaid())
    return router


async def _note_seen(
    handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
    event: TelegramObject,
    data: dict[str, Any],
) -> Any:
    """Whatever is said in a group has an id that is none of ours: the fewer unknown ids, the surer a send of
    unknown fate is found again."""
    people: People | None = data.get("people")
    if people is not None and isinstance(event, Message) and event.chat.type != "private":
        await people.delivery.seen(chat_ref(event.chat), event.message_id)
    return await handler(event, data)


def _is_meant(message: Message) -> bool:
    """Whether it may be for a customer: no command, no note among colleagues, nothing that just happened."""
    return not (message.text or message.caption or "").startswith("/") and not is_service(message)


class InTopic(Filter):
    """The topic is that of a customer whose dialogue is held: `hold`."""

    async def __call__(self, message: Message, people: People | None) -> bool | dict[str, Any]:
        if people is None:
            return False
        hold = await people.handoffs.hold_in(place_of(message))
        return {"hold": hold} if hold is not None else False


class WasHeld(Filter):
    """The topic is that of a customer, whoever has the dialogue now."""

    async def __call__(self, message: Message, people: People | None) -> bool:
        return people is not None and await people.handoffs.known.last_in(place_of(message)) is not None


class InOwnChat(Filter):
    """Somebody who holds dialogues in their own chat, or did a moment ago, writes there: `holds`, and `token`
    of what they reply to."""

    async def __call__(self, message: Message, people: People | None) -> bool | dict[str, Any]:
        if people is None:
            return False
        chat = chat_ref(message.chat)
        holds = await people.handoffs.holds_of(chat.key)
        replied = message.reply_to_message
        token = ""
        if replied is not None and replied.from_user is not None and replied.from_user.is_bot:
            token = await people.handoffs.holds.token_of(chat.chat_id, replied.message_id)
        if not holds and not token:  # what was begun before the end is no question to the assistant
            token = await people.handoffs.holds.left(chat.chat_id)
        return {"holds": holds, "token": token} if holds or token else False


class WasSaid(Filter):
    """The message has gone to a customer."""

    async def __call__(self, message: Message, people: People | None) -> bool:
        return people is not None and await people.handoffs.holds.was_said(
            str(message.chat.id), message.message_id
        )


async def say_in_topic(message: Message, event_update: Update, people: People, hold: Hold) -> None:
    await _say(message, event_update, people, [hold], hold.token)


async def say_too_late(message: Message, event_update: Update, people: People) -> None:
    await _tell(message, event_update, people, HandoffText.UNSENT_RETURNED)


async def say_namelessly(message: Message, event_update: Update, people: People) -> None:
    """Somebody writes in the name of the group: it could be anybody, so the customer does not read it."""
    await _tell(message, event_update, people, HandoffText.UNSENT_NAMELESS)


async def keep_among_staff(message: Message) -> None:
    """What people without a role write there is for nobody but the staff: the assistant stays out of it."""


async def say_privately(
    message: Message, event_update: Update, people: People, holds: list[Hold], token: str
) -> None:
    """To whom it replies; else to whom a suggestion is being written anew; else to the only one."""
    aims = people.handoffs.holds
    if not token:
        aimed = await aims.aimed(str(message.chat.id))
        token = next((hold.token for hold in holds if hold.token == aimed), "")
    if not token and len(holds) == 1:
        token = holds[0].token
    await _say(message, event_update, people, holds, token)


async def note_edit(message: Message, event_update: Update, people: People) -> None:
    text = people.handoffs.words.say(HandoffText.EDIT_UNSENT)
    said = Outgoing(text=text, thread_id=thread_of(message))
    name = f"edit-unsent-{message.chat.id}-{message.message_id}"  # once, however often it is edited
    await people.outbox.post(chat_ref(message.chat), said, name=name)


async def _say(
    message: Message, event_update: Update, people: People, holds: Sequence[Hold], token: str
) -> None:
    """`token`: for which of the holdings, as it seems; what was settled at its first coming counts."""
    chat_id = str(message.chat.id)
    if message.chat.type == "private":
        await people.delivery.seen(chat_ref(message.chat), message.message_id)
    token = await people.handoffs.holds.settle(chat_id, message.message_id, token)
    hold = next((hold for hold in holds if hold.token == token), None)
    if hold is None or _is_older(message, token):
        text = HandoffText.UNSENT_RETURNED if token else HandoffText.WHICH_ONE
        await _tell(message, event_update, people, text)
        return
    words = message.text or message.caption or f"[{message.content_type}]"
    source = Outgoing(copy_of=CopyOf(chat_id=chat_id, message_id=message.message_id))
    name = f"{chat_id}-{message.message_id}"
    await people.handoffs.say(hold, source, words.encode("utf-8", "ignore").decode(), name=name)
    await people.handoffs.holds.forget_aim(chat_id)


def _is_older(message: Message, token: str) -> bool:
    """Whether it was written before this holding began, and so for somebody else."""
    named = read_token(token)
    return named is not None and message.date < named[1] - _SKEW


async def _tell(message: Message, event_update: Update, people: People, text: HandoffText) -> None:
    words = people.handoffs.words
    quoted = words.unsent(text, message.text or message.caption or "")
    await tell(people, message, event_update, Screen(quoted), language=words.language)
