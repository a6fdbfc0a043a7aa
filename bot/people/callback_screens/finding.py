"""/callback <who>: which dialogue is meant, what it was about, and how staff can come into it."""

from dataclasses import dataclass

from bot.domain import Button, Keyboard
from bot.domain.handoffs import Cause, Customer
from bot.people.callback_screens.desk import Desk
from bot.people.callbacks.card_text import tap
from bot.people.handoffs import words as handoff_words
from bot.people.handoffs.handoffs import Asked
from bot.people.screen import Screen
from bot.texts.cards import CardText, DeskText
from bot.texts.literal import literal

_LONGEST = 100
_ASKED = {
    Asked.CALLED: DeskText.CALLED,
    Asked.WAITING: DeskText.CALLED_ALREADY,
    Asked.NOBODY: DeskText.NOBODY,
    Asked.OFF: DeskText.OFF,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """For one operator, in their language."""

    desk: Desk

    async def find(self, who: str) -> Screen:
        """The dialogue of the one customer who fits, or whom to choose from."""
        if not who.strip():
            return Screen(self.desk.say(DeskText.FIND_HOW))
        found = await self.desk.people.handoffs.known.find(who[:_LONGEST])
        if not found:
            return Screen(self.desk.say(DeskText.FIND_NONE))
        if len(found) == 1:
            return await self.dialogue(found[0])
        rows = tuple((self._choice(customer),) for customer in found)
        return Screen(self.desk.say(DeskText.FIND_SEVERAL), Keyboard(rows=rows))

    async def customer(self, external_id: str) -> Customer | None:
        """Somebody of this business by their id in the messenger; None: there is nobody."""
        found = await self.desk.people.handoffs.known.find(external_id)
        return next((one for one in found if one.chat.chat_id == external_id), None)

    async def dialogue(self, customer: Customer) -> Screen:
        """What is going on in it, and the ways in."""
        people, language = self.desk.people, self.desk.language
        portrait = await people.cards.portrait(customer.chat)
        lines = [f"**{self._name(customer)}**", *await self._standing(customer)]
        known = people.cards.wording.portrait(portrait, language)
        lines += known or [self.desk.say(DeskText.NOTHING_SAID)]
        take_over = Button(
            text=self.desk.say(DeskText.TAKE_OVER), data=handoff_words.tap("c", customer.chat.key)
        )
        call = Button(text=self.desk.say(DeskText.CALL_COLLEAGUE), data=tap("call", customer.chat.chat_id))
        return Screen("\n".join(lines), Keyboard(rows=((take_over, call),)))

    async def call(self, customer: Customer) -> str:
        """Have the card of a handoff shown to all who may come; returns what to say of it."""
        people = self.desk.people
        asked = await people.handoffs.ask(
            customer.chat, name=customer.name, language=customer.language, cause=Cause.CALLBACK
        )
        if asked is Asked.HELD:
            return self.desk.say(DeskText.HELD, who=await self._holder(customer))
        return self.desk.say(_ASKED[asked])

    async def _standing(self, customer: Customer) -> list[str]:
        """Who talks with them, and what they wait for."""
        people, language = self.desk.people, self.desk.language
        lines: list[str] = []
        if await people.handoffs.is_held(customer.chat.key):
            lines.append(self.desk.say(DeskText.HELD, who=literal(await self._holder(customer))))
        callback = await people.callbacks.open_of(customer.chat.channel, customer.chat.chat_id)
        if callback is not None:
            when = people.cards.wording.window(callback, people.now(), language)
            lines.append(self.desk.say(DeskText.WAITS, number=callback.callback_id, when=when))
        return lines

    async def _holder(self, customer: Customer) -> str:
        hold = await self.desk.people.handoffs.hold_of(customer.chat.key)
        somebody = self.desk.people.texts.say(CardText.SOMEBODY, self.desk.language)
        if hold is None:
            return somebody
        member = await self.desk.people.staff.by_key(hold.operator)
        return member.name if member is not None and member.name else somebody

    def _choice(self, customer: Customer) -> Button:
        name = " ".join(customer.name.split()) or self.desk.people.texts.say(
            CardText.NO_NAME, self.desk.language
        )
        return Button(text=f"{name} · {customer.chat.chat_id}", data=tap("who", customer.chat.chat_id))

    def _name(self, customer: Customer) -> str:
        return literal(customer.name) or self.desk.people.texts.say(CardText.NO_NAME, self.desk.language)
