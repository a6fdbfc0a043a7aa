"""/hours: when the business is open. For admins."""

from collections.abc import Sequence
from datetime import date

from aiogram import Bot, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import Command, CommandObject, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message, Update

from bot.domain.staff import Member, Role
from bot.handlers.changing import carry_out, numbers_in, register_taps, written
from bot.handlers.choices import pass_over
from bot.handlers.roles import HasRole
from bot.handlers.screens import language_of, tell, toast, turn_into
from bot.handlers.staff_words import begin
from bot.people.callbacks.intents import is_question
from bot.people.changes.hours_list import HoursWish
from bot.people.changes.hours_reading import Fault, Wanted, read_wanted
from bot.people.changes.hours_screens import HoursScreens
from bot.people.services import People
from bot.people.tuning import Knob
from bot.tenant.hours import CalendarDay
from bot.texts.hours import WorkingHoursText

_SUBJECT = "hours"


class HoursForm(StatesGroup):
    line = State()


def build_router() -> Router:
    router = Router(name="hours")
    is_admin = HasRole(Role.ADMIN)
    router.message.register(show_or_ask, Command("hours"), is_admin)
    router.message.register(take_line, StateFilter(HoursForm.line), is_admin)
    register_taps(
        router,
        _SUBJECT,
        {
            "show": back,
            "week": ask_line,
            "day": ask_line,
            "days": show_days,
            "take": take_away,
            "rooms": show_rooms,
            "room": show_room,
            "reset": ask_to_reset,
            "yes": confirm,
            "no": leave,
        },
    )
    return router


async def show_or_ask(
    message: Message,
    command: CommandObject,
    event_update: Update,
    people: People,
    state: FSMContext,
    member: Member,
) -> None:
    """How it is now; with a day and its hours, what would change."""
    await state.clear()
    screens, line = _screens(people, message), (command.args or "").strip()
    if line:
        await _ask(message, event_update, people, member, read_wanted(line, _today(people)))
        return
    standing = await people.changes.standing(Knob.HOURS)
    await tell(people, message, event_update, screens.overview(people.changes.calendar.now, standing))


async def back(query: CallbackQuery, bot: Bot, people: People) -> None:
    standing = await people.changes.standing(Knob.HOURS)
    await turn_into(
        people, query, bot, _screens(people, query).overview(people.changes.calendar.now, standing)
    )


async def show_days(query: CallbackQuery, bot: Bot, people: People) -> None:
    await turn_into(people, query, bot, _screens(people, query).days(people.changes.calendar.now))


async def show_rooms(query: CallbackQuery, bot: Bot, people: People) -> None:
    await turn_into(people, query, bot, _screens(people, query).departments(people.changes.calendar.now))


async def show_room(query: CallbackQuery, bot: Bot, people: People) -> None:
    now, screens, place = people.changes.calendar.now, _screens(people, query), numbers_in(query, 1)
    if place is None or not people.hours.has_own_hours(place[0]):
        await turn_into(people, query, bot, screens.plain(WorkingHoursText.GONE))
        return
    await turn_into(people, query, bot, screens.department(now, place[0]))


async def ask_line(
    query: CallbackQuery, bot: Bot, event_update: Update, people: People, state: FSMContext
) -> None:
    """The next words are a day with its hours, of the whole business or of one department."""
    if query.message is None:
        await pass_over(query, bot, people)
        return
    place = numbers_in(query, 1)
    room = people.hours.department(place[0]) if place else ""
    await begin(people, state, HoursForm.line, query, room=room)
    await toast(bot, query)
    is_week = (query.data or "").startswith(f"{_SUBJECT}:week")
    text = WorkingHoursText.ASK_WEEK if is_week else WorkingHoursText.ASK_DAY
    await tell(people, query, event_update, _screens(people, query).plain(text))


async def take_line(
    message: Message, event_update: Update, people: People, state: FSMContext, member: Member
) -> None:
    """What cannot be read is told, and the form waits on; a question is for the assistant."""
    said = await written(message, event_update, people, state, _screens(people, message))
    if said is None:
        return
    room = str((await state.get_data()).get("room", ""))
    wanted = read_wanted(said, _today(people))
    if wanted is Fault.NO_DAY and is_question(said):
        raise SkipHandler
    if await _ask(message, event_update, people, member, wanted, room):
        await state.clear()


async def take_away(
    query: CallbackQuery, bot: Bot, event_update: Update, people: People, member: Member
) -> None:
    """A special day is to be as any other."""
    day = _day_in(query)
    if day is None or day not in {holiday.day for holiday in people.changes.calendar.now.holidays}:
        await turn_into(people, query, bot, _screens(people, query).plain(WorkingHoursText.GONE))
        return
    await toast(bot, query)
    await _propose(query, event_update, people, member, [await people.hours.taken_away(day)])


async def ask_to_reset(
    query: CallbackQuery, bot: Bot, event_update: Update, people: People, member: Member
) -> None:
    await toast(bot, query)
    await _propose(query, event_update, people, member, [await people.hours.reset()])


async def confirm(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    made = await carry_out(query, bot, people, member)
    if made is not None:
        await turn_into(people, query, bot, _screens(people, query).made(made))


async def leave(query: CallbackQuery, bot: Bot, people: People) -> None:
    await turn_into(people, query, bot, _screens(people, query).left())


async def _ask(
    event: Message | CallbackQuery,
    update: Update,
    people: People,
    member: Member,
    wanted: Wanted | Fault,
    room: str = "",
) -> bool:
    """Ask whether it is meant; False: it cannot be, and why was said."""
    wishes = wanted if isinstance(wanted, Fault) else await people.hours.wishes(wanted, _today(people), room)
    if isinstance(wishes, Fault):
        await tell(people, event, update, _screens(people, event).faulty(wishes))
        return False
    await _propose(event, update, people, member, wishes)
    return True


async def _propose(
    event: Message | CallbackQuery,
    update: Update,
    people: People,
    member: Member,
    wishes: Sequence[HoursWish],
) -> None:
    tokens = [f"{update.update_id}-{number}" for number in range(len(wishes))]
    for token, wish in zip(tokens, wishes, strict=True):
        await people.changes.propose(wish.proposal, member, token)
    bookings = await people.bookings.outside(wishes[0].after)
    calls = await people.callbacks.outside(wishes[0].after)
    screen = _screens(people, event).ask(wishes, tokens, bookings=bookings, calls=calls)
    await tell(people, event, update, screen)


def _day_in(query: CallbackQuery) -> CalendarDay | None:
    try:
        return CalendarDay.parse((query.data or "").removeprefix(f"{_SUBJECT}:take:"))
    except ValueError:  # forged
        return None


def _today(people: People) -> date:
    return people.now().astimezone(people.changes.calendar.zone).date()


def _screens(people: People, event: Message | CallbackQuery) -> HoursScreens:
    return HoursScreens(
        people.changes.tenant, people.texts, language_of(event.from_user), _SUBJECT, _today(people)
    )
