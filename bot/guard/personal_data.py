"""Hides personal data before it reaches a model, a log or a trace, and puts it back for its owner."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_EMAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_PHONE = re.compile(r"(?<![\d\w])(?:\+\d{1,3}|8|7)[ \-(]*\d{3}[ \-)]*\d{3}[ -]?\d{2}[ -]?\d{2}(?!\d)")


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
    """Hide phones, e-mail addresses and bank cards. `keep` holds what is public: the business's own."""
    labels: dict[str, str] = {}
    public = {_squeeze(value) for value in keep}
    for kind, found in _findings(text):
        if _squeeze(found) not in public and found not in labels:
            labels[found] = f"[{kind}_{len(labels) + 1}]"
    for original in sorted(labels, key=len, reverse=True):
        text = text.replace(original, labels[original])
    return Masked(text=text, hidden={label: original for original, label in labels.items()})


def _findings(text: str) -> Iterator[tuple[str, str]]:
    for kind, pattern in (("EMAIL", _EMAIL), ("PHONE", _PHONE), ("CARD", _CARD)):
        for match in pattern.finditer(text):
            if kind != "CARD" or _passes_luhn(match[0]):
                yield kind, match[0]


def _squeeze(value: str) -> str:
    """The part of a phone that two spellings share: its last ten digits; other values as they are."""
    digits = re.sub(r"\D", "", value)
    return digits[-10:] if len(digits) >= 10 and "@" not in value else value.lower()


def _passes_luhn(number: str) -> bool:
    """The checksum of bank card numbers (ISO/IEC 7812-1, annex B)."""
    digits = [int(digit) for digit in number if digit.isdigit()]
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
