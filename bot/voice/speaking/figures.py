"""Prices, shares, measures, phones and plain numbers in words."""

import re
from decimal import Decimal
from functools import cache
from typing import Final

from bot.voice.speaking.context import STOP, case_after, noun_after, word_before
from bot.voice.speaking.numbers import Case, Gender, Unit, cardinal, counted, number, ordinal, spoken_russian

_PHONE: Final = re.compile(
    r"(?<![\d+])(?:(?P<country>\+?\d)[\s-]?)?(?:\((?P<area>\d{3,4})\)|(?P<bare>\d{3}))[\s-]?(?P<one>\d{2,3})-?"
    r"(?:(?<=-)|\s)?(?P<two>\d\d)[\s-]?(?P<three>\d\d)(?![\d])"
)
_SHORT_PHONE: Final = re.compile(r"(?<![\d-])(?P<one>\d{2,3})-(?P<two>\d\d)-(?P<three>\d\d)(?![\d-])")
_LONG_CODE: Final = re.compile(r"(?<![\w+])(?=\w*\d)(?:[A-Z0-9]{8,})(?!\w)")
_NUMBER: Final = r"(?:\d{1,3}(?:\s\d{3})+(?!\d)|\d+)(?:[.,]\d+)?"
_SIGN_FIRST: Final = re.compile(rf"([$€₽])\s?({_NUMBER})")
_ORDINAL: Final = re.compile(r"(?<![\w.,])(?P<number>\d{1,4})(?:-(?P<end>[а-яё]{1,3})|(?P<of>х))(?![\w-])")
_COMPOUND: Final = re.compile(r"(?<![\w.,])(?P<number>\d{1,4})-(?P<rest>[а-яё]{4,})")
_ZEROS: Final = re.compile(r"(?<![\w.,])(?<!\d\s)0\d+(?!\d|[.,]\d)")
_DIGITS: Final = re.compile(r"\d+")
"""Of what is written like nothing that is known."""
_ENDS: Final[dict[str, tuple[Case, Gender]]] = {
    "й": ("n", "m"), "ый": ("n", "m"), "ий": ("n", "m"), "ой": ("n", "m"), "я": ("n", "f"), "ая": ("n", "f"),
    "е": ("n", "n"), "ое": ("n", "n"), "го": ("g", "m"), "ого": ("g", "m"), "му": ("d", "m"),
    "ому": ("d", "m"), "м": ("p", "m"), "ом": ("p", "m"), "ю": ("a", "f"), "ую": ("a", "f"),
}  # fmt: skip
_COUNTED_ENDS: Final[dict[str, Case]] = {"х": "g", "ти": "g", "и": "g", "ми": "i", "м": "d"}
_IN_COMPOUNDS: Final = {1: "одно", 90: "девяносто", 100: "сто", 1000: "тысяче"}
_STARTS: Final = ("от", "с", "со", "из")


def say_phones(text: str, code: str) -> str:
    """Phones in groups; `code` stands for any other number as long as that of a document."""
    text = _SHORT_PHONE.sub(_phone, _PHONE.sub(_phone, text))
    return _LONG_CODE.sub(code, text)


def say_figures(text: str) -> str:
    """The text without a digit."""
    text = _SIGN_FIRST.sub(r"\2 \1", text)
    text = _COMPOUND.sub(_compound, _ORDINAL.sub(_with_end, text))
    text = _ZEROS.sub(lambda found: group(found[0]), text)
    return _DIGITS.sub(lambda found: f" {group(found[0])} ", _amounts().sub(_amount, text))


def group(digits: str) -> str:
    """Digits as they are dictated: «ноль двенадцать»."""
    zeros = len(digits) - len(digits.lstrip("0"))
    rest = digits[zeros:]
    return " ".join(["ноль"] * zeros + ([cardinal(int(rest))] if rest else []))


def _phone(found: re.Match[str]) -> str:
    parts = found.groupdict()
    country = parts.get("country") or ""
    plus = "плюс " if country.startswith("+") else ""
    groups = [parts.get("area") or parts.get("bare"), parts["one"], parts["two"], parts["three"]]
    said = [group(digits) for digits in (country.lstrip("+"), *groups) if digits]
    return plus + ", ".join(said)


