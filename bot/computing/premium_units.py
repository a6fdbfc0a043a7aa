"""Spans that were told in a longer unit than the tariff's: «на неделю», and then «а на две?»."""

from collections.abc import Mapping

from bot.computing.amounts import Numbers
from bot.computing.premium import Given

WEEK_DAYS, MONTH_DAYS = 7, 30
_DAYS = {"неделя": WEEK_DAYS, "месяц": MONTH_DAYS}


def longer_units(numbers: Numbers, said: Given) -> dict[str, float]:
    """The inputs that were told in such a unit, with its size in their own."""
    return {
        name: float(_DAYS[amount.unit])
        for name, value in said.items()
        for amount in numbers.amounts
        if amount.unit in _DAYS and amount.value * _DAYS[amount.unit] == value
    }


def in_same_units(numbers: Numbers, said: Given, units: Mapping[str, float]) -> dict[str, float]:
    """What is said now by a number alone, in the unit of before."""
    bare = {amount.value for amount in numbers.amounts if amount.is_bare and not amount.unit}
    return {name: float(said[name]) * size for name, size in units.items() if said.get(name) in bare}
