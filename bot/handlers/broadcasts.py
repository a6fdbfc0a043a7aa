"""/broadcasts: how those that were begun go on, for admins; pause, go on, stop."""

from aiogram import Bot, F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message, Update

from bot.domain.broadcasts import Broadcast, BroadcastStatus
from bot.domain.staff import Member, Role
from bot.handlers.broadcast_steps import DUTY
from bot.handlers.choices import pass_over
from bot.handlers.roles import HasRole
from bot.handlers.screens import language_of, tell, turn_into
from bot.people.broadcasts.screens import DATA, WANTED, Act, BroadcastScreens, BroadcastTap
from bot.people.broadcasts.wording import Wording
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.broadcasts import BroadcastText
from bot.texts.literal import literal


def build_router() -> Router:
    router = Router(name="broadcasts")
    admin = HasRole(Role.ADMIN)
    router.message.register(show, Command("broadcasts"), admin)
    router.callback_query.register(take_tap, F.data.startswith(DATA), admin)
    return router


async def show(message: Message, event_update: Update, people: People) -> None:
    await tell(people, message, event_update, await _all(people, message))


async def take_tap(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    tap = BroadcastTap.parse(query.data or "")
    if tap is not None and tap.act is Act.LIST:
        await turn_into(people, query, bot, _all(people, query))
        return
    broadcast = None if tap is None else await people.broadcasts.one(tap.broadcast_id)
    if tap is None or broadcast is None:
        await pass_over(query, bot, people)
        return
    await turn_into(people, query, bot, _tapped(people, query, broadcast, tap, member))


async def _tapped(
    people: People, query: CallbackQuery, broadcast: Broadcast, tap: BroadcastTap, member: Member
) -> Screen:
    if tap.act in WANTED:
        return await _change(people, query, broadcast, tap, member)
    if tap.act is Act.ONE or not _is_open(broadcast, tap.seen):
        return await _one(people, query, broadcast)
    progress = await people.broadcasts.progress(broadcast)
    return _screens(people, query).asking(broadcast, progress, tap.act)


async def _change(
    people: People, query: CallbackQuery, broadcast: Broadcast, tap: BroadcastTap, member: Member
) -> Screen:
    """The yes: done if it still is as it was seen; read back in any case."""
    wanted = WANTED[tap.act]
    changed = await people.broadcasts.change(broadcast, tap.seen, wanted, member)
    now = await people.broadcasts.one(broadcast.broadcast_id) or broadcast
    if changed and wanted is not BroadcastStatus.PAUSED:
        key = f"{now.subject}:{query.id}"
        await people.upkeep.jobs.run_now(DUTY, key=key, asked_by=member.key)
    screen = await _one(people, query, now)
    is_mine = now.status is wanted and now.changed_by == member.key  # the tap was delivered before
    if changed or is_mine:
        return screen
    who = literal(await people.staff.name_of(now.changed_by))
    return screen.headed(_words(people, query).say(BroadcastText.CHANGED_BY_OTHER, who=who))


def _is_open(broadcast: Broadcast, seen: BroadcastStatus) -> bool:
    return broadcast.finished_at is None and broadcast.status is seen


async def _all(people: People, event: Message | CallbackQuery) -> Screen:
    return _screens(people, event).all(await people.broadcasts.latest())


async def _one(people: People, event: Message | CallbackQuery, broadcast: Broadcast) -> Screen:
    progress = await people.broadcasts.progress(broadcast)
    maker = await people.staff.name_of(broadcast.made_by)
    return _screens(people, event).one(broadcast, progress, maker)


def _screens(people: People, event: Message | CallbackQuery) -> BroadcastScreens:
    zone, is_quiet = people.tenant.zone, people.broadcasts.is_quiet
    return BroadcastScreens(_words(people, event), zone, is_quiet=is_quiet)


def _words(people: People, event: Message | CallbackQuery) -> Wording:
    return Wording(people.texts, language_of(event.from_user))
