"""Who may type a staff command: for everybody else there is no such command."""

from typing import Any

from aiogram.filters import Filter
from aiogram.types import CallbackQuery, Message

from bot.domain import ChannelName
from bot.domain.staff import Role
from bot.people.services import People


class HasRole(Filter):
    """Lets those through who have the role, or are admins; the handler may take them as `member: Member`.

    Put it after cheaper filters: it asks the database. Others' updates go on to the routers behind, and so
    they learn nothing.
    """

    def __init__(self, role: Role) -> None:
        self.role = role

    async def __call__(self, event: Message | CallbackQuery, people: People | None) -> bool | dict[str, Any]:
        if people is None or event.from_user is None:
            return False
        member = await people.staff.member(ChannelName.TELEGRAM, str(event.from_user.id))
        if member is None or not member.role.may_act_as(self.role):
            return False
        if isinstance(event, Message) and event.chat.type == "private":
            await people.staff.mark_reachable(member, reachable=True)  # who writes has not blocked the bot
        return {"member": member}
