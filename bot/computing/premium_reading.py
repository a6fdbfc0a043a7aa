"""What a question says of a product's inputs, its numbers by the words around them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations

from bot.computing.amounts import Amount, Numbers, lemmas_of, words
from bot.computing.premium import is_in_range
from bot.computing.premium_apart import read_apart
from bot.computing.premium_choices import COUNTED, read_choices
from bot.computing.premium_units import MONTH_DAYS, WEEK_DAYS
from bot.tenant.tariffs import InputType, Product, Several, TariffInput

_THOUSAND, _MILLION = 1_000, 1_000_000
_LEAST_MONEY = 10_000
_ABSURD = 5
_ALIKE = 0.7
"""A number that suits an input this well compared with the best may be meant beside it."""
_DOUBTFUL = 0.1
_IMPOSSIBLE = 0.5
_MOST_LEFT = 4
_PERSON = "человек"
_JOINING = frozenset(("и", "and", "или", "or"))
_EMPTY = frozenset(("с", "без", "на", "по", "за", "от", "для", "кто", "что", "of", "the", "in", "for", "at"))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Fit:
    """How well a number suits an input."""

    score: float
    place: int
    wanted: TariffInput
    amount: Amount


def read_inputs(
    product: Product,
    numbers: Numbers,
    *,
    awaiting: str = "",
    known: Collection[str] = (),
    kept: Collection[str] = (),
) -> dict[str, float | str]:
    """What the question says of the product's inputs.

    `awaiting`: the one that was just asked for. `known`: words beside which a number may be any input's.
    `kept`: those that were said before, for which none is guessed while another is missing.
    """
    choices = read_choices(product, numbers)
    given = choices.given
    free = _meant([amount for amount in numbers.amounts if amount.at not in choices.used])
    fits = _fits(product, numbers, free, awaiting)
    taken = _given_out(fits)
    given |= {name: in_unit(fit.wanted, fit.amount) for name, fit in taken.items()}
    given |= _of_all_told(product, numbers, fits, taken)
    places = {fit.amount.at for fit in taken.values()} | read_apart(numbers).keys()
    allowed = {"", *known, *words("read")}
    bare = [amount for amount in free if amount.at not in places and _is_alone(amount, numbers, allowed)]
    missing = [wanted for wanted in product.inputs if _is_missing(wanted, given)]
    still = [wanted for wanted in missing if wanted.name not in kept]
    # Once everything was said, a number alone is meant otherwise than before.
    missing = still if still or awaiting or given else missing
    return {**given, **_left_over(missing, bare)}


def _meant(amounts: Sequence[Amount]) -> list[Amount]:
    """Without those that are only denied: «не 22, а 32»."""
    meant = [amount for amount in amounts if not amount.is_denied]
    return meant or list(amounts)


def _given_out(fits: Sequence[_Fit]) -> dict[str, _Fit]:
    """Each number for the input that it suits best, by the input's name."""
    taken: dict[str, _Fit] = {}
    places: set[int] = set()
    for fit in fits:
        if fit.wanted.name not in taken and fit.amount.at not in places:
            taken[fit.wanted.name] = fit
            places.add(fit.amount.at)
    return taken


def _of_all_told(
    product: Product, numbers: Numbers, fits: Sequence[_Fit], taken: Mapping[str, _Fit]
) -> dict[str, float]:
    """The least or the most of several numbers, for the inputs that take one of them."""
    holders = {fit.amount.at: name for name, fit in taken.items()}
    counted = [wanted for wanted in product.inputs if wanted.name in taken and _PERSON in _unit_words(wanted)]
    together = {
        wanted.name: total for wanted in counted if (total := _all_people(wanted, taken, numbers)) is not None
    }
    several = [wanted for wanted in product.inputs if wanted.several is not None and wanted.name in taken]
    return together | {
        wanted.name: _best_of_several(
            wanted,
            [
                fit
                for fit in fits
                if fit.wanted is wanted and holders.get(fit.amount.at, wanted.name) == wanted.name
            ],
            numbers,
        )
        for wanted in several
    }


