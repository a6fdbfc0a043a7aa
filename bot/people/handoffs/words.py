"""What the customer and the staff read of a handoff."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.domain import Button, Keyboard, Outgoing
from bot.domain.handoffs import Cause, Customer, Handoff
from bot.domain.staff import Member
from bot.people.portrait import Portrait
from bot.people.review.why import why_row
from bot.people.screen import Screen
from bot.tenant import Tenant
from bot.texts.catalogue import Texts
from bot.texts.handoffs import HandoffText
from bot.texts.literal import literal

TAP: Final = "ho:"
"""Begins the data of all buttons here."""
ASK_FOR_CALL: Final = "cb:ask"
"""The button by which a customer asks to be called back."""
_TITLE_CHARACTERS = 60
_QUOTED_CHARACTERS = 120
_CARDS = {Cause.RED_LIGHT: HandoffText.CARD_RED_LIGHT}


def tap(action: str, about: object) -> str:
    return f"{TAP}{action}:{about}"


class HandoffWords:
    """`language`: what the staff read."""

    def __init__(self, texts: Texts, tenant: Tenant, language: str) -> None:
        self._texts = texts
        self._tenant = tenant
        self.language = language

    def say(self, text: HandoffText, **values: object) -> str:
        """To the staff."""
        return self._texts.say(text, self.language, **values)

    def tell(self, customer: Customer, text: HandoffText, **values: object) -> str:
        return self._texts.say(text, customer.language, **values)

    def button(self, text: HandoffText, action: str, about: object) -> Button:
        return Button(text=self.say(text), data=tap(action, about))

    def name(self, customer_name: str) -> str:
        """How the staff call a customer, within a text."""
        return literal(customer_name) or self.say(HandoffText.SOMEBODY)

    def operator(self, member: Member | None) -> str:
        """As Markdown that reads like the name."""
        return literal(self.called(member))

    def called(self, member: Member | None) -> str:
        """As it is: for toasts. Who left, or has no name, is a colleague."""
        return (member.name if member is not None else "") or self.say(HandoffText.COLLEAGUE)

    def card(
        self,
        handoff: Handoff,
        portrait: Portrait,
        until: datetime,
        text: HandoffText | None = None,
        **values: object,
    ) -> Screen:
        """For all who may come. `text` None: by its cause."""
        name = self.name(handoff.customer.name)
        asked = self.say(text or _CARDS.get(handoff.cause, HandoffText.CARD_ASKED), name=name, **values)
        time = until.astimezone(self._tenant.zone).strftime("%H:%M")
        lines = [asked, self.said(portrait), self.say(HandoffText.CARD_UNTIL, time=time)]
        return Screen("\n\n".join(lines), self.with_why(self.to_take(handoff), portrait.turn_id))

    def with_why(self, keyboard: Keyboard, turn_id: str) -> Keyboard:
        """The same, and below it what asks about the assistant's answer."""
        row = why_row(self._texts, self.language, turn_id)
        return Keyboard(rows=(*keyboard.rows, row)) if row else keyboard

    def to_take(self, handoff: Handoff) -> Keyboard:
        return Keyboard(rows=((self.button(HandoffText.TAKE, "t", handoff.handoff_id),),))

    def to_release(self, token: str) -> Keyboard:
        return Keyboard(rows=((self.button(HandoffText.RELEASE, "r", token),),))

    def choice(self, action: str, customers: Sequence[tuple[str, object]]) -> Keyboard:
        """A row for each name, whose button is about what stands beside it."""
        return Keyboard(
            rows=tuple((Button(text=name, data=tap(action, about)),) for name, about in customers)
        )

    def said(self, portrait: Portrait) -> str:
        """What the dialogue was about so far."""
        lines = [literal(portrait.summary)] if portrait.summary else []
        lines += [self.say(HandoffText.SAID_LINE, words=literal(words)) for words in portrait.said]
        if not lines:
            return self.say(HandoffText.NOTHING_SAID)
        return "\n\n".join([self.say(HandoffText.LAST_SAID), *lines])

    def opening(self, name: str, portrait: Portrait, token: str, *, is_private: bool) -> Outgoing:
        """The first words in the place where it is talked over."""
        text = HandoffText.OPENING_PRIVATE if is_private else HandoffText.OPENING_TOPIC
        words = "\n\n".join((self.say(text, name=self.name(name)), self.said(portrait)))
        return Outgoing(text=words, keyboard=self.to_release(token))

    def title(self, name: str, portrait: Portrait) -> str:
        """Of a customer's topic: «Анна · GLE»."""
        called = " ".join(name.split()) or self.say(HandoffText.SOMEBODY)
        products = [label for label, _ in portrait.products[:1]]
        return " · ".join([called, *products])[:_TITLE_CHARACTERS]

    def joined(self, customer: Customer, member: Member) -> str:
        if not member.name:
            return self.tell(customer, HandoffText.JOINED_UNNAMED)
        return self.tell(customer, HandoffText.JOINED, operator=literal(member.name))

    def unsent(self, reason: HandoffText, words: str = "") -> str:
        """To an operator, of what the customer will not read."""
        if not words:
            return self.say(reason)
        short = words if len(words) <= _QUOTED_CHARACTERS else words[: _QUOTED_CHARACTERS - 1] + "…"
        return f"{self.say(reason)}\n> {literal(short)}"

    def nobody_came(self, customer: Customer) -> Outgoing:
        call = Button(text=self.tell(customer, HandoffText.CALL_ME), data=ASK_FOR_CALL)
        return Outgoing(text=self.tell(customer, HandoffText.NOBODY_CAME), keyboard=Keyboard(rows=((call,),)))
