"""Reads a question about working hours: which days, which hour, whether right now, whose, how surely."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.computing.hours_days import days_in, holiday_in, minute_in, moment_in
from bot.computing.hours_places import Named, Place, Places, is_infinitive, names_a_stranger
from bot.computing.hours_words import HoursWords, hours_words
from bot.language.folding import plain as plainly
from bot.language.lemmas import Lemmatiser
from bot.language.numerals import SPELT, spell_out

_TOKEN = re.compile(r"[a-z]+|[а-я]+|\d+")
_UNREAD_WEIGHT = 4.0
"""A word that is not about hours speaks against the reading more than one that is speaks for it.

But whoever asks whether they may come on a day also says what for."""
_UNTIL = re.compile(r"\b(?:до|until|till) \d{1,2}(?:[:.]\d\d)?(?! ?(?:%|\d|тыс|млн|м[еи]|лет|год))")
"""«Вы сегодня до восьми?»"""
_POSSIBLY = frozenset(("можно", "мочь", "can", "could"))


@dataclass(frozen=True, kw_only=True, slots=True)
class HoursQuestion:
    """What is asked. No `days` and no `now`: the week as a whole."""

    days: tuple[date, ...] = ()
    now: bool = False
    at_min: int | None = None
    """A minute of the day."""
    holidays: bool = False
    lunch: bool = False
    department: str = ""
    also: tuple[str, ...] = ()
    """Other departments whose hours are asked for as well."""
    certainty: float


@dataclass(frozen=True, kw_only=True, slots=True)
class _Said:
    """A question with everything that was found in it."""

    plain: str
    lemmas: Sequence[str]
    words: HoursWords
    days: tuple[date, ...]
    at_min: int | None
    now: bool
    lunch: bool
    holiday_words: Sequence[str]
    place: Named

    @property
    def has_time(self) -> bool:
        return bool(self.days) or self.now or self.at_min is not None

    @property
    def asks(self) -> bool:
        """Whether it is about being open."""
        is_until = bool(self.days) and _UNTIL.search(self.plain) is not None
        return self.has_any(self.words.ask) or self.words.has_phrase(self.lemmas) or self.lunch or is_until

    @property
    def visits(self) -> bool:
        """Whether somebody means to come on a day."""
        return self.has_any(self.words.visit) and (bool(self.days) or self.at_min is not None)

    def has_any(self, words: frozenset[str]) -> bool:
        return not words.isdisjoint(self.lemmas)


class HoursReading:
    """Reads questions to one business."""

    def __init__(self, places: Mapping[str, Place], holidays: Mapping[str, tuple[int, int]]) -> None:
        """`places`: each department by its name; "" is the whole business.

        `holidays`: the name of each holiday with its month and day.
        """
        self._lemmatiser = Lemmatiser({})
        self._places = Places(places)
        self._holidays = {tuple(self._lemmatiser.lemmas(name)): day for name, day in holidays.items() if name}

    def read(self, text: str, now: datetime, *, leans: bool = False) -> HoursQuestion | None:
        """None when it is not about hours, or about those of something that has none here.

        `now`: in the business's own zone. `leans`: the question before was about hours.
        """
        said = self._said(text, now)
        goes_on = leans and said.has_time
        if not (said.asks or said.visits or goes_on or self._is_fragment(said)):
            return None
        if names_a_stranger(said.plain, said.words, {*said.place.words, *said.holiday_words}):
            return None
        return HoursQuestion(
            days=said.days,
            now=said.now,
            at_min=said.at_min,
            holidays=not said.days and said.has_any(said.words.holidays),
            lunch=said.lunch,
            department=said.place.department,
            also=said.place.also,
            certainty=self._certainty(said, _UNREAD_WEIGHT if said.asks or leans else 1.0),
        )

    def _said(self, text: str, now: datetime) -> _Said:
        lowered = plainly(text)
        words = hours_words("ru" if re.search("[а-я]", lowered) else "en")
        plain = spell_out(words.spelt(lowered)).replace(SPELT, "")
        lemmas = self._lemmatiser.all_lemmas(plain)
        holiday_words, holiday = holiday_in(lemmas, {**words.feasts, **self._holidays})
        days = days_in(plain, lemmas, words, now.date(), holiday)
        moment = moment_in(plain, now)
        is_today = now.date() in days or not days
        at_min = minute_in(plain, after=now.hour * 60 + now.minute if is_today else None)
        if moment is not None:
            days, at_min = (moment.date(),), moment.hour * 60 + moment.minute
        return _Said(
            plain=plain,
            lemmas=lemmas,
            words=words,
            days=days,
            at_min=at_min,
            now=not words.now.isdisjoint(lemmas) or (not days and _is_of_this_moment(plain, lemmas, words)),
            lunch=_is_of_lunch(lemmas, words),
            holiday_words=holiday_words,
            place=self._places.named([lemma for lemma in lemmas if lemma not in holiday_words], words),
        )

    def _is_fragment(self, said: _Said) -> bool:
        """«Сервис в субботу», «запись в субботу можно?»: a department, a day and nothing more."""
        is_asked = said.place.by_name or (said.place.department and said.has_any(_POSSIBLY))
        return bool(is_asked and said.days) and self._certainty(said, 1.0) == 1.0

    def _certainty(self, said: _Said, unread_weight: float) -> float:
        known = {*said.place.words, *said.holiday_words}
        if said.days or said.has_any(said.words.holidays):
            known |= said.words.beside_day
        read, unread, weight = 0, 0.0, unread_weight
        is_placed = bool(said.place.department or said.has_time)
        for token, lemma in zip(_TOKEN.findall(said.plain), said.lemmas, strict=True):
            if said.words.reads(lemma) or lemma in known:
                read += 1
            elif not lemma.isdigit():
                # Behind it stands what for: «до скольки сегодня можно забрать документы».
                weight = 1.0 if is_placed and is_infinitive(token) else weight
                unread += weight
        return read / (read + unread) if read else 0.0


def _is_of_this_moment(plain: str, lemmas: Sequence[str], words: HoursWords) -> bool:
    """«Вы открыты?»."""
    is_of_state = not words.state.isdisjoint(re.findall(r"\w+", plain))
    return is_of_state and (words.not_now | words.holidays).isdisjoint(lemmas)


def _is_of_lunch(lemmas: Sequence[str], words: HoursWords) -> bool:
    """«Когда обед», but not «после обеда»."""
    pairs = zip(["", *lemmas], lemmas, strict=False)
    return any(lemma in words.lunch and before not in words.by_lunch for before, lemma in pairs)
