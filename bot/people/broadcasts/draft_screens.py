"""What an admin sees of a broadcast that is not begun, and what its buttons carry."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from bot.delivery.formatted import MESSAGE_LIMIT
from bot.delivery.formatting import render
from bot.domain import Button, Keyboard
from bot.domain.broadcasts import PROMO, Audience
from bot.people.broadcasts.checking import Fault, Wrong
from bot.people.broadcasts.codes import longest_code
from bot.people.broadcasts.drafts import Draft
from bot.people.broadcasts.wording import Wording
from bot.people.screen import Screen
from bot.texts.broadcasts import BroadcastFault, BroadcastText
from bot.texts.literal import literal

DATA: Final = "bcd:"
SHOWN: Final = "bcd:shown"
"""Under the preview, where people will have «no more»."""
_TOKEN_DIGITS, _NUMBER_DIGITS = 15, 8
DAYS: Final = (7, 30, 90)
_PRODUCTS_SHOWN: Final = 90
"""Telegram shows a hundred buttons under a message."""
_IN_ROW: Final = 3


class Act(StrEnum):
    """What a button of a draft does. DAYS and PRODUCT carry a number; ASK, YES and NIGHT the count shown."""

    TEXT = "text"
    BUTTON = "button"
    NO_BUTTON = "nobutton"
    PROMO = "promo"
    OWN_PROMO = "ownpromo"
    NO_PROMO = "nopromo"
    WHO = "who"
    LANGUAGE = "lang"
    ASK_DAYS = "askdays"
    DAYS = "days"
    ASK_PRODUCT = "askprod"
    PRODUCT = "prod"
    BOOKING = "booking"
    HUB = "hub"
    SHOW = "show"
    ASK = "ask"
    YES = "yes"
    NIGHT = "night"
    DROP = "drop"


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftTap:
    """``bcd:<act>:<token>:<number>:<revision of the draft that was seen>``"""

    act: Act
    token: str
    number: int
    revision: int

    @classmethod
    def parse(cls, data: str) -> Self | None:
        """None: it is no button of ours, or a forged one."""
        match data.removeprefix(DATA).split(":"):
            case [act, token, number, revision] if act in set(Act) and _is_count(token, _TOKEN_DIGITS):
                if _is_count(number, _NUMBER_DIGITS) and _is_count(revision, _NUMBER_DIGITS):
                    return cls(act=Act(act), token=token, number=int(number), revision=int(revision))
        return None

    @property
    def data(self) -> str:
        return f"{DATA}{self.act}:{self.token}:{self.number}:{self.revision}"


def _is_count(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= most


class DraftScreens:
    """In one language. `products`: the labels that can be chosen."""

    def __init__(self, words: Wording, products: Sequence[str]) -> None:
        self._words = words
        self._products = products[:_PRODUCTS_SHOWN]

    def hub(self, draft: Draft, count: int) -> Screen:
        message = draft.message
        promo = message.promo
        shown = self._words.say(BroadcastText.NO_PROMO)
        if promo:
            shown = promo.code
        if promo.own:
            shown = self._words.say(BroadcastText.OWN_PROMO, code=longest_code(promo))
        button = f"[{literal(message.button)}]({message.url})" if message.button else ""
        text = self._words.say(
            BroadcastText.DRAFT,
            length=render(message.text.replace(PROMO, longest_code(promo))).length,
            button=button or self._words.say(BroadcastText.NO_BUTTON),
            promo=shown,
            who=self.who(draft.audience),
            people=self._words.people(count),
        )
        return Screen(
            text,
            self._keyboard(
                draft,
                [(BroadcastText.EDIT_TEXT, Act.TEXT), (BroadcastText.EDIT_BUTTON, Act.BUTTON)],
                [(BroadcastText.EDIT_PROMO, Act.PROMO), (BroadcastText.EDIT_WHO, Act.WHO)],
                [(BroadcastText.SHOW, Act.SHOW)],
                [(BroadcastText.DROP, Act.DROP)],
            ),
        )

    def asking_button(self, draft: Draft) -> Screen:
        rows = [[(BroadcastText.WITHOUT_BUTTON, Act.NO_BUTTON)]]
        return Screen(self._words.say(BroadcastText.ASK_BUTTON), self._keyboard(draft, *rows))

    def asking_promo(self, draft: Draft) -> Screen:
        rows = [[(BroadcastText.EACH_OWN, Act.OWN_PROMO)], [(BroadcastText.WITHOUT_PROMO, Act.NO_PROMO)]]
        return Screen(self._words.say(BroadcastText.ASK_PROMO), self._keyboard(draft, *rows))

    def asking_days(self, draft: Draft) -> Screen:
        rows = [(self._button(draft, Act.DAYS, self._words.days(days), days),) for days in DAYS]
        rows.append((self._button(draft, Act.DAYS, self._words.say(BroadcastText.ANY_TIME), 0),))
        return Screen(self._words.say(BroadcastText.ASK_DAYS), Keyboard(rows=tuple(rows)))

    def asking_product(self, draft: Draft) -> Screen:
        buttons = [
            self._button(draft, Act.PRODUCT, label, place)
            for place, label in enumerate(self._products, start=1)
        ]
        rows = [tuple(buttons[first : first + _IN_ROW]) for first in range(0, len(buttons), _IN_ROW)]
        rows.append((self._button(draft, Act.PRODUCT, self._words.say(BroadcastText.ANY_PRODUCT), 0),))
        return Screen(self._words.say(BroadcastText.ASK_PRODUCT), Keyboard(rows=tuple(rows)))

    def whom(self, draft: Draft, count: int) -> Screen:
        say, audience = self._words.say, draft.audience
        language = (
            say(BroadcastText.ONLY_LANGUAGE, spoken=audience.language)
            if audience.language
            else say(BroadcastText.ANY_LANGUAGE)
        )
        days = (
            say(BroadcastText.LAST_DAYS, days=self._words.days(audience.active_days))
            if audience.active_days
            else say(BroadcastText.ANY_TIME)
        )
        product = (
            say(BroadcastText.ONE_PRODUCT, product=audience.product)
            if audience.product
            else say(BroadcastText.ANY_PRODUCT)
        )
        booking = say(BroadcastText.BOOKING_ON if audience.without_booking else BroadcastText.BOOKING_OFF)
        choices = [(Act.LANGUAGE, language), (Act.ASK_DAYS, days)]
        choices += [(Act.ASK_PRODUCT, product)] if self._products else []
        choices += [(Act.BOOKING, booking), (Act.HUB, say(BroadcastText.BACK))]
        text = say(BroadcastText.WHOM, who=self.who(audience), people=self._words.people(count))
        return Screen(
            text, Keyboard(rows=tuple((self._button(draft, act, label),) for act, label in choices))
        )

    def shown(self, draft: Draft, count: int) -> Screen:
        """Below the preview."""
        say, people = self._words.say, self._words.people(count)
        send = self._button(
            draft, Act.ASK, say(BroadcastText.SEND, people=self._words.to_people(count)), count
        )
        back = self._button(draft, Act.HUB, say(BroadcastText.CHANGE))
        drop = self._button(draft, Act.DROP, say(BroadcastText.DROP))
        text = say(BroadcastText.SHOWN, who=self.who(draft.audience), people=people)
        return Screen(text, Keyboard(rows=((send,), (back, drop))))

    def sure(self, draft: Draft, count: int, *, is_quiet: bool, is_changed: bool) -> Screen:
        """`is_changed`: since it was seen, so that there is something to look at."""
        say, people = self._words.say, self._words.to_people(count)
        no: tuple[Button, ...] = (self._button(draft, Act.HUB, say(BroadcastText.NO)),)
        if is_changed:
            no = (self._button(draft, Act.SHOW, say(BroadcastText.SHOW)), *no)
        if not is_quiet:
            yes = (self._button(draft, Act.YES, say(BroadcastText.SEND_YES, people=people), count),)
            return Screen(say(BroadcastText.SURE, people=people), Keyboard(rows=(yes, no)))
        morning = (self._button(draft, Act.YES, say(BroadcastText.SEND_MORNING), count),)
        night = (self._button(draft, Act.NIGHT, say(BroadcastText.SEND_NIGHT), count),)
        return Screen(say(BroadcastText.SURE_NIGHT, people=people), Keyboard(rows=(morning, night, no)))

    def fault(self, fault: Fault) -> str:
        return self._words.say_fault(
            BroadcastFault[fault.wrong.name],
            what=fault.what if fault.wrong is Wrong.UNCLOSED else literal(fault.what),
            line=fault.line,
            count=fault.count,
            over=fault.count - MESSAGE_LIMIT,
        )

    def who(self, audience: Audience) -> str:
        say = self._words.say
        parts = []
        if audience.language:
            parts.append(say(BroadcastText.WHO_LANGUAGE, spoken=audience.language))
        if audience.active_days:
            days = self._words.days(audience.active_days)
            parts.append(say(BroadcastText.WHO_ACTIVE, days=days))
        if audience.product:
            parts.append(say(BroadcastText.WHO_PRODUCT, product=literal(audience.product)))
        if audience.without_booking:
            parts.append(say(BroadcastText.WHO_NO_BOOKING))
        return ", ".join([say(BroadcastText.WHO_ALL), *parts])

    def _keyboard(self, draft: Draft, *rows: Sequence[tuple[BroadcastText, Act]]) -> Keyboard:
        return Keyboard(
            rows=tuple(
                tuple(self._button(draft, act, self._words.say(text)) for text, act in row) for row in rows
            )
        )

    def _button(self, draft: Draft, act: Act, label: str, number: int = 0) -> Button:
        tap = DraftTap(act=act, token=draft.token, number=number, revision=draft.revision)
        return Button(text=label, data=tap.data)
