"""A premium by a tariff table: which product, what the customer said of themselves, and the sum."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.computing.amounts import Amount, Numbers, lemmas_of, words
from bot.tenant.tariffs import InputType, Product, TariffInput

Given = Mapping[str, float | str]

_WEEK_DAYS = 7
_MONTH_DAYS = 30
_ABSURD = 5
_COUNTED = frozenset(("день", "неделя", "месяц", "человек", "год"))
_EMPTY = frozenset(("с", "без", "на", "по", "за", "от", "для", "кто", "что"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Premium:
    """A computed premium. `steps` are the factors with what chose each of them."""

    total: float
    steps: tuple[tuple[str, str, float], ...]
    is_minimum: bool


def compute_premium(product: Product, given: Given) -> Premium:
    """The base times every factor, never under the minimum, to the whole rouble.

    `given` holds every input: numbers, and the values of choices. Raises KeyError for one that is missing.
    """
    base = product.base
    amount = (
        base.amount if base.amount is not None else (base.percent or 0) / 100 * _number(given[base.of or ""])
    )
    if base.times is not None:
        amount *= _number(given[base.times])
    steps = []
    total = amount
    for factor in product.factors:
        chosen = given[factor.by]
        size = (
            factor.values[str(chosen)]
            if factor.values
            else next(band.factor for band in factor.bands if band.holds(_number(chosen)))
        )
        steps.append((factor.title, factor.by, size))
        total *= size
    return Premium(
        total=float(round(max(total, product.minimum))),
        steps=tuple(steps),
        is_minimum=total < product.minimum,
    )


def read_inputs(product: Product, numbers: Numbers, *, awaiting: str = "") -> dict[str, float | str]:
    """What the question says of the product's inputs. `awaiting`: the one that was just asked for."""
    given: dict[str, float | str] = {}
    used: set[int] = set()
    for choice in product.inputs:
        if choice.type is InputType.CHOICE and (found := _choice(choice, numbers)) is not None:
            given[choice.name], places = found
            used |= places
    free = [amount for amount in numbers.amounts if amount.at not in used]
    scored = sorted(
        (
            (-score, place, wanted.name, amount)
            for place, wanted in enumerate(product.inputs)
            if wanted.type is not InputType.CHOICE
            for amount in free
            if (score := _fit(wanted, amount, awaiting=wanted.name == awaiting)) > 0
        ),
        key=lambda scored: scored[:2],
    )
    taken: set[int] = set()
    for _, _, name, amount in scored:
        if name not in given and amount.at not in taken:
            wanted = next(wanted for wanted in product.inputs if wanted.name == name)
            given[name] = _in_unit(wanted, amount)
            taken.add(amount.at)
    return given


def out_of_range(product: Product, given: Given) -> TariffInput | None:
    """The first number that the tariff does not hold for."""
    for wanted in product.inputs:
        is_given = wanted.name in given and wanted.type is not InputType.CHOICE
        if is_given and not _is_in_range(wanted, _number(given[wanted.name])):
            return wanted
    return None


def with_defaults(product: Product, given: Given) -> dict[str, float | str]:
    defaults = {
        wanted.name: wanted.default if wanted.type is InputType.CHOICE else float(wanted.default)
        for wanted in product.inputs
        if wanted.default is not None
    }
    return {**defaults, **given}


def missing_input(product: Product, given: Given) -> TariffInput | None:
    return next((wanted for wanted in product.inputs if wanted.required and wanted.name not in given), None)


def _choice(choice: TariffInput, numbers: Numbers) -> tuple[str, set[int]] | None:
    """The value whose longest name the question has, and the places of the words that name it."""
    found: list[tuple[int, str, set[int]]] = []
    named = not choice.names or any(numbers.names(name) for name in choice.names)
    for value, names in choice.values.items():
        for name in (value, *names):
            at = numbers.place_of(name)
            length = len(name.split())
            if at is None or (_is_sum(name) and not named):
                continue
            found.append((len(name), value, set(range(at, at + max(1, length)))))
    if not found:
        return None
    _, value, places = max(found, key=lambda found: found[0])
    return value, places


def _is_sum(name: str) -> bool:
    """«30 тысяч» may be anything; «6 месяцев» can only be what it says."""
    return name[0].isdigit() and set(lemmas_of(name)[1:]) <= words("money") | frozenset("0123456789")


def _fit(wanted: TariffInput, amount: Amount, *, awaiting: bool) -> float:
    """How well a number suits an input; 0 when it cannot be meant."""
    is_money = amount.sign == "₽" or amount.is_scaled or amount.unit == "рубль"
    if amount.sign == "%" or is_money != (wanted.type is InputType.MONEY):
        bare = not is_money and not amount.sign and wanted.type is InputType.MONEY and amount.value >= 10_000
        if not bare:
            return 0
    own = _unit_words(wanted)
    if _is_absurd(wanted, amount) or not (words("apart") & set(amount.before)) <= own:
        return 0
    score = 0.0
    unit = _unit(amount)
    if unit and unit in own:
        score += 4
    score += max((3 - 0.5 * place for place, word in enumerate(amount.before) if word in own), default=0)
    if wanted.type is InputType.MONEY:
        score += 1
    if awaiting:
        score += 2
    if (
        score
        and wanted.range is not None
        and not wanted.range[0] <= _in_unit(wanted, amount) <= wanted.range[1]
    ):
        score -= 1.5 if wanted.type is InputType.MONEY else 0.5
    return score


def _unit(amount: Amount) -> str:
    """«Мне 45» are years."""
    is_age = words("aged") & set(amount.before[:1]) and amount.unit not in _COUNTED
    return "год" if is_age else amount.unit


def _unit_words(wanted: TariffInput) -> frozenset[str]:
    spoken = (wanted.unit or "", *wanted.names)
    return frozenset(word for name in spoken for word in lemmas_of(name)) - _EMPTY


def _in_unit(wanted: TariffInput, amount: Amount) -> float:
    """Weeks and months as days where days are wanted."""
    in_days = "день" in _unit_words(wanted)
    if in_days and amount.unit == "неделя":
        return amount.value * _WEEK_DAYS
    if in_days and amount.unit == "месяц":
        return amount.value * _MONTH_DAYS
    return amount.value


def _number(value: float | str) -> float:
    return float(value)


def _is_in_range(wanted: TariffInput, value: float) -> bool:
    return wanted.range is None or wanted.range[0] <= value <= wanted.range[1]


def _is_absurd(wanted: TariffInput, amount: Amount) -> bool:
    """2020 years old nobody is, and nobody was asked for a year."""
    return wanted.range is not None and amount.value > _ABSURD * wanted.range[1]
