"""What the clock does with handoffs: nobody waits in vain, and no dialogue is held by nobody."""

from datetime import timedelta
from typing import Final

import structlog

from bot.domain import Outgoing
from bot.domain.handoffs import place_chat
from bot.domain.moments import Now
from bot.domain.staff import Role
from bot.people.handoffs.handoffs import Handoffs
from bot.people.handoffs.holds import Hold
from bot.queue.outbox import Outbox
from bot.staff.roles import Staff
from bot.texts.handoffs import HandoffText

log = structlog.get_logger()

IDLE: Final = timedelta(hours=2)
"""So long an operator may say nothing before they are reminded."""
GRACE: Final = timedelta(minutes=15)
"""So long after the reminder the dialogue goes back."""


class Tending:
    """`tend` is a duty: done twice it does no harm."""

    def __init__(self, handoffs: Handoffs, staff: Staff, outbox: Outbox, now: Now) -> None:
        self._handoffs = handoffs
        self._staff = staff
        self._outbox = outbox
        self._now = now

    async def tend(self) -> None:
        await self._handoffs.sync()
        now = self._now()
        for handoff in await self._handoffs.known.waiting():
            if self._handoffs.waits_until(handoff) <= now:
                await self._handoffs.expire(handoff)
        holds = await self._handoffs.holds.all()
        if not holds:
            return
        able = {one.key: one for one in await self._staff.members() if one.role.may_act_as(Role.OPERATOR)}
        for hold in holds:
            member = able.get(hold.operator)
            if member is None or (hold.is_private and not member.is_reachable):
                await self._handoffs.give_up(hold)
            else:
                await self._look_after(hold)

    async def _look_after(self, hold: Hold) -> None:
        """Remind an operator who says nothing; then the assistant has the dialogue again."""
        now = self._now().timestamp()
        if hold.reminded_at is None:
            if now - hold.said_at >= IDLE.total_seconds():
                await self._note(hold, HandoffText.IDLE, name=f"idle-{hold.token}-{int(hold.said_at)}")
                await self._handoffs.holds.note_reminded(hold, now)
        elif now - hold.reminded_at >= GRACE.total_seconds():
            await self._note(hold, HandoffText.RETURNED_IDLE, name=f"idle-back-{hold.token}")
            await self._handoffs.release(hold.token)
            log.info("handoff_idle", member=hold.operator)

    async def _note(self, hold: Hold, text: HandoffText, *, name: str) -> None:
        words = self._handoffs.words
        note = words.say(
            text,
            name=words.name(hold.name),
            hours=int(IDLE.total_seconds() // 3600),
            minutes=int(GRACE.total_seconds() // 60),
        )
        said = Outgoing(text=note, thread_id=hold.place.thread_id, keyboard=words.to_release(hold.token))
        await self._outbox.post(
            place_chat(hold.place.chat_id), said, name=f"handoff-{name}", language=words.language
        )
