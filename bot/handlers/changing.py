"""What the handlers of every change share: showing a screen, the yes and the no."""

from aiogram import Bot
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, InaccessibleMessage, Message, Update

from bot.handlers.screens import change, toast
from bot.handlers.staff_words import tell, thread_of, words_in
from bot.people.changes.screens import ChangeScreens, Screen
from bot.people.services import People
from bot.texts.changing import ChangingText


async def show(
    event: Message | CallbackQuery, update: Update, people: People, screen: Screen, *, name: str = "screen"
) -> None:
    """A message of its own, once for this update."""
    message = event.message if isinstance(event, CallbackQuery) else event
    if isinstance(message, Message | InaccessibleMessage):
        await tell(
            people,
            message.chat,
            update,
            screen.text,
            person=event.from_user,
            keyboard=screen.keyboard,
            thread_id=thread_of(message),
            name=name,
        )


async def turn_into(query: CallbackQuery, bot: Bot, people: People, screen: Screen) -> None:
    """Make the message that was tapped this screen."""
    await toast(bot, query)
    if isinstance(query.message, Message):
        await change(people, query.message, screen.text, screen.keyboard)


async def written(
    message: Message, update: Update, people: People, state: FSMContext, screens: ChangeScreens
) -> str | None:
    """What was written for a form; None: it was left, or is no text, and that was said."""
    words = await words_in(message, state)
    if words is None:
        await state.clear()
        await show(message, update, people, screens.plain(ChangingText.FORM_LEFT))
        return None
    if not words:
        await show(message, update, people, screens.plain(ChangingText.ONLY_TEXT))
        return None
    return words


def token_in(query: CallbackQuery) -> str:
    return (query.data or "").rpartition(":")[2]


def numbers_in(query: CallbackQuery, count: int) -> tuple[int, ...] | None:
    """The last `count` parts of the data; None where they are no numbers: forged, or of another version."""
    parts = (query.data or "").split(":")[-count:]
    if len(parts) < count or not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        return None
    return tuple(map(int, parts))
