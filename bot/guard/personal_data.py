"""Hides personal data before it reaches a model, a log or a trace, and puts it back for its owner."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from bot.guard.contacts import handles_in, short_phones
from bot.guard.identifiers import car_marks_in, documents_in, passes_luhn
from bot.guard.people import addresses_in, names_in
from bot.guard.phrasebook import phrasebook
from bot.guard.spoken import spoken_emails, spoken_numbers
from bot.language.folding import fold_sign

_BETWEEN = r"[ \-()./,_·]{0,3}"
_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64} ?(?:@|[(\[]at[)\]]|[(\[]собака[)\]]) ?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE
)
_PHONES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\+(?:{_BETWEEN}\d){{9,15}}(?!\d)",
        rf"(?<!\d)[78]{_BETWEEN}[3-9](?:{_BETWEEN}\d){{9}}(?!\d)",
        rf"(?<!\d)00[1-9](?:{_BETWEEN}\d){{9,12}}(?!\d)",
        rf"(?<!\d)\(?[3489]\d\d{_BETWEEN}\d{{3}}{_BETWEEN}\d\d{_BETWEEN}\d\d(?!\d)",
        r"(?<![\d-])\d{3}-\d\d-\d\d(?![\d-])",
    )
)
_DIGIT = re.compile(r"\d")
_PRICE = re.compile(r"\d{1,3}(?: \d{3})+")
_RUN = re.compile(rf"\d(?:{_BETWEEN}\d){{12,}}")
_SHORTEST_CARD, _LONGEST_CARD, _MOST_GROUPS = 13, 19, 100
_NAMES = {
    "EMAIL": "[почта]",
    "PHONE": "[телефон]",
    "HANDLE": "[ник]",
    "CARD": "[карта]",
    "PASSPORT": "[паспорт]",
    "DOCUMENT": "[документ]",
    "SNILS": "[СНИЛС]",
    "INN": "[ИНН]",
    "VIN": "[VIN]",
    "PLATE": "[госномер]",
    "ADDRESS": "[адрес]",
    "NAME": "[имя]",
    "BIRTH": "[дата рождения]",
}
_SHORT_PHONE = 7
_LABEL = re.compile(rf"\[({'|'.join(_NAMES)})_\d+\]")
_WORD_OF_HANDLE = re.compile(r"\w+")
_WORDS = re.compile(r"[^\W_]+")
_CLAUSE = re.compile(r"(?:[^,;.!?\n]|[,.](?!\s))+[,;.!?\n]*\s*|[,;.!?\n]+\s*")


@dataclass(frozen=True, slots=True, order=True)
class _Found:
    """Something personal from `start` to `stop`; `value` is what two writings of it share."""

    start: int
    stop: int
    kind: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Masked:
    """A text in which each piece of personal data is a numbered label such as ``[PHONE_1]``."""

    text: str
    hidden: Mapping[str, str]
    """Label to the original."""

    @property
    def without_labels(self) -> str:
        """What is left to look up: no labels, and no clause that only says what they are («мой номер …»)."""
        kept: list[str] = []
        for clause in _CLAUSE.findall(self.text):
            rest = _without(clause, self.hidden)
            if rest == clause or not set(_WORDS.findall(rest.lower())) <= _introducing():
                kept.append(rest)
        text = "".join(kept)
        return text if _WORDS.search(text) else _without(self.text, self.hidden)

    def restore(self, text: str) -> str:
        """Put the originals back where their labels stand; for their owner's eyes only."""
        for label, original in self.hidden.items():
            text = text.replace(label, original)
        return text


def mask(text: str, *, keep: frozenset[str] = frozenset()) -> Masked:
    """Hide what tells who somebody is: numbers, addresses, names, marks of a car, however they are spelt.

    `keep` holds what is public: the business's own phones, address, people.
    """
    folded, places = _folded(text)
    public = _squeezed(keep)
    labels: dict[str, str] = {}
    pieces: list[str] = []
    end = 0
    for found in sorted(_findings(folded)):
        first, last = places[found.start], places[found.stop - 1] + 1
        if first < end or _is_public(found, public):
            continue
        label = labels.setdefault(text[first:last], f"[{found.kind}_{len(labels) + 1}]")
        pieces += [text[end:first], label]
        end = last
    pieces.append(text[end:])
    return Masked(text="".join(pieces), hidden={label: original for original, label in labels.items()})


def _without(text: str, labels: Iterable[str]) -> str:
    for label in labels:
        text = text.replace(label, " ")
    return text


