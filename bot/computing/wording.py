"""How computed figures are written."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.language.dictionary import morphology
from bot.texts.catalogue import DEFAULT_LANGUAGE, Text, Texts, plural_form

_SPACE = "\u00a0"
_YEARS = {"one": "год", "few": "года", "many": "лет"}
"""The one noun here whose plural is another word."""


@dataclass(frozen=True, kw_only=False, slots=True)
class Wording:
    """The catalogue in the language of one question."""

    texts: Texts
    language: str

    def say(self, text: Text, **values: object) -> str:
        return self.texts.say(text, self.language, **values)

    def of(self, wordings: Mapping[str, str]) -> str:
        """A tenant's own name of a thing, in this language where it has one."""
        return wordings.get(self.language) or wordings.get(DEFAULT_LANGUAGE) or next(iter(wordings.values()))

    def note(self, wordings: Mapping[str, str] | None) -> str:
        """The same of what a tenant need not have."""
        return "" if wordings is None else self.of(wordings)

    def title(self, wordings: Mapping[str, str]) -> str:
        """The same at the beginning of a sentence."""
        name = self.of(wordings)
        return name[:1].upper() + name[1:]


def agreeing(unit: str, number: float) -> str:
    """A unit in the form that follows a number: «лет» is «33 года», «year|years» is «1 year».

    What is neither a Russian noun nor written in two forms stays.
    """
    if "|" in unit:
        one, many = unit.split("|", maxsplit=1)
        return one if number == 1 else many
    parse = morphology().parse(unit)[0] if unit else None
    is_noun = parse is not None and "NOUN" in parse.tag and " " not in unit
    if parse is None or not is_noun or not number.is_integer() or parse.normal_form == "человек":
        return unit
    if parse.normal_form == "год":
        return _YEARS[plural_form(int(number), "ru")]
    agreed = parse.make_agree_with_number(int(number))
    return unit if agreed is None else str(agreed.word)


def as_money(amount: float) -> str:
    """1234567.0 is «1 234 567 ₽», with spaces that do not break."""
    return f"{amount:,.0f}".replace(",", _SPACE) + f"{_SPACE}₽"


def as_number(number: float) -> str:
    """Without zeros that say nothing, with a decimal comma."""
    return f"{number:,.4f}".rstrip("0").rstrip(".").replace(",", _SPACE).replace(".", ",")
