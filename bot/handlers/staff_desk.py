"""/callbacks, /callback and /staff_help: for everybody but the staff there are no such commands."""

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message, Update

from bot.domain.staff import Member, Role
from bot.handlers.roles import HasRole
from bot.handlers.screens import chat_ref, language_of, tell, toast, turn_into
from bot.people.callback_screens.desk import Desk
from bot.people.callback_screens.finding import Finding
from bot.people.callbacks.card_text import TAP
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.cards import DeskText

_LONGEST_ID = 20
_HELP = {
    Role.TESTER: (DeskText.HELP_TESTER,),
    Role.OPERATOR: (DeskText.HELP,),
    Role.ADMIN: (DeskText.HELP, DeskText.HELP_ADMIN, DeskText.HELP_TESTER),
}


def build_router() -> Router:
    router = Router(name="staff_desk")
    for name, handler in (("callbacks", show_waiting), ("staff_help", show_help)):
        router.message.register(handler, Command(name), HasRole(Role.OPERATOR))
    router.message.register(show_help, Command("staff_help"), HasRole(Role.TESTER))
    router.message.register(find, Command("callback"), HasRole(Role.OPERATOR))
    someone = F.data.regexp(rf"^{TAP}(?:who|call):[0-9]{{1,{_LONGEST_ID}}}$")
    router.callback_query.register(go_on, someone, HasRole(Role.OPERATOR))
    return router


async def find(message: Message, command: CommandObject, event_update: Update, people: People) -> None:
    """``/callback`` with a name, a Telegram id or the key of a dialogue."""
    desk = Desk(people=people, language=language_of(message.from_user))
    if not await is_among_staff(people, message):
        await tell(people, message, event_update, Screen(desk.say(DeskText.ONLY_AMONG_STAFF)))
        return
    await tell(people, message, event_update, await Finding(desk=desk).find(command.args or ""))


async def go_on(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    """The one who was meant is chosen, or colleagues are called to them."""
    finding = Finding(desk=Desk(people=people, language=language_of(query.from_user)))
    action, _, external_id = (query.data or "").removeprefix(TAP).partition(":")
    customer = await finding.customer(external_id)
    if customer is None:
        await toast(bot, query, finding.desk.say(DeskText.FIND_NONE))
    elif action == "call":
        said = await finding.call(customer)
        await people.staff.note_act(member, "handoff_asked", customer.chat.key)
        await toast(bot, query, said)
    else:
        await turn_into(people, query, bot, finding.dialogue(customer))


async def show_waiting(message: Message, event_update: Update, people: People) -> None:
    desk = Desk(people=people, language=language_of(message.from_user))
    if not await is_among_staff(people, message):
        await tell(people, message, event_update, Screen(desk.say(DeskText.ONLY_AMONG_STAFF)))
        return
    await tell(people, message, event_update, await desk.waiting())


async def show_help(message: Message, event_update: Update, people: People, member: Member) -> None:
    desk = Desk(people=people, language=language_of(message.from_user))
    await tell(people, message, event_update, Screen("\n\n".join(map(desk.say, _HELP[member.role]))))


async def is_among_staff(people: People, message: Message) -> bool:
    """Whether nobody but staff reads what is said here."""
    if message.chat.type == "private":
        return True
    room = await people.staff.room()
    return room is not None and room.chat.key == chat_ref(message.chat).key
