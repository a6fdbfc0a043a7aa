"""Numbers as Russians say them, in every case: cardinals, ordinals, parts, and what they are numbers of."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, Literal

from bot.data_files import read_plain_data
from bot.language.dictionary import morphology

Case = Literal["n", "g", "d", "a", "i", "p"]
Gender = Literal["m", "f", "n"]

_GRAMMEMES: Final[dict[Case, str]] = {
    "n": "nomn",
    "g": "gent",
    "d": "datv",
    "a": "accs",
    "i": "ablt",
    "p": "loct",
}
_GENDERS: Final[dict[str, Gender]] = {"masc": "m", "femn": "f", "neut": "n"}
_ZERO: Final[dict[Case, str]] = {"g": "нуля", "d": "нулю", "i": "нулём", "p": "нуле"}
_PARTS: Final = {1: "десят", 2: "сот", 3: "тысячн"}
_ENDINGS: Final[dict[Case, str]] = {"n": "ая", "g": "ой", "d": "ой", "a": "ую", "i": "ой", "p": "ой"}
_PLURAL_ENDINGS: Final[dict[Case, str]] = {"n": "ых", "g": "ых", "d": "ым", "a": "ых", "i": "ыми", "p": "ых"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """What is counted: «лошадиная сила», «литр на сто километров»."""

    noun: str
    adjective: str = ""
    after: str = ""
    part: str = ""
    """What its hundredth is called, where that is said: «копейка»."""

    @property
    def gender(self) -> Gender:
        return gender_of(self.noun)


def cardinal(value: int, case: Case = "n", gender: Gender = "m") -> str:
    """«Двадцать одной»; of what has no soul, so that the accusative is mostly the nominative."""
    if not value and case in _ZERO:
        return _ZERO[case]
    return str(_num2words()(value, lang="ru", case=case, gender=gender, animate=False))


def ordinal(value: int, case: Case = "n", gender: Gender = "m", *, plural: bool = False) -> str:
    """«Две тысячи двадцать седьмого»."""
    return str(
        _num2words()(value, to="ordinal", lang="ru", case=case, gender=gender, plural=plural, animate=False)
    )


def number(value: Decimal, case: Case = "n", gender: Gender = "m") -> str:
    """A whole number, a half («два с половиной»), or one with tenths, hundredths or thousandths."""
    whole = int(value)
    if value == whole:
        return cardinal(whole, case, gender)
    if value - whole == Decimal("0.5") and whole:
        return _and_a_half(whole, case, gender)
    digits = f"{value - whole:f}".partition(".")[2].rstrip("0")
    part = _PARTS.get(len(digits))
    if part is None:
        return f"{cardinal(whole, case)} и {' '.join(cardinal(int(digit)) for digit in digits)}"
    said = cardinal(int(digits), case, "f")
    wholes = f"{cardinal(whole, case, 'f')} {_ordinal_form('цел', whole, case)}"
    return f"{wholes} {said} {_ordinal_form(part, int(digits), case)}"


def counted(value: Decimal, unit: Unit, case: Case = "n") -> str:
    """A number with its unit: «двадцать один рубль», «четырёх целых девяти десятых процента»."""
    return f"{number(value, case, unit.gender)} {unit_form(unit, value, case)}"


@lru_cache(maxsize=2_000)
def unit_form(unit: Unit, value: Decimal, case: Case = "n") -> str:
    """The unit alone, as it stands behind the number."""
    noun_case, is_plural, is_one = _agreement(value, case)
    if is_one:
        adjective = _inflected(unit.adjective, noun_case, unit.gender)
    else:
        adjective = _inflected(unit.adjective, "g" if case in "na" else case)
    noun = _inflected(unit.noun, noun_case, None if is_plural else "")
    return " ".join(filter(None, (adjective, noun, unit.after)))


def gender_of(noun: str) -> Gender:
    return _GENDERS.get(str(morphology().parse(noun)[0].tag.gender), "m")


def _agreement(value: Decimal, case: Case) -> tuple[Case, bool, bool]:
    """The noun's case behind a number, whether it is in the plural, and whether it goes with «один»."""
    whole = int(value)
    if value != whole:
        is_half = whole > 1 and value - whole == Decimal("0.5")
        few = whole % 10 in (2, 3, 4) and whole % 100 not in (12, 13, 14)
        return "g", is_half and (case not in "na" or not few), False
    if whole % 10 == 1 and whole % 100 != 11:
        return case, False, True
    if case not in "na":
        return case, True, False
    return "g", whole % 10 not in (2, 3, 4) or whole % 100 in (12, 13, 14), False


def _inflected(word: str, case: Case, gender: Gender | Literal[""] | None = None) -> str:
    """The form of an adjective or noun; itself where there is no such form («евро»).

    `gender`: None for the plural, "" for a noun's singular.
    """
    if word == "год" and gender is None and case == "g":
        return "лет"
    wanted = {_GRAMMEMES[case], "plur" if gender is None else "sing"}
    if gender:
        wanted.add(next(name for name, value in _GENDERS.items() if value == gender))
    found = next((parse for parse in morphology().parse(word) if parse.normal_form == word), None)
    form = found.inflect(wanted) if found is not None else None
    return str(form.word) if form is not None else word


def _and_a_half(whole: int, case: Case, gender: Gender) -> str:
    if whole == 1:
        if case not in "na":
            return "полутора"
        return "полторы" if gender == "f" else "полтора"
    return f"{cardinal(whole, case, gender)} с половиной"


def _ordinal_form(stem: str, value: int, case: Case) -> str:
    is_one = value % 10 == 1 and value % 100 != 11
    return stem + (_ENDINGS if is_one else _PLURAL_ENDINGS)[case]


def _num2words() -> Any:
    from num2words import num2words

    return num2words


@cache
def spoken_russian() -> dict[str, Any]:
    """The tables of `russian.yaml`."""
    tables: dict[str, Any] = read_plain_data(Path(__file__).with_name("russian.yaml"))
    return tables
