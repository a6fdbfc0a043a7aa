"""Which values of a product's choices a question names, and which it only says no to."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.computing.amounts import Amount, Numbers, lemmas_of, read_numbers, words
from bot.tenant.tariffs import InputType, Product, TariffInput

COUNTED = frozenset(("день", "неделя", "месяц", "человек", "год"))
"""Units of what is no money."""
_THOUSAND = 1_000
_ACROSS = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """What a question says of a product's choices."""

    given: dict[str, float | str]
    several: dict[str, tuple[str, ...]]
    """Of the choices of which it names more than one value: these, in its order."""
    used: frozenset[int]
    """The places of the words that name a value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Named:
    """A value that is named; `is_denied` to say no to it, `is_absence` by a name that itself says no."""

    value: str
    name: str
    places: frozenset[int]
    is_denied: bool
    is_absence: bool


def read_choices(product: Product, numbers: Numbers) -> Choices:
    """The values that are named, and the places of the words that name them."""
    takes_money = any(wanted.type is InputType.MONEY for wanted in product.inputs)
    given: dict[str, float | str] = {}
    several: dict[str, tuple[str, ...]] = {}
    used: set[int] = set()
    for choice in product.inputs:
        named = _named_values(choice, numbers, takes_money=takes_money) if choice.values else []
        used.update(*(found.places for found in named))
        chosen = _chosen(choice, named, numbers)
        if chosen:
            given[choice.name] = chosen
        values = tuple(dict.fromkeys(found.value for found in named if not found.is_denied))
        if len(values) > 1 and not _is_one_by_absence(named, numbers):
            several[choice.name] = values
    return Choices(given=given, several=several, used=frozenset(used))


def _chosen(choice: TariffInput, named: Sequence[_Named], numbers: Numbers) -> str:
    """The value with the longest name; what is there before what is not; the other where one is denied."""
    meant = [found for found in named if not found.is_denied]
    if meant:
        return max(meant, key=lambda found: (not found.is_absence, len(found.name))).value
    denied = {found.value for found in named}
    others = [value for value in choice.values if value not in denied]
    if denied:
        return others[0] if len(others) == 1 else _usual(choice, denied)
    is_removed = numbers.has_any(words("removing")) and any(map(numbers.names, choice.names))
    return _usual(choice, denied) if is_removed else ""


def _usual(choice: TariffInput, denied: Collection[str]) -> str:
    return choice.default if choice.default is not None and choice.default not in denied else ""


def _is_one_by_absence(named: Sequence[_Named], numbers: Numbers) -> bool:
    """«Камина нет, печка есть» is one value; «с печкой или без печки» are two."""
    is_contrasted = numbers.has_any(words("contrasting") | words("comparing"))
    return not is_contrasted and any(found.is_absence for found in named)


def _named_values(choice: TariffInput, numbers: Numbers, *, takes_money: bool) -> list[_Named]:
    """Every value that is named, the longest name before one within it, in the order of the question.

    A mere sum is one where no other can be meant.
    """
    is_named = not takes_money or not choice.names or any(map(numbers.names, choice.names))
    own = frozenset(word for name in choice.names for word in lemmas_of(name))
    names = [
        (name, value)
        for value, others in choice.values.items()
        for name in (value, *others)
        if is_named or not _is_sum(name)
    ]
    taken: set[int] = set()
    named: list[_Named] = []
    for name, value in sorted(names, key=lambda found: -len(found[0])):
        for places in _places_of(name, numbers, own):
            if taken.isdisjoint(places):
                taken |= places
                named.append(_as_named(value, name, places, numbers))
    return sorted(named, key=lambda found: min(found.places))


def _as_named(value: str, name: str, places: frozenset[int], numbers: Numbers) -> _Named:
    is_absence = not words("denying").isdisjoint(lemmas_of(name))
    return _Named(
        value=value,
        name=name,
        places=places,
        is_absence=is_absence,
        is_denied=not is_absence and _is_denied(min(places), max(places) + 1, numbers),
    )


def _is_denied(at: int, end: int, numbers: Numbers) -> bool:
    """«Не полное», «без спутника», «спутника нет»."""
    clause = numbers.clauses[at]
    before = [
        lemma for lemma, own in zip(numbers.lemmas[:at], numbers.clauses, strict=False) if own == clause
    ]
    while before and before[-1] in words("denied_across"):
        before.pop()
    if before and before[-1] in words("denying"):
        return True
    behind = [
        lemma for lemma, own in zip(numbers.lemmas[end:], numbers.clauses[end:], strict=True) if own == clause
    ]
    phrases = {tuple(phrase.split()) for phrase in words("denied_behind")}
    return any(tuple(behind[:length]) in phrases for length in (1, _ACROSS))


def _places_of(name: str, numbers: Numbers, own: Collection[str]) -> Iterator[frozenset[int]]:
    """Wherever the question has a name: its words, or for a sum the same sum however it is written.

    `own`: the words by which the choice is spoken of.
    """
    counted = {amount.end: amount for amount in numbers.amounts} if name in COUNTED else {}
    length = len(lemmas_of(name))
    for at in numbers.places_of(name):
        amount = counted.get(at)
        # «7 лет» are not the value that is called «год», and of «1 год» the number is nothing else's.
        if amount is None or amount.value == 1:
            yield frozenset(range(at if amount is None else amount.at, at + length))
    if _is_sum(name):
        for before, amount in zip((None, *numbers.amounts), numbers.amounts, strict=False):
            if _is_same_sum(_sum_of(name), amount, before, own):
                yield frozenset(range(amount.at, amount.end))


def _is_same_sum(wanted: float, amount: Amount, before: Amount | None, own: Collection[str]) -> bool:
    """Also «франшиза 15», «с франшизой 15 или 30»."""
    if amount.is_share or amount.unit in COUNTED:
        return False
    if amount.value == wanted:
        return True
    is_short = amount.is_bare and amount.value * _THOUSAND == wanted
    follows = before is not None and set(amount.before) <= words("contrasting") | words("joining")
    return is_short and (not set(own).isdisjoint(amount.before) or follows)


@lru_cache(maxsize=1_000)
def _is_sum(name: str) -> bool:
    """«30 тысяч» may be anything; «6 месяцев» can only be what it says."""
    return name[0].isdigit() and set(lemmas_of(name)[1:]) <= words("money") | frozenset("0123456789")


@lru_cache(maxsize=1_000)
def _sum_of(name: str) -> float:
    return read_numbers(name).amounts[0].value
