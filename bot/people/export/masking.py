"""The last mask: over every text that leaves, though it was masked before it was stored.

It hides more than the mask of a turn does, where one word too many costs the answer nothing any more.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bot.guard.people import streets_in
from bot.guard.personal_data import mask, named_labels
from bot.language.folding import fold
from bot.language.numerals import number_words
from bot.people.export.names import known_names_in, likely_names_in, rare_words, rare_words_in
from bot.people.export.numbers import known_numbers_in, long_numbers_in
from bot.store.exporting import Known
from bot.tenant import Tenant

EMAIL, HANDLE, BIRTH = "[почта]", "[ник]", "[дата рождения]"
VIN, PLATE, POLICY, ADDRESS = "[VIN]", "[госномер]", "[полис]", "[адрес]"
PHONE, NUMBER, NAME = "[телефон]", "[номер]", "[имя]"

_AFTER_NAME = re.compile(r"(?<=\[имя\] )[А-ЯЁA-Z][а-яёa-z]+(?![^\W_])")
_LABEL = re.compile(r"\[[А-Яа-яA-Z ]{3,13}\]")
_WORD = re.compile(r"[^\W_]+")
_MONTH = (
    r"(?:янв|фев|мар|апр|мая|май|июн|июл|авг|сен|окт|ноя|дек|"
    r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[а-яa-z]*\.?"
)
_OLD_YEAR = r"(?:19\d\d|200\d|201[0-2])"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_LETTER = "[АВЕКМНОРСТУХABEKMHOPCTYX]"
_VIN_SIGN = "[A-HJ-NPR-Z0-9АВЕКМНРСТУХ]"
_SAID = "|".join(sorted(number_words(), key=len, reverse=True))
_UNIT = r"(?! ?(?:%|₽|р\b|руб|тыс|млн|км|лет|год|мес|шт|процент|м2|м²|м\b|метр|кв\.? ?м))"
_LEAST_DIGITS_OF_VIN = 3
_DISTANCE = re.compile(r"\d[ -]?(?:км|см|мм|мес)\b")


def _is_vin(text: str) -> bool:
    return sum(map(str.isdigit, text)) >= _LEAST_DIGITS_OF_VIN and any(map(str.isalpha, text))


def _is_plate(text: str) -> bool:
    return not _DISTANCE.search(text)


@dataclass(frozen=True, slots=True)
class _Rule:
    """What the whole match, or its group 1 if there is one, becomes."""

    label: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool] = bool


def _rule(label: str, pattern: str, holds: Callable[[str], bool] = bool, *, exact: bool = False) -> _Rule:
    return _Rule(label, re.compile(pattern, 0 if exact else re.IGNORECASE), holds)


_RULES = (
    _rule(
        EMAIL,
        r"[\w.+-]{1,64}\s?(?:@|[(\[{]\s?(?:at|собака|эт)\s?[)\]}])\s?[\w-]+"
        r"(?:\s?(?:\.|[(\[{]\s?(?:dot|точка)\s?[)\]}])\s?[a-zа-я][\w-]*)+",
    ),
    _rule(HANDLE, r"(?<![\w.])@[a-z]\w{2,31}"),
    _rule(
        HANDLE,
        r"(?:https?://)?(?:www\.)?(?:vk\.com|vk\.ru|t\.me|telegram\.me|instagram\.com|wa\.me|ok\.ru|"
        r"facebook\.com|fb\.com)/[\w.@/+-]+",
    ),
    _rule(
        HANDLE,
        r"(?<!\w)(?:ник\w{0,4}|телег\w{0,5}|тг|telegram|инст\w{0,8}|вайбер\w?|скайп\w?|skype|whatsapp)"
        r"[ :—-]{1,4}(?:это )?((?=[\w.]*[_\d])[a-z][\w.]{3,31})(?!\w)",
    ),
    _rule(BIRTH, rf"(?<!\d){_DAY}\s?[./\- ]\s?(?:0?[1-9]|1[0-2])\s?[./\- ]\s?{_OLD_YEAR}(?!\d)"),
    _rule(BIRTH, rf"(?<!\d){_DAY}\.(?:0?[1-9]|1[0-2])\.[3-9]\d(?![\d.])"),
    _rule(BIRTH, rf"(?<!\d){_OLD_YEAR}[./-](?:0?[1-9]|1[0-2])[./-]{_DAY}(?!\d)"),
    _rule(BIRTH, rf"(?<!\d){_DAY}(?:-?(?:го|е|th|st|nd|rd))? (?:of )?{_MONTH},? {_OLD_YEAR}(?!\d)"),
    _rule(BIRTH, rf"(?<!\w){_MONTH} {_DAY}(?:th|st|nd|rd)?,? {_OLD_YEAR}(?!\d)"),
    _rule(BIRTH, r"(?<!\d)(?:19|20)?\d\d ?(?:г\.? ?р\.?(?!\w)|год\w* рожд\w+)"),
    _rule(
        BIRTH,
        rf"(?:родил\w+|рожд\w+|born|д\. ?р\.)[ :—-]{{1,3}}((?:[^\s.;!?]+ ){{0,4}}?{_MONTH}"
        r"(?: (?!и |в |на )[^\s.,;!?]+){0,6})",
    ),
    _rule(BIRTH, r"(?:родил\w+|рожд\w+|born|д\. ?р\.)[^.;!?\n\d]{0,12}(\d[\d./-]{3,9}\d)"),
    _rule(
        BIRTH,
        rf"(?<!\w)[а-я]+(?: [а-я]+)?(?:ое|ого|ье|ьего) {_MONTH} (?:тысяча девятьсот |две тысячи )?"
        r"(?:[а-я]+ )?[а-я]+(?:ого|ьего)(?: года?)?(?!\w)",
    ),
    _rule(VIN, rf"(?<![^\W_]){_VIN_SIGN}{{17}}(?![^\W_])", _is_vin),
    _rule(VIN, rf"(?<![^\W_]){_VIN_SIGN}{{3}}[ -]{_VIN_SIGN}{{6}}[ -]{_VIN_SIGN}{{8}}(?![^\W_])", _is_vin),
    _rule(VIN, rf"(?<![^\W_])(?:{_VIN_SIGN}{{4}}[ -]){{3}}{_VIN_SIGN}{{5}}(?![^\W_])", _is_vin),
    _rule(VIN, rf"(?<![^\W_])[WXZ][A-Z\d]{{2}}(?:[ -]?{_VIN_SIGN}){{14}}(?![^\W_])", _is_vin, exact=True),
    _rule(VIN, rf"(?<!\w)(?:vin|вин)\W{{1,3}}({_VIN_SIGN}(?:[ -]?{_VIN_SIGN}){{9,16}})(?![^\W_])", _is_vin),
    _rule(
        PLATE,
        rf"(?<![^\W_]){_LETTER}[ -]?\d{{3}}[ -]?{_LETTER}[ -]?{_LETTER}[ -]?\d{{2,3}}(?: ?rus)?(?![^\W_])",
        _is_plate,
    ),
    _rule(PLATE, rf"(?<![^\W_]){_LETTER}[ -]?\d{{3}}[ -]?{_LETTER}{{2}}(?![^\W_])", _is_plate, exact=True),
    _rule(PLATE, rf"(?<![^\W_]){_LETTER}\d{{3}}{_LETTER}{{2}}(?![^\W_])", _is_plate),
    _rule(POLICY, r"(?<![^\W_])[а-яa-z]{3}[ №N-]{0,4}\d{10}(?!\d)"),
    _rule(
        POLICY,
        r"(?:полис\w*|policy|договор\w*|contract|сери[яи])\D{0,25}?(?<![^\W_])"
        rf"([A-ZА-Я]{{0,4}}[ -]?\d[\dA-ZА-Я/-]{{5,}}){_UNIT}",
    ),
    _rule(ADDRESS, r"(?<!\w)(?:кв\.?|квартир[аеу]|apt\.?|flat) ?№? ?\d{1,4}(?!\d)" + _UNIT),
    _rule(
        ADDRESS,
        r"(?<!\w)(?:д\.|дом) ?№? ?\d{1,3}[а-я]?(?:,? (?:к|корп|кв|стр|под)\w*\.? ?\d{1,4})?(?!\w)" + _UNIT,
    ),
    _rule(
        ADDRESS,
        rf"(?<!\w)(?:дом|квартир[аеу]|корпус|строение) (?:{_SAID})(?: (?:{_SAID}))?(?!\w)",
    ),
    _rule(
        ADDRESS,
        r"(?<!\w)[А-ЯЁ][а-яё]+(?:ая|ой|ый|ий|ина|ова|ева|ского|ного|Мира),? \d{1,3}[а-я]?"
        rf"(?:[-–/, ]{{1,2}}\d{{1,4}})?(?![\d.]){_UNIT}",
        exact=True,
    ),
    _rule(
        ADDRESS,
        r"(?<!\w)\d{1,4}[A-Za-z]? (?:[A-Z][a-z]+ ){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Drive)(?!\w)",
        exact=True,
    ),
    _rule(
        ADDRESS,
        r"(?<!\w)(?:дер\.|деревня|деревне|село|селе|пос\.|пос[её]л\w+|СНТ|ДНТ|КП) [А-ЯЁ][а-яё-]+"
        r"(?:,? (?:уч\w*\.?|д\.?|дом) ?\d+)?",
        exact=True,
    ),
    _rule(
        ADDRESS,
        r"(?<!\d)[1-6]\d{5}(?=,? (?:г\.|город|Россия|Москва|Санкт|[А-Я][а-я]+ (?:обл|край|респ)))",
        exact=True,
    ),
)

_NUMERO = re.compile(r"\s*№\s*")
"""Folded it would be two letters, which grow together with the number behind it."""


class LastMask:
    """Hides whatever may tell who somebody is. What is public of the tenant stays."""

    def __init__(self, tenant: Tenant, *, staff: Iterable[str] = (), everybody: Iterable[str] = ()) -> None:
        """`staff`: names of who works there; `everybody`: names that the database knows, whoever speaks."""
        contacts = tenant.contacts
        said_of_itself = (
            contacts.phone,
            contacts.email,
            contacts.address,
            contacts.website,
            contacts.telegram,
        )
        emails = (department.email for department in tenant.departments)
        self._keep = tenant.phones | {str(text) for text in (*said_of_itself, *emails) if text is not None}
        self._public = frozenset(_WORD.findall(" ".join(self._keep).lower()))
        said = " ".join((tenant.persona.name, tenant.title, *tenant.lexicon, *_variants(tenant)))
        said_words = frozenset(word.replace("ё", "е") for word in _WORD.findall(said.lower()))
        self._words = said_words | self._public
        self._staff = frozenset(staff)
        self._rare = rare_words(everybody, keep=self._words)

    def hide(self, text: str, known: Known) -> str:
        if not text:
            return text
        text = named_labels(fold(_NUMERO.sub(" ", text)))
        text = self._replace(text, ((*span, PHONE) for span in known_numbers_in(text, known.numbers)))
        text = named_labels(mask(text, keep=self._keep).text)
        for rule in _RULES:
            text = self._replace(text, self._found(rule, text))
        text = self._replace(text, ((*span, NUMBER) for span in long_numbers_in(text)))
        text = self._replace(text, ((start, stop, ADDRESS) for start, stop, _ in streets_in(text)))
        names = known.names | self._staff
        text = self._hide_names(text, known_names_in(text, names, keep=self._words))
        text = self._hide_names(text, rare_words_in(text, self._rare))
        text = self._hide_names(text, likely_names_in(text, keep=self._words))
        surnames = (word for word in _AFTER_NAME.finditer(text) if word[0].lower() not in self._words)
        return self._hide_names(text, (word.span() for word in surnames))

    def _hide_names(self, text: str, spans: Iterable[tuple[int, int]]) -> str:
        return self._replace(text, ((*span, NAME) for span in spans))

    @staticmethod
    def _found(rule: _Rule, text: str) -> Iterator[tuple[int, int, str]]:
        for found in rule.pattern.finditer(text):
            group = 1 if rule.pattern.groups else 0
            if rule.holds(found[group]):
                yield *found.span(group), rule.label

    def _replace(self, text: str, found: Iterable[tuple[int, int, str]]) -> str:
        labels = [label.span() for label in _LABEL.finditer(text)]
        pieces: list[str] = []
        end = 0
        for start, stop, label in sorted(found):
            is_hidden = any(first < stop and start < last for first, last in labels)
            if start < end or is_hidden or self._is_public(text[start:stop]):
                continue
            pieces += [text[end:start], label]
            end = stop
        return "".join((*pieces, text[end:]))

    def _is_public(self, text: str) -> bool:
        """Whether it says nothing but what the business says of itself."""
        digits = re.sub(r"\D", "", text)
        if len(digits) >= 7 and any(digits[-10:] in re.sub(r"\D", "", kept) for kept in self._keep):
            return True
        words = _WORD.findall(text.lower())
        return bool(words) and set(words) <= self._public


def _variants(tenant: Tenant) -> Iterator[str]:
    for names in tenant.lexicon.values():
        yield from names
