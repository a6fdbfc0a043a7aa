"""What handlers show: messages in the chat's own order, changes of the one that was tapped, toasts."""

from collections.abc import Awaitable
from contextlib import suppress

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import CallbackQuery, Chat, InaccessibleMessage, Message, Update, User

from bot.domain import ChannelName, ChatRef, Keyboard, Outgoing
from bot.domain.consents import Person
from bot.domain.handoffs import Place
from bot.errors import DeliveryError
from bot.people.screen import Screen
from bot.people.services import People

log = structlog.get_logger()

_TOAST_CHARACTERS = 200


def chat_ref(chat: Chat) -> ChatRef:
    return ChatRef(channel=ChannelName.TELEGRAM, chat_id=str(chat.id), private=chat.type == "private")


def language_of(person: User | None) -> str:
    return ((person.language_code if person else None) or "ru")[:2].lower()


def person_of(user: User) -> Person:
    name = user.full_name[:200].encode("utf-8", "ignore").decode("utf-8")
    return Person(
        channel=ChannelName.TELEGRAM, external_id=str(user.id), name=name, language=language_of(user)
    )


def message_of(event: Message | CallbackQuery) -> Message | InaccessibleMessage | None:
    """What was said, or what was tapped; None: Telegram does not tell any more what was tapped."""
    return event.message if isinstance(event, CallbackQuery) else event


def thread_of(message: Message | InaccessibleMessage | None) -> int | None:
    """The forum topic that a message stands in."""
    return message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None


def place_of(message: Message) -> Place:
    return Place(chat_id=str(message.chat.id), thread_id=thread_of(message))


async def show(
    people: People,
    chat: Chat,
    update: Update,
    outgoing: Outgoing,
    *,
    name: str = "screen",
    language: str = "ru",
) -> None:
    """Send it once for this update, however often the update is delivered. `name` tells several apart."""
    await people.outbox.post(chat_ref(chat), outgoing, name=f"{update.update_id}-{name}", language=language)


async def tell(
    people: People,
    event: Message | CallbackQuery,
    update: Update,
    screen: Screen,
    *,
    name: str = "screen",
    language: str = "",
) -> None:
    """`show` where the event is, in the same topic, in the language given or else of who wrote or tapped."""
    message = message_of(event)
    if message is not None:
        outgoing = Outgoing(text=screen.text, keyboard=screen.keyboard, thread_id=thread_of(message))
        language = language or language_of(event.from_user)
        await show(people, message.chat, update, outgoing, name=name, language=language)


async def change(
    people: People,
    message: Message | InaccessibleMessage,
    markdown: str,
    keyboard: Keyboard | None = None,
) -> None:
    """Make the message that was tapped read like this; if it is gone, or Telegram away, nobody misses it."""
    try:
        await people.delivery.change(chat_ref(message.chat), message.message_id, markdown, keyboard)
    except DeliveryError as error:
        log.info("screen_not_changed", reason=type(error).__name__)


async def toast(bot: Bot, query: CallbackQuery, text: str = "", *, alert: bool = False) -> None:
    """Stop the button's spinning, with a line that passes or, as an alert, one to be closed."""
    with suppress(TelegramAPIError):
        await bot.answer_callback_query(query.id, text=text[:_TOAST_CHARACTERS] or None, show_alert=alert)


async def turn_into(
    people: People,
    query: CallbackQuery,
    bot: Bot,
    screen: Screen | Awaitable[Screen],
    *,
    said: str = "",
    alert: bool = False,
) -> None:
    """`toast` what is said, and `change` the message that was tapped into the screen.

    A screen that is still to be made is waited for after the toast.
    """
    await toast(bot, query, said, alert=alert)
    shown = screen if isinstance(screen, Screen) else await screen
    if query.message is not None:
        await change(people, query.message, *shown)
