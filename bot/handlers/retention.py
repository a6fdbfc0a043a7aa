"""/retention: how long things are kept. /hold, /holds: whose data outlives that. For admins."""

import re

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message, Update

from bot.domain.staff import Member, Role
from bot.errors import StoreFull
from bot.handlers.choices import pass_over
from bot.handlers.roles import HasRole
from bot.handlers.screens import language_of, tell, turn_into
from bot.people.retention.holding import MOST_CHARACTERS, Placed
from bot.people.retention.purging import MOST_DAYS
from bot.people.retention.screens import LEAVE, LIFT, LIFT_NO, LIFT_YES, PLACE, SET, RetentionScreens
from bot.people.retention.telling import TRUST_CLOCK
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.retention import RetentionText

_PURGE = "purge"
_SET_DATA = re.compile(rf"{SET}(\d{{1,4}}):(\d{{1,9}})", re.ASCII)
_HOLD_DATA = re.compile(r"hold:(?:lift|off):(\d{1,15})", re.ASCII)


def build_router() -> Router:
    router = Router(name="retention")
    is_admin = HasRole(Role.ADMIN)
    router.message.register(show, Command("retention"), is_admin)
    router.message.register(hold, Command("hold"), is_admin)
    router.message.register(list_holds, Command("holds"), is_admin)
    router.callback_query.register(set_days, F.data.startswith(SET), is_admin)
    router.callback_query.register(leave, F.data == LEAVE, is_admin)
    router.callback_query.register(trust_clock, F.data == TRUST_CLOCK, is_admin)
    router.callback_query.register(place_hold, F.data.startswith(PLACE), is_admin)
    router.callback_query.register(ask_to_lift, F.data.startswith(LIFT), is_admin)
    router.callback_query.register(lift_hold, F.data.startswith(LIFT_YES), is_admin)
    router.callback_query.register(back_to_holds, F.data == LIFT_NO, is_admin)
    return router


async def show(message: Message, command: CommandObject, event_update: Update, people: People) -> None:
    """How long things are kept; with a number of days, what would go with them, and whether it is meant."""
    retention, screens = people.upkeep.retention, _screens(people, message)
    kept, said = await retention.kept(), (command.args or "").strip()
    days = _read_days(said)
    if not said:
        forecast = await retention.forecast(kept.days)
        held = len(await people.upkeep.holding.standing())
        surely = await retention.watch_clock()
        screen = screens.overview(kept, forecast, await retention.last_purge(), held, surely)
    elif isinstance(days, RetentionText):
        screen = screens.told(days, kept)
    elif days == kept.days:
        screen = screens.told(RetentionText.SAME, kept)
    else:
        screen = screens.asking(kept, await retention.forecast(days))
    await tell(people, message, event_update, screen)


