"""/invite and /invitations for admins; and the link, by which one person joins the staff."""

from aiogram import Bot, F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message, Update, User

from bot.domain import ChannelName
from bot.domain.staff import Member, Role
from bot.handlers.choices import pass_over
from bot.handlers.commands_menu import keep_commands
from bot.handlers.roles import HasRole
from bot.handlers.screens import language_of, person_of, tell, turn_into
from bot.handlers.staff_words import number_in
from bot.people.admins.invitation_screens import (
    DATA,
    FOR,
    LIST,
    NO,
    REVOKE,
    REVOKE_YES,
    YES,
    InvitationScreens,
)
from bot.people.admins.invitations import LONGEST_NOTE, ROLES, START, Made, NotMade
from bot.people.admins.naming import role_called
from bot.people.screen import Screen
from bot.people.services import People
from bot.store.invitations import Redemption
from bot.texts.invitations import InvitationText

_NOT_MADE = {
    NotMade.FORGOTTEN: InvitationText.FORGOTTEN,
    NotMade.TOO_MANY: InvitationText.TOO_MANY,
}


def build_router() -> Router:
    router = Router(name="invitations")
    is_admin = HasRole(Role.ADMIN)
    opened = Command("start", ignore_case=True, magic=F.args.regexp(rf"^{START}[0-9a-f]+$"))
    router.message.register(join, F.chat.type == "private", opened)
    router.message.register(refuse_aloud, F.chat.type != "private", Command("invite"), is_admin)
    router.message.register(invite, Command("invite"), is_admin)
    router.message.register(show_all, Command("invitations"), is_admin)
    router.callback_query.register(ask_for, F.data.startswith(FOR), is_admin)
    router.callback_query.register(make, F.data.startswith(YES), is_admin)
    router.callback_query.register(drop, F.data == NO, is_admin)
    router.callback_query.register(back, F.data == LIST, is_admin)
    router.callback_query.register(ask_to_revoke, F.data.startswith(REVOKE), is_admin)
    router.callback_query.register(revoke, F.data.startswith(REVOKE_YES), is_admin)
    router.callback_query.register(pass_over, F.data.startswith(DATA), is_admin)
    return router


async def join(
    message: Message, command: CommandObject, bot: Bot, event_update: Update, people: People
) -> None:
    """Whoever opens a good link first is staff from now on; everybody else reads why nothing happened."""
    user = message.from_user
    if user is None:
        return
    person = Member(
        channel=ChannelName.TELEGRAM,
        external_id=str(user.id),
        name=person_of(user).name,
        role=Role.CUSTOMER,
    )
    redemption, found = await people.admins.invitations.redeem(
        command.args or "", person, str(event_update.update_id)
    )
    if found is None:
        raise SkipHandler  # nothing of ours: an ordinary /start
    role = await people.staff.role_of(person.channel, person.external_id)
    words = (await _screens(people, user)).opened(redemption, role)
    await tell(people, message, event_update, Screen(words))
    if redemption in (Redemption.ACCEPTED, Redemption.ALREADY_STAFF):
        await keep_commands(bot, people)
    if redemption is Redemption.ACCEPTED:
        screens = await _screens(people, None, people.posts.language)
        await people.posts.tell_admins(
            f"invitation:{found.number}", screens.told(found, person.name or person.external_id)
        )


async def refuse_aloud(message: Message, event_update: Update, people: People) -> None:
    screens = await _screens(people, message.from_user)
    await tell(people, message, event_update, screens.plain(InvitationText.ONLY_PRIVATELY))


async def invite(
    message: Message, command: CommandObject, event_update: Update, people: People, member: Member
) -> None:
    """``/invite operator a note for oneself``: asks whether it is meant."""
    screens = await _screens(people, message.from_user)
    called, _, note = (command.args or "").strip().partition(" ")
    role, note = role_called(people.texts, called), " ".join(note.split())
    if not called:
        screen = screens.choose()
    elif role is None:
        screen = screens.plain(InvitationText.UNKNOWN_ROLE)
    elif len(note) > LONGEST_NOTE:
        screen = screens.plain(InvitationText.NOTE_TOO_LONG)
    else:
        wish = await people.admins.invitations.wish(role, note, member, str(event_update.update_id))
        screen = screens.asking(wish)
    await tell(people, message, event_update, screen)


async def ask_for(
    query: CallbackQuery, bot: Bot, event_update: Update, people: People, member: Member
) -> None:
    called = (query.data or "").removeprefix(FOR)
    if called not in ROLES:
        await pass_over(query, bot, people)
        return
    wish = await people.admins.invitations.wish(Role(called), "", member, str(event_update.update_id))
    await turn_into(people, query, bot, (await _screens(people, query.from_user)).asking(wish))


async def make(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    """The yes: the link stands here and nowhere else."""
    screens, me = await _screens(people, query.from_user), await bot.me()
    made = await people.admins.invitations.make((query.data or "").removeprefix(YES), member)
    if isinstance(made, Made):
        screen = screens.made(made, me.username or "")
    else:
        screen = screens.plain(_NOT_MADE[made])
    await turn_into(people, query, bot, screen)


async def drop(query: CallbackQuery, bot: Bot, people: People) -> None:
    screens = await _screens(people, query.from_user)
    await turn_into(people, query, bot, screens.plain(InvitationText.DROPPED))


async def show_all(message: Message, event_update: Update, people: People) -> None:
    await tell(people, message, event_update, await _all(people, message.from_user))


async def back(query: CallbackQuery, bot: Bot, people: People) -> None:
    await turn_into(people, query, bot, await _all(people, query.from_user))


async def ask_to_revoke(query: CallbackQuery, bot: Bot, people: People) -> None:
    screens, number = await _screens(people, query.from_user), number_in(query.data)
    found = None if number is None else await people.admins.invitations.one(number)
    screen = screens.plain(InvitationText.REVOKED_BEFORE) if found is None else screens.revoke_asking(found)
    await turn_into(people, query, bot, screen)


async def revoke(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    screens, number = await _screens(people, query.from_user), number_in(query.data)
    found = None if number is None else await people.admins.invitations.one(number)
    if found is None or not await people.admins.invitations.revoke(found.number, member):
        screen = screens.plain(InvitationText.REVOKED_BEFORE)
    else:
        screen = screens.revoked(found)
    await turn_into(people, query, bot, screen)


async def _all(people: People, user: User | None) -> Screen:
    invitations = people.admins.invitations
    return (await _screens(people, user)).overview(await invitations.open(), await invitations.ended())


async def _screens(people: People, user: User | None, language: str = "") -> InvitationScreens:
    names = await people.staff.names()
    return InvitationScreens(people.tenant, people.texts, language or language_of(user), names)