@cache
def _introducing() -> frozenset[str]:
    return frozenset(str(phrasebook()["introducing"]).split())


def named_labels(text: str) -> str:
    """The text with «[телефон]» for ``[PHONE_1]``: a label's number means nothing beyond its own text."""
    return _LABEL.sub(lambda found: _NAMES[found[1]], text)


def hidden_kinds(masked: str) -> list[str]:
    """The kind of each label of a masked text: ``PHONE``."""
    return _LABEL.findall(masked)


def _folded(text: str) -> tuple[str, range | list[int]]:
    """What is seen of the text, and where in it each of the signs stands."""
    if text.isascii():
        return text, range(len(text))
    spelt = {ord(sign): _seen(sign) for sign in set(text)}
    if all(spelt.values()):
        return text.translate(spelt), range(len(text))
    signs = [(_seen(sign), place) for place, sign in enumerate(text)]
    seen = [(sign, place) for sign, place in signs if sign]
    return "".join(sign for sign, _ in seen), [place for _, place in seen]


@lru_cache(maxsize=2_000)
def _seen(sign: str) -> str:
    return fold_sign(sign)


def _findings(text: str) -> Iterator[_Found]:
    """Where something personal stands. What is surer comes first and is not cut by what is less so."""
    taken: list[_Found] = []
    for found in _candidates(text):
        if all(found.stop <= other.start or other.stop <= found.start for other in taken):
            taken.append(found)
            yield found


def _candidates(text: str) -> Iterator[_Found]:
    for match in _EMAIL.finditer(text):
        yield _Found(*match.span(), "EMAIL", match[0].lower())
    for start, stop in spoken_emails(text):
        yield _Found(start, stop, "EMAIL", text[start:stop].lower())
    for start, stop in handles_in(text):
        yield _Found(start, stop, "HANDLE", "@" + _WORD_OF_HANDLE.findall(text[start:stop].lower())[-1])
    if any(map(str.isdigit, text)):
        yield from _numbers(text)
    for start, stop, kind, digits in spoken_numbers(text):
        yield _Found(start, stop, kind, _squeeze(digits))
    for start, stop, kind in (*addresses_in(text), *names_in(text)):
        yield _Found(start, stop, kind, " ".join(_WORDS.findall(text[start:stop].lower())))


def _numbers(text: str) -> Iterator[_Found]:
    for start, stop, kind in (*car_marks_in(text), *documents_in(text)):
        yield _Found(start, stop, kind, text[start:stop].lower())
    for match in _RUN.finditer(text):
        for start, stop in _cards(match):
            yield _Found(start, stop, "CARD", _squeeze(text[start:stop]))
    for pattern in _PHONES:
        for match in pattern.finditer(text):
            is_price = all(_PRICE.fullmatch(part.strip()) for part in match[0].split("-"))
            if not is_price:
                yield _Found(*match.span(), "PHONE", _squeeze(match[0]))
    for start, stop in short_phones(text):
        yield _Found(start, stop, "PHONE", re.sub(r"\D", "", text[start:stop]))


def _is_public(found: _Found, public: frozenset[str]) -> bool:
    """Whether it is the business's own; of an address the words that name the place decide."""
    if found.value in public:
        return True
    if found.kind == "PHONE" and len(found.value) == _SHORT_PHONE:
        return any(value.endswith(found.value) for value in public)
    if found.kind not in ("ADDRESS", "NAME"):
        return False
    telling = {word for word in found.value.split() if word.isdigit() or len(word) > 3}
    return any(telling <= set(_WORDS.findall(value)) for value in public if " " in value)


def _cards(run: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The whole groups of a run of digits that are a card's number; what stands beside it may be a date."""
    groups = [
        (run.start() + group.start(), run.start() + group.end()) for group in re.finditer(r"\d+", run[0])
    ]
    for first, (start, _) in enumerate(groups[:_MOST_GROUPS]):
        digits = ""
        for begin, stop in groups[first : first + _LONGEST_CARD]:
            digits += run.string[begin:stop]
            if len(digits) > _LONGEST_CARD:
                break
            if len(digits) >= _SHORTEST_CARD and passes_luhn(digits):
                yield start, stop


def _squeezed(values: frozenset[str]) -> frozenset[str]:
    return frozenset(_squeeze(value) for value in values)


def _squeeze(value: str) -> str:
    """The part of a phone that two spellings share: its last ten digits; other values as they are."""
    digits = re.sub(r"\D", "", value)
    return digits[-10:] if len(digits) >= 10 and "@" not in value else value.lower()