async def set_days(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    """The yes: in force at once, and what is older goes now."""
    asked = _SET_DATA.fullmatch(query.data or "")
    days = _read_days(asked[1]) if asked else RetentionText.UNREADABLE
    if asked is None or isinstance(days, RetentionText):
        await pass_over(query, bot, people)
        return
    retention, screens = people.upkeep.retention, _screens(people, query)
    is_done = await retention.change(days, seen=int(asked[2]), changed_by=member.key)
    text = RetentionText.CHANGED_BY_OTHER
    if is_done:
        key = f"tap:{query.message.message_id if query.message else ''}:{asked[2]}:{days}"
        text = await _purge_now(people, days, key, member)
    await turn_into(people, query, bot, screens.told(text, await retention.kept()))


async def _purge_now(people: People, days: int, key: str, member: Member) -> RetentionText:
    """The days are changed whatever comes of this."""
    try:
        is_empty = not (await people.upkeep.retention.forecast(days)).rows
        await people.upkeep.jobs.run_now(_PURGE, key=key, asked_by=member.key)
    except StoreFull:
        return RetentionText.DONE_LATER
    return RetentionText.DONE_NOTHING if is_empty else RetentionText.DONE


async def leave(query: CallbackQuery, bot: Bot, people: People) -> None:
    await turn_into(people, query, bot, _left(people, _screens(people, query)))


async def _left(people: People, screens: RetentionScreens) -> Screen:
    return screens.told(RetentionText.KEPT, await people.upkeep.retention.kept())


async def trust_clock(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    await people.upkeep.retention.trust_clock()
    await people.staff.note_act(member, "clock_trusted", "clock")
    await people.upkeep.jobs.run_now(_PURGE, key=f"clock:{query.id}", asked_by=member.key)
    await turn_into(people, query, bot, _screens(people, query).plain(RetentionText.CLOCK_TRUSTED))


async def hold(
    message: Message, command: CommandObject, event_update: Update, people: People, member: Member
) -> None:
    """Ask whether just this person's data is to be held, for just this reason."""
    holding, screens = people.upkeep.holding, _screens(people, message)
    said = (command.args or "").strip()
    found, reason = await holding.read(said)
    if len(said.split()) < 2 or (found and not reason):
        screen = screens.plain(RetentionText.HOLD_HOW)
    elif not found:
        screen = screens.plain(RetentionText.HOLD_NOBODY)
    elif len(found) > 1:
        screen = screens.several(found)
    elif len(reason) > MOST_CHARACTERS:
        screen = screens.plain(RetentionText.HOLD_TOO_LONG)
    elif await holding.of(found[0]) is not None:
        screen = screens.plain(RetentionText.HOLD_ALREADY)
    else:
        wish = await holding.wish(found[0], reason, member, str(event_update.update_id))
        screen = screens.hold_asking(wish)
    await tell(people, message, event_update, screen)


async def place_hold(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    screens = _screens(people, query)
    placed, wish = await people.upkeep.holding.place((query.data or "").removeprefix(PLACE), member)
    if wish is None:
        screen = screens.plain(RetentionText.HOLD_FORGOTTEN)
    elif placed is Placed.ALREADY:
        screen = screens.plain(RetentionText.HOLD_ALREADY)
    else:
        screen = screens.held(wish)
    await turn_into(people, query, bot, screen)


async def list_holds(message: Message, event_update: Update, people: People) -> None:
    await tell(people, message, event_update, await _holds(people, message))


async def back_to_holds(query: CallbackQuery, bot: Bot, people: People) -> None:
    await turn_into(people, query, bot, _holds(people, query))


async def _holds(people: People, event: Message | CallbackQuery) -> Screen:
    return _screens(people, event).holds(await people.upkeep.holding.standing())


async def ask_to_lift(query: CallbackQuery, bot: Bot, people: People) -> None:
    hold_id = _HOLD_DATA.fullmatch(query.data or "")
    if hold_id is None:
        await pass_over(query, bot, people)
        return
    await turn_into(people, query, bot, _asking_to_lift(people, _screens(people, query), int(hold_id[1])))


async def _asking_to_lift(people: People, screens: RetentionScreens, hold_id: int) -> Screen:
    held = await people.upkeep.holding.one(hold_id)
    if held is None:
        return screens.plain(RetentionText.LIFTED_BEFORE)
    return screens.lift_asking(held, await people.upkeep.retention.kept())


async def lift_hold(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    hold_id = _HOLD_DATA.fullmatch(query.data or "")
    if hold_id is None:
        await pass_over(query, bot, people)
        return
    await turn_into(people, query, bot, _lifted(people, _screens(people, query), int(hold_id[1]), member))


async def _lifted(people: People, screens: RetentionScreens, hold_id: int, member: Member) -> Screen:
    held = await people.upkeep.holding.one(hold_id)
    if held is None or not await people.upkeep.holding.lift(held, member):
        return screens.plain(RetentionText.LIFTED_BEFORE)
    return screens.lifted(held, await people.upkeep.retention.kept())


def _read_days(said: str) -> int | RetentionText:
    """The number, or the sentence that says why it is none."""
    if not re.fullmatch(r"[-+]?\d{1,9}", said, re.ASCII):
        return RetentionText.UNREADABLE
    days = int(said)
    if days < 1:
        return RetentionText.TOO_FEW
    return days if days <= MOST_DAYS else RetentionText.TOO_MANY


def _screens(people: People, event: Message | CallbackQuery) -> RetentionScreens:
    return RetentionScreens(people.tenant, people.texts, language_of(event.from_user))
