"""How ratings look: what is asked, with which buttons, and how their data are read again."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.domain import Button, Keyboard
from bot.domain.ratings import SCALES, Rating, RatingKind
from bot.people.screen import Screen
from bot.tenant import Tenant
from bot.tenant.shapes import Label
from bot.texts.catalogue import Texts
from bot.texts.ratings import RatingText

LOW_UP_TO = 6
"""Whoever gives so little is shown the way to a person."""
OFF = "rate:off"
_REASONS_IN_A_ROW = 2
_SUBJECT = r"[\w-]{1,40}"
_SCORE = re.compile(rf"(?P<kind>csat|nps):(?P<subject>{_SUBJECT}):(?P<score>[0-9]{{1,2}})")
_STEP = re.compile(rf"csat:(?P<subject>{_SUBJECT}):(?P<step>[+-][a-z][a-z0-9_]{{0,19}}|done|again)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """A tap on a number."""

    kind: RatingKind
    subject: str
    score: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A tap below a score: done, again, or a reason that is given or taken back."""

    subject: str
    step: str

    @property
    def reason(self) -> str:
        return self.step[1:]

    @property
    def is_given(self) -> bool:
        return self.step.startswith("+")


def scored_in(data: str) -> Scored | None:
    """None: no button of ours says that."""
    found = _SCORE.fullmatch(data)
    if found is None:
        return None
    kind, score = RatingKind(found["kind"]), int(found["score"])
    if score not in SCALES[kind] or found["score"] != str(score):
        return None
    return Scored(kind=kind, subject=found["subject"], score=score)


def step_in(data: str) -> Step | None:
    found = _STEP.fullmatch(data)
    return None if found is None else Step(subject=found["subject"], step=found["step"])


class RatingScreens:
    """One tenant's, in the language of whoever looks at them."""

    def __init__(self, tenant: Tenant, texts: Texts) -> None:
        self._settings = tenant.service.ratings
        self._texts = texts

    def csat(self, dialogue_id: str, language: str) -> Screen:
        keyboard = self._scale(RatingKind.CSAT, dialogue_id, language)
        return Screen(self._texts.say(RatingText.CSAT_ASK, language), keyboard)

    def nps(self, day: str, language: str) -> Screen:
        return Screen(
            self._texts.say(RatingText.NPS_ASK, language), self._scale(RatingKind.NPS, day, language)
        )

    def nps_thanks(self, score: int, language: str) -> Screen:
        return Screen(self._texts.say(RatingText.NPS_THANKS, language, score=score))

    def why(self, rating: Rating, language: str) -> Screen:
        """What came after the score; the reasons that were given are ticked."""
        score = rating.score or 0
        is_high = score >= self._settings.good_from
        text = RatingText.CSAT_WHY_HIGH if is_high else RatingText.CSAT_WHY_LOW
        buttons = [
            self._reason(rating.subject, label, rating.reasons, language) for label in self.reasons(score)
        ]
        done = Button(text=self._texts.say(RatingText.DONE, language), data=f"csat:{rating.subject}:done")
        again = Button(text=self._texts.say(RatingText.AGAIN, language), data=f"csat:{rating.subject}:again")
        rows = (*_rows(buttons, _REASONS_IN_A_ROW), (done,), (again,))
        return Screen(self._texts.say(text, language, score=score), Keyboard(rows=rows))

    def thanks(self, rating: Rating, language: str, offers: Sequence[Button] = ()) -> Screen:
        """`offers`: the way to a person, for those who were not helped."""
        score = rating.score or 0
        is_low = score <= LOW_UP_TO
        text = RatingText.CSAT_THANKS_LOW if is_low else RatingText.CSAT_THANKS
        keyboard = Keyboard(rows=tuple((offer,) for offer in offers)) if is_low and offers else None
        return Screen(self._texts.say(text, language, score=score), keyboard)

    def reasons(self, score: int) -> tuple[Label, ...]:
        """The tenant's own, for a score of that kind."""
        settings = self._settings
        return settings.reasons_high if score >= settings.good_from else settings.reasons_low

    def _scale(self, kind: RatingKind, subject: str, language: str) -> Keyboard:
        numbers = [Button(text=str(number), data=f"{kind}:{subject}:{number}") for number in SCALES[kind]]
        off = Button(text=self._texts.say(RatingText.NO_MORE, language), data=OFF)
        in_a_row = (len(numbers) + 1) // 2
        return Keyboard(rows=(*_rows(numbers, in_a_row), (off,)))

    def _reason(self, subject: str, label: Label, given: Collection[str], language: str) -> Button:
        title, sign = label.called(language), "+"
        if label.id in given:
            title, sign = self._texts.say(RatingText.REASON_CHOSEN, language, reason=title), "-"
        return Button(text=title, data=f"csat:{subject}:{sign}{label.id}")


def _rows(buttons: Sequence[Button], in_a_row: int) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(buttons[at : at + in_a_row]) for at in range(0, len(buttons), in_a_row))