def _all_people(wanted: TariffInput, taken: Mapping[str, _Fit], numbers: Numbers) -> float | None:
    """«Двое взрослых и трое детей» are five, and so are «нас пятеро: двое взрослых и трое детей»."""
    own = _unit_words(wanted)
    others = {fit.amount.at for name, fit in taken.items() if name != wanted.name}
    groups = [
        amount.value
        for amount in numbers.amounts
        if amount.at not in others and amount.is_bare and own.intersection(amount.after[:2])
    ]
    if len(groups) < 2 or not numbers.has_any(words("joining")):
        return None
    return groups[0] if groups[0] == sum(groups[1:]) else sum(groups)


def _is_missing(wanted: TariffInput, given: Mapping[str, float | str]) -> bool:
    return wanted.required and wanted.type is InputType.NUMBER and wanted.name not in given


def _fits(product: Product, numbers: Numbers, free: Sequence[Amount], awaiting: str) -> list[_Fit]:
    """Every number with every input it may be meant for, the best first."""
    apart = read_apart(numbers)
    found = [
        _Fit(
            score=_score(wanted, amount, apart.get(amount.at, frozenset()), awaiting=wanted.name == awaiting),
            place=place,
            wanted=wanted,
            amount=amount,
        )
        for place, wanted in enumerate(product.inputs)
        if wanted.type is not InputType.CHOICE
        for amount in free
        if not _is_of_another(product, wanted, amount)
    ]
    return sorted((fit for fit in found if fit.score > 0), key=lambda fit: (-fit.score, fit.place))


def _is_of_another(product: Product, wanted: TariffInput, amount: Amount) -> bool:
    """«Машине 12 лет» is the age of what the value was asked of, and not the driver's."""
    nearest = amount.before[:1]
    others = (other for other in product.inputs if other is not wanted and other.type is InputType.MONEY)
    return (
        amount.unit == "год"
        and not _unit_words(wanted).intersection(nearest)
        and any(_unit_words(other).intersection(nearest) for other in others)
    )


def _score(wanted: TariffInput, amount: Amount, apart: frozenset[str], *, awaiting: bool) -> float:
    """How well a number suits an input; 0 when it cannot be meant."""
    own = _unit_words(wanted)
    is_counted = amount.unit in COUNTED - {"год"} and amount.unit not in own
    if is_counted or not _is_of_type(wanted, amount, awaiting=awaiting) or (apart and apart.isdisjoint(own)):
        return 0
    nearness = (3 - 0.5 * place for place, word in enumerate(amount.before) if word in own)
    follows = 1.5 * (not own.isdisjoint(amount.after[1:]))
    score = max(nearness, default=follows) + _unit_score(own, amount)
    score += (wanted.type is InputType.MONEY) + 2 * awaiting
    if score and not is_in_range(wanted, in_unit(wanted, amount)):
        # A sum that is too small is likelier one of something else; too great a one is just too great.
        if wanted.type is InputType.MONEY:
            score -= 1.5 if amount.value < (wanted.range or (0, 0))[0] else 0.5
        else:
            score *= _IMPOSSIBLE
    return score * _DOUBTFUL if _is_for_how_long(own, amount) else score


def _is_of_type(wanted: TariffInput, amount: Amount, *, awaiting: bool) -> bool:
    """Money for money, and nothing as much as 2020 years old."""
    if amount.is_share:
        return False
    is_money = not amount.is_bare or amount.unit in ("рубль", "rub")
    if wanted.type is not InputType.MONEY:
        return not is_money and (wanted.range is None or amount.value <= _ABSURD * wanted.range[1])
    is_short = (
        (awaiting or amount.value % 1 > 0) and not amount.after and in_unit(wanted, amount) != amount.value
    )
    return is_money or amount.value >= _LEAST_MONEY or is_short


def _unit_score(own: frozenset[str], amount: Amount) -> float:
    """«45 лет», and «мне 45», which are years as well."""
    is_aged = amount.unit not in COUNTED - {"год"} and not words("aged").isdisjoint(_nearest(amount))
    if is_aged and not own.isdisjoint(words("age")):
        return 7
    return 4 if amount.unit and amount.unit in own else 0


def _nearest(amount: Amount) -> tuple[str, ...]:
    """The word before a number, and behind words that say nothing the one before that."""
    return tuple(word for word in amount.before[:2] if word not in words("fillers"))[:1] or amount.before[:1]


def _is_for_how_long(own: frozenset[str], amount: Amount) -> bool:
    """«За рулем 10 лет» and «на 5 лет» are hardly an age, if there is another number for it."""
    around = own.intersection((*amount.before, *amount.after)) - words("apart_before") - COUNTED
    return (
        amount.unit == "год"
        and amount.before[:1] != ()
        and amount.before[0] in words("apart_before")
        and not around
    )


