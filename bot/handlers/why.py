"""«Почему?» under a card, and /why: the reasons of an answer, for staff alone."""

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message, Update, User

from bot.domain import Button, Keyboard, TurnRecord
from bot.domain.handoffs import Place
from bot.domain.staff import Role
from bot.handlers.roles import HasRole
from bot.handlers.screens import language_of, toast
from bot.handlers.staff_words import tell, thread_of
from bot.people.services import People
from bot.people.why import FIX, WHY
from bot.texts.why import WhyText


def build_router() -> Router:
    router = Router(name="why")
    router.callback_query.register(tap, F.data.startswith(WHY), HasRole(Role.OPERATOR))
    router.message.register(command, Command("why"), HasRole(Role.OPERATOR))
    return router


async def tap(query: CallbackQuery, bot: Bot, event_update: Update, people: People) -> None:
    if query.message is None:
        await toast(bot, query)
        return
    turn_id = (query.data or "").removeprefix(WHY)
    record = await people.oversight.why.turn(turn_id)
    language = language_of(query.from_user)
    if record is None:
        await toast(bot, query, people.texts.say(WhyText.GONE, language), alert=True)
        return
    await toast(bot, query)
    await tell(
        people,
        query.message.chat,
        event_update,
        await people.oversight.why.told(record, language),
        person=query.from_user,
        keyboard=_keyboard(people, record, language),
        thread_id=thread_of(query.message),
    )


async def command(message: Message, command: CommandObject, event_update: Update, people: People) -> None:
    """Of the turn that is named, of the card that it replies to, or of the customer whose topic this is."""
    language = language_of(message.from_user)
    turn_id = (command.args or "").strip() or turn_under(message.reply_to_message)
    if turn_id:
        record = await people.oversight.why.turn(turn_id)
        missing = WhyText.GONE
    else:
        record = await _of_topic(message, people)
        missing = WhyText.WHICH
    if record is None:
        await _say(message, event_update, people, people.texts.say(missing, language))
        return
    text = await people.oversight.why.told(record, language)
    await _say(message, event_update, people, text, _keyboard(people, record, language))


def turn_under(message: Message | None) -> str:
    """The turn that a button under a message asks about; "" where there is none."""
    markup = message.reply_markup if message is not None else None
    buttons = [button for row in markup.inline_keyboard for button in row] if markup is not None else []
    asked = (button.callback_data or "" for button in buttons)
    return next((data.removeprefix(WHY) for data in asked if data.startswith(WHY)), "")


async def _of_topic(message: Message, people: People) -> TurnRecord | None:
    """The last turn before what is replied to, or the last at all, of the customer talked with here."""
    until = message.reply_to_message.date if message.reply_to_message is not None else None
    place = Place(chat_id=str(message.chat.id), thread_id=thread_of(message))
    return await people.oversight.why.last_turn_in(place, until)


def _keyboard(people: People, record: TurnRecord, language: str) -> Keyboard:
    fix = Button(text=people.texts.say(WhyText.FIX, language), data=f"{FIX}{record.turn_id}")
    return Keyboard(rows=((fix,),))


async def _say(
    message: Message, update: Update, people: People, text: str, keyboard: Keyboard | None = None
) -> None:
    person: User | None = message.from_user
    await tell(
        people, message.chat, update, text, person=person, keyboard=keyboard, thread_id=thread_of(message)
    )
