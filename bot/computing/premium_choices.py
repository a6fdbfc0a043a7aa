"""Which values of a product's choices a question names."""

from functools import lru_cache

from bot.computing.amounts import Amount, Numbers, lemmas_of, read_numbers, words
from bot.tenant.tariffs import InputType, Product, TariffInput

COUNTED = frozenset(("день", "неделя", "месяц", "человек", "год"))
"""Units of what is no money."""


def read_choices(product: Product, numbers: Numbers) -> tuple[dict[str, float | str], set[int]]:
    """The values that are named, and the places of the words that name them."""
    given: dict[str, float | str] = {}
    used: set[int] = set()
    takes_money = any(wanted.type is InputType.MONEY for wanted in product.inputs)
    for choice in product.inputs:
        found = _choice(choice, numbers, takes_money=takes_money) if choice.values else None
        if found is not None:
            given[choice.name], places = found
            used |= places
    return given, used


def _choice(choice: TariffInput, numbers: Numbers, *, takes_money: bool) -> tuple[str, set[int]] | None:
    """The value whose longest name the question has. A mere sum is one where no other can be meant."""
    is_named = not takes_money or not choice.names or any(map(numbers.names, choice.names))
    found = [
        (len(name), value, places)
        for value, names in choice.values.items()
        for name in (value, *names)
        if (is_named or not _is_sum(name)) and (places := _places_of(name, numbers))
    ]
    _, value, places = max(found, key=lambda found: found[0], default=(0, "", set()))
    return (value, places) if value else None


def _places_of(name: str, numbers: Numbers) -> set[int]:
    """Where the question has a name: its words, or for a sum the same sum however it is written."""
    counted = {amount.end for amount in numbers.amounts if amount.value != 1} if name in COUNTED else ()
    # «7 лет» are not the value that is called «год».
    at = next((at for at in numbers.places_of(name) if at not in counted), None)
    if at is not None:
        return set(range(at, at + max(1, len(name.split()))))
    if not _is_sum(name):
        return set()
    same = (amount for amount in numbers.amounts if amount.value == _sum_of(name) and _may_be_money(amount))
    return next((set(range(amount.at, amount.end)) for amount in same), set())


@lru_cache(maxsize=1_000)
def _is_sum(name: str) -> bool:
    """«30 тысяч» may be anything; «6 месяцев» can only be what it says."""
    return name[0].isdigit() and set(lemmas_of(name)[1:]) <= words("money") | frozenset("0123456789")


@lru_cache(maxsize=1_000)
def _sum_of(name: str) -> float:
    return read_numbers(name).amounts[0].value


def _may_be_money(amount: Amount) -> bool:
    return not amount.is_share and amount.unit not in COUNTED
