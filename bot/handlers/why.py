"""«Почему?» under a card, and /why: the reasons of an answer, for staff alone."""

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message, Update

from bot.domain import Button, Keyboard, Outcome, TurnRecord
from bot.domain.staff import Role
from bot.handlers.roles import HasRole
from bot.handlers.screens import language_of, place_of, tell, toast
from bot.people.review.why import FIX, WHY
from bot.people.screen import Screen
from bot.people.services import People
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
        query,
        event_update,
        Screen(await _told(people, record, language), _keyboard(people, record, language)),
    )


async def command(message: Message, command: CommandObject, event_update: Update, people: People) -> None:
    """Of the turn that is named, of the card that it replies to, or of the customer whose topic this is."""
    language = language_of(message.from_user)
    typed, replied = (command.args or "").strip(), _replied(message)
    turn_id = typed or turn_under(replied)
    if turn_id:
        record = await people.oversight.why.turn(turn_id)
        missing = WhyText.NOT_FOUND if typed else WhyText.GONE
    else:
        record = await _of_topic(message, replied, people)
        missing = WhyText.WHICH
    if record is None:
        await tell(people, message, event_update, Screen(people.texts.say(missing, language)))
        return
    text = await _told(people, record, language)
    await tell(people, message, event_update, Screen(text, _keyboard(people, record, language)))


def turn_under(message: Message | None) -> str:
    """The turn that a button under a message asks about; "" where there is none."""
    markup = message.reply_markup if message is not None else None
    buttons = [button for row in markup.inline_keyboard for button in row] if markup is not None else []
    asked = (button.callback_data or "" for button in buttons)
    return next((data.removeprefix(WHY) for data in asked if data.startswith(WHY)), "")


def _replied(message: Message) -> Message | None:
    """What somebody chose to reply to; in a topic all else replies to the message that opened it."""
    replied = message.reply_to_message
    return None if replied is None or replied.forum_topic_created is not None else replied


async def _of_topic(message: Message, replied: Message | None, people: People) -> TurnRecord | None:
    """The last answer before what is replied to, or the last at all, to the customer talked with here."""
    until = None if replied is None else replied.date
    return await people.oversight.why.last_turn_in(place_of(message), until)


async def _told(people: People, record: TurnRecord, language: str) -> str:
    """Where the words went to a person, the reasons of what was suggested to them."""
    why = people.oversight.why
    if record.answer.outcome is Outcome.RELAYED:
        suggested = await people.suggestions.answer_to(record.turn_id)
        record = record if suggested is None else why.as_suggested(record, suggested)
    return await why.told(record, language)


def _keyboard(people: People, record: TurnRecord, language: str) -> Keyboard:
    fix = Button(text=people.texts.say(WhyText.FIX, language), data=f"{FIX}{record.turn_id}")
    return Keyboard(rows=((fix,),))
