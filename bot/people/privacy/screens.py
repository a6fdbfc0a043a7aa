"""What people see of what is kept about them, and what the buttons there carry."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from bot.domain import Button, Keyboard
from bot.domain.consents import Consent, Person
from bot.people.privacy.consent import Standing
from bot.people.screen import Screen
from bot.texts.broadcasts import NewsText
from bot.texts.catalogue import Texts
from bot.texts.privacy import PrivacyText

SUBJECT = "own:"
"""How these buttons begin; they need no consent."""
_FORGET_WITHIN = timedelta(days=1)
_THEMSELVES = frozenset({"people", "erasures"})


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnTap:
    """What a button says: what to do, for whom, and, where it matters, what was asked when."""

    act: str
    person_id: str
    detail: str = ""

    @classmethod
    def parse(cls, data: str) -> Self | None:
        """None: no button of this version of the program."""
        parts = data.split(":")
        if len(parts) != 4:
            return None
        return cls(act=parts[1], person_id=parts[2], detail=parts[3])

    @property
    def data(self) -> str:
        return f"{SUBJECT}{self.act}:{self.person_id}:{self.detail}"

    def is_fresh(self, now: datetime) -> bool:
        """Whether the question was asked lately enough to be answered."""
        if not self.detail.isascii() or not self.detail.isdigit() or len(self.detail) > 12:
            return False
        return timedelta() <= now - datetime.fromtimestamp(int(self.detail), UTC) <= _FORGET_WITHIN


class PrivacyScreen:
    """`has_terms`: whether there is anything to agree to."""

    def __init__(self, texts: Texts, zone: ZoneInfo, *, has_terms: bool, may_keep_summary: bool) -> None:
        self._texts = texts
        self._zone = zone
        self._has_terms = has_terms
        self._may_keep_summary = may_keep_summary

    def text(
        self, language: str, consent: Consent | None, standing: Standing, counts: Mapping[str, int]
    ) -> str:
        say = self._texts.say
        return say(
            PrivacyText.SCREEN,
            language,
            consent=self._consent(language, consent, standing) if self._has_terms else "",
            held=self.held(language, counts),
            kept_for=say(PrivacyText.KEPT_FOR, language),
        ).replace("\n\n\n\n", "\n\n")

    def _consent(self, language: str, consent: Consent | None, standing: Standing) -> str:
        say = self._texts.say
        if consent is None:
            return say(PrivacyText.NO_CONSENT, language)
        keeps = PrivacyText.SUMMARY_KEPT if consent.keeps_summary else PrivacyText.SUMMARY_NOT_KEPT
        return say(
            PrivacyText.CONSENT if standing is Standing.GIVEN else PrivacyText.CONSENT_OLD,
            language,
            version=consent.version,
            since=self.moment(consent.given_at),
            summary=say(keeps, language) if self._may_keep_summary else "",
        ).strip()

    def held(self, language: str, counts: Mapping[str, int]) -> str:
        """What there is, in the order of the catalogue; what has no title there is counted together."""
        titles = dict(pair.split("=", 1) for pair in self._texts.say(PrivacyText.TABLES, language).split("|"))
        items = [f"{title}: {counts[name]}" for name, title in titles.items() if counts.get(name)]
        others = sum(count for name, count in counts.items() if name not in titles.keys() | _THEMSELVES)
        if others:
            items.append(f"{self._texts.say(PrivacyText.OTHER_TABLES, language)}: {others}")
        if not items:
            return self._texts.say(PrivacyText.HELD_NOTHING, language)
        return self._texts.say(PrivacyText.HELD, language, items=", ".join(items))

    def keyboard(self, person: Person, consent: Consent | None) -> Keyboard:
        buttons = [(PrivacyText.FULL, "full", "")] if self._has_terms else []
        buttons += [(PrivacyText.MY_DATA, "file", ""), (PrivacyText.FORGET, "forget", "")]
        if consent is not None and self._may_keep_summary:
            wanted = "0" if consent.keeps_summary else "1"
            ticked = PrivacyText.SUMMARY_ON if consent.keeps_summary else PrivacyText.SUMMARY_OFF
            buttons.append((ticked, "sum", wanted))
        rows = [(self._button(person, *button),) for button in buttons]
        if self._may_take_news(consent):
            rows.append((self._news_button(person, consent, "news"),))
        if consent is not None and self._has_terms:
            rows.append((self._button(person, PrivacyText.WITHDRAW, "withdraw", ""),))
        return Keyboard(rows=tuple(rows))

    def news(self, person: Person, consent: Consent | None) -> Screen:
        """Whether news and offers are sent, and the button that changes it."""
        language = person.language
        if not self._may_take_news(consent):
            return Screen(self._texts.say(NewsText.NEEDS_CONSENT, language))
        takes = consent is not None and consent.takes_news
        text = self._texts.say(NewsText.TAKEN if takes else NewsText.NOT_TAKEN, language)
        return Screen(text, Keyboard(rows=((self._news_button(person, consent, "mail"),),)))

    def _may_take_news(self, consent: Consent | None) -> bool:
        return consent is not None or not self._has_terms

    def _news_button(self, person: Person, consent: Consent | None, act: str) -> Button:
        takes = consent is not None and consent.takes_news
        text, wanted = (NewsText.ON, "0") if takes else (NewsText.OFF, "1")
        tap = OwnTap(act=act, person_id=person.external_id, detail=wanted)
        return Button(text=self._texts.say(text, person.language), data=tap.data)

    def forget_question(self, language: str, counts: Mapping[str, int]) -> str:
        return self._texts.say(PrivacyText.FORGET_ASK, language, items=self.held(language, counts))

    def forget_keyboard(self, person: Person, now: datetime) -> Keyboard:
        asked = str(int(now.timestamp()))
        yes = self._button(person, PrivacyText.FORGET_YES, "erase", asked)
        return Keyboard(rows=((yes,), (self._button(person, PrivacyText.FORGET_NO, "keep", asked),)))

    def moment(self, at: datetime) -> str:
        """As people of the tenant's zone read it."""
        return at.astimezone(self._zone).strftime("%d.%m.%Y, %H:%M")

    def _button(self, person: Person, text: PrivacyText, act: str, detail: str) -> Button:
        tap = OwnTap(act=act, person_id=person.external_id, detail=detail)
        return Button(text=self._texts.say(text, person.language), data=tap.data)