def _best_of_several(wanted: TariffInput, fits: Sequence[_Fit], numbers: Numbers) -> float:
    best = fits[0]
    alike = [fit.amount for fit in fits if fit.score >= _ALIKE * best.score]
    together = {amount.at: amount for first in alike for amount in _joined_to(first, numbers)}
    values = [in_unit(wanted, amount) for amount in together.values()]
    possible = [value for value in values if is_in_range(wanted, value)]
    return _of_several(wanted, possible or [in_unit(wanted, best.amount)])


def _of_several(wanted: TariffInput, values: Sequence[float]) -> float:
    return min(values) if wanted.several is Several.LEAST else max(values)


def _joined_to(amount: Amount, numbers: Numbers) -> list[Amount]:
    """The number itself, and those that are told with it: «22 и 45», «22, 30 и 45»."""
    at = numbers.amounts.index(amount)
    chain = [amount]
    for other in numbers.amounts[at + 1 :]:
        if not _are_joined(chain[-1], other, numbers):
            break
        chain.append(other)
    for other in reversed(numbers.amounts[:at]):
        if not _are_joined(other, chain[0], numbers):
            break
        chain.insert(0, other)
    return chain


def _are_joined(earlier: Amount, later: Amount, numbers: Numbers) -> bool:
    """With nothing but a comma or «и» between them."""
    between = set(numbers.lemmas[earlier.end : later.at])
    return earlier.is_bare and later.is_bare and between <= _JOINING | words("aged") | {"год"}


def _left_over(missing: Sequence[TariffInput], bare: Sequence[Amount]) -> dict[str, float]:
    """Bare numbers for what is still missing, if there is only one way of giving out as many as possible."""
    if len(missing) == 1 and missing[0].several is not None:
        values = [amount.value for amount in bare if is_in_range(missing[0], amount.value)]
        return {missing[0].name: _of_several(missing[0], values)} if values else {}
    ways = list(_ways(missing, bare)) if len(bare) <= _MOST_LEFT else []
    most = max(map(len, ways), default=0)
    fullest = [way for way in ways if len(way) == most]
    return fullest[0] if fullest and fullest.count(fullest[0]) == len(fullest) else {}


def _ways(missing: Sequence[TariffInput], bare: Sequence[Amount]) -> Iterator[dict[str, float]]:
    """Each way of giving numbers to inputs that holds with their ranges."""
    nothing = [None] * len(missing)
    for way in permutations((*bare, *nothing), len(missing)):
        pairs = [(wanted, amount.value) for wanted, amount in zip(missing, way, strict=True) if amount]
        if all(is_in_range(wanted, value) for wanted, value in pairs):
            yield {wanted.name: value for wanted, value in pairs}


def _is_alone(amount: Amount, numbers: Numbers, known: Collection[str]) -> bool:
    """A number alone in its place, and not that of a model's name or of something counted."""
    is_first = amount.at == 0 or numbers.clauses[amount.at - 1] != numbers.clauses[amount.at]
    follows = amount.before[:1] == () or amount.before[0] in known
    says_unit = amount.unit in COUNTED or amount.unit not in known
    return amount.is_bare and not says_unit and not amount.is_share and (is_first or follows)


@lru_cache(maxsize=500)
def _words_of(spoken: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for name in spoken for word in lemmas_of(name)) - _EMPTY


def _unit_words(wanted: TariffInput) -> frozenset[str]:
    units = () if wanted.unit is None else tuple(wanted.unit.values())
    return _words_of((*units, *wanted.names))


def in_unit(wanted: TariffInput, amount: Amount) -> float:
    """Weeks and months as days where days are wanted; «2,5» as millions where only those are in range."""
    in_days = "день" in _unit_words(wanted)
    if in_days and amount.unit == "неделя":
        return amount.value * WEEK_DAYS
    if in_days and amount.unit == "месяц":
        return amount.value * MONTH_DAYS
    if wanted.type is InputType.MONEY and amount.is_bare and not is_in_range(wanted, amount.value):
        scaled = [amount.value * size for size in (_THOUSAND, _MILLION)]
        possible = [value for value in scaled if is_in_range(wanted, value)]
        return possible[0] if len(possible) == 1 and amount.value < _THOUSAND else amount.value
    return amount.value