def _with_end(found: re.Match[str]) -> str:
    """«5-го» is the fifth, «3-х» is of three."""
    value, end = int(found["number"]), found["end"] or found["of"]
    if end in _ENDS:
        return ordinal(value, *_ENDS[end])
    return cardinal(value, _COUNTED_ENDS[end]) if end in _COUNTED_ENDS else found[0].replace("-", " ")


def _compound(found: re.Match[str]) -> str:
    """«5-летний» is one word."""
    value = int(found["number"])
    return _IN_COMPOUNDS.get(value, cardinal(value, "g").replace(" ", "")) + found["rest"]


@cache
def _units() -> dict[str, Unit]:
    return {
        written: Unit(
            noun=about["noun"],
            adjective=about.get("adjective", ""),
            after=about.get("after", ""),
            part=about.get("part", ""),
        )
        for about in spoken_russian()["units"]
        for written in about["written"]
    }


@cache
def _amounts() -> re.Pattern[str]:
    units = _choice(_units())
    scales, per = _choice(spoken_russian()["scales"]), _choice(spoken_russian()["per"])
    dash = r"(?:\s?[-–]\s?|—)"
    return re.compile(
        rf"(?<![\w.,])(?P<minus>[-−](?=\d))?(?P<first>{_NUMBER})(?:{dash}(?P<second>{_NUMBER})(?![-\d]))?"
        rf"(?:\s?(?P<scale>{scales})(?![а-яё])\.?(?=\s|$|[^\w]))?"
        rf"(?:\s?(?P<unit>{units})(?!\w){STOP}(?:\s?/\s?(?P<per>{per})(?!\w){STOP})?)?"
    )


def _choice(words: dict[str, object] | dict[str, Unit] | dict[str, str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _amount(found: re.Match[str]) -> str:
    unit = _units().get(found["unit"] or "")
    if found["second"]:
        said = _range(found, _scaled(found["first"], None), unit)
    else:
        said = _said(found, _scaled(found["first"], found["scale"]), unit, _case(found, unit))
    minus = "минус " if found["minus"] else ""
    per = f" {spoken_russian()['per'][found['per']]}" if found["per"] else ""
    return f"{minus}{said}{per}"


def _scaled(written: str, scale: str | None) -> Decimal:
    value = Decimal(re.sub(r"\s", "", written).replace(",", "."))
    return value * int(spoken_russian()["scales"][scale]) if scale else value


def _case(found: re.Match[str], unit: Unit | None) -> Case:
    """What the noun behind it is surely in, else what the word before it asks for."""
    before = word_before(found)
    asked = case_after(before)
    if unit is not None:
        return asked or "n"
    cases = noun_after(found).cases
    oblique = cases - {"n", "g", "a"}
    if cases and cases == oblique and len(oblique) == 1:
        return next(iter(oblique))
    if before in ("с", "со") and "g" not in cases and "i" in cases:
        return "i"
    if asked is None:
        return "a" if cases == {"a"} else "n"
    return asked


def _said(found: re.Match[str], value: Decimal, unit: Unit | None, case: Case) -> str:
    if unit is not None:
        whole = Decimal(int(value))
        if unit.part and whole and whole != value:
            part = counted((value - whole) * 100 // 1, Unit(noun=unit.part), case)
            return f"{counted(whole, unit, case)} {part}"
        return counted(value, unit, case)
    noun = noun_after(found)
    if noun.is_one_of_many and value % 10 != 1 and value == int(value):
        return ordinal(int(value), noun.case_after(case), noun.gender)
    return number(value, case, noun.gender)


def _range(found: re.Match[str], first: Decimal, unit: Unit | None) -> str:
    """«5–7 дней» is from five to seven; «за 5–7 дней» five to seven, in the case of «за»."""
    second = _scaled(found["second"], found["scale"])
    if found["scale"] and first % 1:
        first = _scaled(found["first"], found["scale"])
    before = word_before(found)
    asked = case_after(before)
    gender = unit.gender if unit is not None else noun_after(found).gender
    if asked is None or before in _STARTS:
        begins = "" if before in _STARTS else "от "
        return f"{begins}{number(first, 'g', gender)} до {_said(found, second, unit, 'g')}"
    return f"{number(first, asked, gender)}-{_said(found, second, unit, asked)}"
