"""The question for consent as people see it, and what its buttons carry."""

from dataclasses import dataclass, replace

from bot.domain import Button, Keyboard
from bot.domain.consents import Person
from bot.people.privacy.consent import Standing
from bot.people.privacy.live_terms import LiveTerms
from bot.texts.broadcasts import NewsText
from bot.texts.catalogue import Texts
from bot.texts.consent import ConsentText

SUBJECT = "consent:"
_FIELDS = 5
_SUMMARY, _NEWS = "s", "n"
_NOTHING = "-"
_TICKED = frozenset({_NOTHING, _SUMMARY, _NEWS, _SUMMARY + _NEWS})


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentTap:
    """What a button says: what to do, for whom, of which version, and what is ticked."""

    act: str
    person_id: str
    version: str
    keeps_summary: bool = False
    takes_news: bool = False

    @classmethod
    def parse(cls, data: str) -> "ConsentTap | None":
        """None: no button of this version of the program."""
        parts = data.split(":")
        if len(parts) != _FIELDS or parts[4] not in _TICKED:
            return None
        _, act, person_id, version, ticked = parts
        return cls(
            act=act,
            person_id=person_id,
            version=version,
            keeps_summary=_SUMMARY in ticked,
            takes_news=_NEWS in ticked,
        )

    @property
    def data(self) -> str:
        ticked = _SUMMARY * self.keeps_summary + _NEWS * self.takes_news or _NOTHING
        return f"{SUBJECT}{self.act}:{self.person_id}:{self.version}:{ticked}"

    def ticked_over(self) -> "ConsentTap":
        """With the box that its button stands for."""
        if self.act == "news":
            return replace(self, takes_news=not self.takes_news)
        return replace(self, keeps_summary=not self.keeps_summary)


class ConsentScreen:
    """`may_keep_summary`: whether the tenant offers to remember the talk until the next visit."""

    def __init__(self, texts: Texts, terms: LiveTerms, *, may_keep_summary: bool) -> None:
        self._texts = texts
        self._terms = terms
        self._may_keep_summary = may_keep_summary

    def question(self, person: Person, standing: Standing, *, waits: bool) -> str:
        """`waits`: something was said that will be answered after the yes."""
        say, language = self._texts.say, person.language
        hello = say(ConsentText.CHANGED if standing is Standing.OUTDATED else ConsentText.HELLO, language)
        short = self._terms.now.short(language, days=self._days(language))
        words = say(ConsentText.SCREEN, language, hello=hello, short=short)
        return f"{words}\n\n{say(ConsentText.WAITS, language)}" if waits else words

    def full(self, language: str) -> str:
        return self._terms.now.full(language, days=self._days(language))

    def buttons(self, person: Person, tap: ConsentTap | None = None, *, under_full: bool = False) -> Keyboard:
        """With what is ticked in `tap`."""
        tap = tap or ConsentTap(act="", person_id=person.external_id, version=self._terms.now.version)
        yes = self._button(person, ConsentText.YES, "yes", tap)
        no = self._button(person, ConsentText.NO, "no", tap)
        rows: list[tuple[Button, ...]] = [(yes, no)]
        if not under_full:
            rows.append((self._button(person, ConsentText.FULL, "full", tap),))
        if self._may_keep_summary:
            summary = ConsentText.SUMMARY_ON if tap.keeps_summary else ConsentText.SUMMARY_OFF
            rows.append((self._button(person, summary, "sum", tap),))
        news = NewsText.ON if tap.takes_news else NewsText.OFF
        rows.append((self._button(person, news, "news", tap),))
        return Keyboard(rows=tuple(rows))

    def _button(self, person: Person, text: ConsentText | NewsText, act: str, ticked: ConsentTap) -> Button:
        tap = replace(ticked, act=act, person_id=person.external_id, version=self._terms.now.version)
        return Button(text=self._texts.say(text, person.language), data=tap.data)

    def _days(self, language: str) -> str:
        return self._texts.say(ConsentText.DAYS, language)
