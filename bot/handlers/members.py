"""/staff: who works here, and the step from one role to another. For admins."""

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message, Update

from bot.domain import Outgoing
from bot.domain.staff import Member, Role
from bot.handlers.choices import pass_over
from bot.handlers.commands_menu import keep_commands
from bot.handlers.roles import HasRole
from bot.handlers.screens import language_of, tell, turn_into
from bot.handlers.staff_words import number_in
from bot.people.admins.members import ASK, LIST, ONE, YES, MemberScreens, RoleTap
from bot.people.screen import Screen
from bot.people.services import People
from bot.store.members import RoleChange


def build_router() -> Router:
    router = Router(name="members")
    is_admin = HasRole(Role.ADMIN)
    router.message.register(show, Command("staff"), is_admin)
    router.callback_query.register(back, F.data.regexp(rf"^{LIST}(:[0-9]{{1,4}})?$"), is_admin)
    router.callback_query.register(show_one, F.data.startswith(ONE), is_admin)
    router.callback_query.register(ask, F.data.startswith(ASK), is_admin)
    router.callback_query.register(do, F.data.startswith(YES), is_admin)
    return router


async def show(message: Message, command: CommandObject, event_update: Update, people: People) -> None:
    """``/staff``, or ``/staff`` with a name or number."""
    await tell(
        people,
        message,
        event_update,
        await _found(people, _screens(people, message), (command.args or "").strip()),
    )


async def _found(people: People, screens: MemberScreens, said: str) -> Screen:
    found = await people.admins.members.called(said)
    if not found:
        return screens.unknown()
    return screens.one(found[0]) if said and len(found) == 1 else screens.all(found)


async def back(query: CallbackQuery, bot: Bot, people: People) -> None:
    screens, page = _screens(people, query), number_in(query.data) or 0
    await turn_into(people, query, bot, screens.all(await people.admins.members.roster(), page))


async def show_one(query: CallbackQuery, bot: Bot, people: People) -> None:
    screens, number = _screens(people, query), number_in(query.data)
    entry = None if number is None else await people.admins.members.one(number)
    await turn_into(people, query, bot, screens.gone() if entry is None else screens.one(entry))


async def ask(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    screens, tap = _screens(people, query), RoleTap.parse(query.data or "")
    if tap is None:
        await pass_over(query, bot, people)
        return
    entry = await people.admins.members.one(tap.number)
    if entry is None:
        screen = screens.gone()
    elif entry.member.role is not tap.was:
        screen = screens.told(RoleChange.CHANGED, entry, tap)
    else:
        screen = screens.asking(entry, tap, member)
    await turn_into(people, query, bot, screen)


async def do(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    """The yes: in force at once, in every process."""
    screens, tap = _screens(people, query), RoleTap.parse(query.data or "")
    if tap is None:
        await pass_over(query, bot, people)
        return
    entry = await people.admins.members.one(tap.number)
    if entry is None:
        await turn_into(people, query, bot, screens.gone())
        return
    done = RoleChange.DONE if entry.member.role is tap.to else RoleChange.CHANGED  # tapped twice
    if entry.member.role is tap.was:
        done = await people.admins.members.change(entry.member, tap.to, member)
    if done is RoleChange.DISMISSED:
        await pass_over(query, bot, people)
        return
    await turn_into(people, query, bot, screens.told(done, entry, tap))
    if done is RoleChange.DONE:
        words = MemberScreens(people.tenant, people.texts, people.posts.language).news(tap)
        name = f"role-{query.id}"
        await people.outbox.post(
            entry.member.chat, Outgoing(text=words), name=name, language=people.posts.language
        )
        await keep_commands(bot, people)


def _screens(people: People, event: Message | CallbackQuery) -> MemberScreens:
    return MemberScreens(people.tenant, people.texts, language_of(event.from_user))
