"""Hides personal data before it reaches a model, a log or a trace, and puts it back for its owner."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.language.folding import fold_sign

_BETWEEN = r"[ \-()./,_·]{0,3}"
_EMAIL = re.compile(r"[\w.+-]+ ?(?:@|[(\[]at[)\]]|[(\[]собака[)\]]) ?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
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
_DOCUMENTS = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("PASSPORT", r"паспорт\D{0,25}?(\d\d ?\d\d\W{0,3}(?:номер|ном\.?|n|no)?\W{0,3}\d{6})(?!\d)"),
        ("SNILS", r"(?<!\d)(\d{3}-\d{3}-\d{3}[ -]\d\d)(?!\d)"),
        ("SNILS", r"снилс\D{0,5}(\d(?:[ -]?\d){10})(?!\d)"),
        ("INN", r"\bинн\D{0,5}(\d{12}|\d{10})(?!\d)"),
    )
)
_LABEL = re.compile(r"\[(EMAIL|PHONE|CARD|PASSPORT|SNILS|INN)_\d+\]")
_NAMES = {
    "EMAIL": "[почта]",
    "PHONE": "[телефон]",
    "CARD": "[карта]",
    "PASSPORT": "[паспорт]",
    "SNILS": "[СНИЛС]",
    "INN": "[ИНН]",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Masked:
    """A text in which each piece of personal data is a numbered label such as ``[PHONE_1]``."""

    text: str
    hidden: Mapping[str, str]
    """Label to the original."""

    @property
    def without_labels(self) -> str:
        """What is left to look up."""
        text = self.text
        for label in self.hidden:
            text = text.replace(label, " ")
        return text

    def restore(self, text: str) -> str:
        """Put the originals back where their labels stand; for their owner's eyes only."""
        for label, original in self.hidden.items():
            text = text.replace(label, original)
        return text


def mask(text: str, *, keep: frozenset[str] = frozenset()) -> Masked:
    """Hide phones, e-mail addresses, bank cards and numbers of documents, however they are spelt.

    `keep` holds what is public: the business's own.
    """
    folded, places = _folded(text)
    public = _squeezed(keep)
    labels: dict[str, str] = {}
    pieces: list[str] = []
    end = 0
    for start, stop, kind in sorted(_findings(folded)):
        first, last = places[start], places[stop - 1] + 1
        if first < end or _squeeze(folded[start:stop]) in public:
            continue
        label = labels.setdefault(text[first:last], f"[{kind}_{len(labels) + 1}]")
        pieces += [text[end:first], label]
        end = last
    pieces.append(text[end:])
    return Masked(text="".join(pieces), hidden={label: original for original, label in labels.items()})


def named_labels(text: str) -> str:
    """The text with «[телефон]» for ``[PHONE_1]``: a label's number means nothing beyond its own text."""
    return _LABEL.sub(lambda found: _NAMES[found[1]], text)


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


def _findings(text: str) -> Iterator[tuple[int, int, str]]:
    """Where something personal stands; of two that begin together the longer comes first when sorted."""
    taken: list[tuple[int, int]] = []
    for start, stop, kind in _candidates(text):
        if all(stop <= first or last <= start for first, last in taken):
            taken.append((start, stop))
            yield start, stop, kind


def _candidates(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _EMAIL.finditer(text):
        yield *match.span(), "EMAIL"
    if not _DIGIT.search(text):
        return
    for kind, pattern in _DOCUMENTS:
        for match in pattern.finditer(text):
            yield *match.span(1), kind
    for match in _RUN.finditer(text):
        yield from ((*span, "CARD") for span in _cards(match))
    for pattern in _PHONES:
        for match in pattern.finditer(text):
            is_price = all(_PRICE.fullmatch(part.strip()) for part in match[0].split("-"))
            if not is_price:
                yield *match.span(), "PHONE"


def _cards(run: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The whole groups of a run of digits that are a card's number; what stands beside it may be a date."""
    groups = [
        (run.start() + group.start(), run.start() + group.end()) for group in re.finditer(r"\d+", run[0])
    ]
    for first, (start, _) in enumerate(groups):
        for _, stop in groups[first : first + 19]:
            digits = re.sub(r"\D", "", run.string[start:stop])
            if 13 <= len(digits) <= 19 and _passes_luhn(digits):
                yield start, stop


@lru_cache(maxsize=16)
def _squeezed(values: frozenset[str]) -> frozenset[str]:
    return frozenset(_squeeze(value) for value in values)


def _squeeze(value: str) -> str:
    """The part of a phone that two spellings share: its last ten digits; other values as they are."""
    digits = re.sub(r"\D", "", value)
    return digits[-10:] if len(digits) >= 10 and "@" not in value else value.lower()


def _passes_luhn(number: str) -> bool:
    """The checksum of bank card numbers (ISO/IEC 7812-1, annex B)."""
    digits = [int(digit) for digit in number]
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
