"""What is alike on the screens of every change: the two buttons, who changed it last, what became of it."""

from collections.abc import Sequence
from enum import StrEnum

from bot.domain import Button, Keyboard
from bot.people.changes.changing import Standing
from bot.people.retention.days import in_words
from bot.people.screen import Screen
from bot.tenant import Tenant
from bot.texts.catalogue import Texts
from bot.texts.changing import ChangingText
from bot.texts.literal import literal


class ChangeScreens:
    """In one language. `subject`: begins the buttons' data, and after a slash it is the command."""

    def __init__(self, tenant: Tenant, texts: Texts, language: str, subject: str) -> None:
        self.tenant = tenant
        self.language = language
        self._texts = texts
        self._subject = subject

    def say(self, text: StrEnum, **values: object) -> str:
        return self._texts.say(text, self.language, **values)

    def one_of(self, text: StrEnum, number: int) -> str:
        return self._texts.one_of(text, self.language, number)

    def plain(self, text: StrEnum, **values: object) -> Screen:
        return Screen(text=self.say(text, **values))

    def button(self, text: str, *data: object) -> Button:
        return Button(text=text, data=":".join(map(str, (self._subject, *data))))

    def asking(self, text: str, yes: Sequence[tuple[str, str]]) -> Screen:
        """`yes`: what stands on each button that confirms, and the token of what it confirms."""
        rows = [(self.button(label, "yes", token),) for label, token in yes]
        no = self.button(self.say(ChangingText.NO), "no")
        return Screen(text=text, keyboard=Keyboard(rows=(*rows, (no,))))

    def left(self) -> Screen:
        return self.plain(ChangingText.LEFT)

    def forgotten(self) -> Screen:
        return self.plain(ChangingText.FORGOTTEN, command=f"/{self._subject}")

    def overtaken(self, standing: Standing, changed: Sequence[str]) -> Screen:
        return self.plain(
            ChangingText.OVERTAKEN,
            who=literal(standing.changed_by),
            changed="\n".join(changed) or self.say(ChangingText.NOTHING),
            command=f"/{self._subject}",
        )

    def last(self, standing: Standing) -> str:
        """Who changed it last; empty if nobody has."""
        if standing.changed_at is None:
            return ""
        when = in_words(standing.changed_at, self.tenant.zone)
        return self.say(ChangingText.LAST, who=literal(standing.changed_by), when=when)


def within(parts: Sequence[str], characters: int) -> list[str]:
    """As many of the first parts as fit, but one at least: a message that is changed cannot be split."""
    length = 0
    kept: list[str] = []
    for part in parts:
        length += len(part) + 2
        if kept and length > characters:
            break
        kept.append(part)
    return kept


def paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
