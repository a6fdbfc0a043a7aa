"""Two premiums in one question: «что дешевле, полное или с франшизой?», «для водителя 22 лет или 35?»."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from bot.computing.amounts import Amount, Numbers, lemmas_of, words
from bot.computing.premium import Given, is_in_range
from bot.computing.premium_choices import read_choices
from bot.computing.premium_reading import in_unit
from bot.tenant.tariffs import InputType, Product, TariffInput

Values = tuple[float | str, ...]
Variants = Mapping[str, Values]
"""Of an input the values that are compared, in the order of the question."""
_MOST = 4


def read_variants(product: Product, numbers: Numbers, said: Given, kept: Given) -> dict[str, Values]:
    """What the question compares; nothing where it asks for one premium.

    `said` now and `kept` from before. «Насколько дешевле с франшизой?» compares with what was or is usual.
    """
    several: dict[str, Values] = dict(read_choices(product, numbers).several)
    several |= _numbers_compared(product, numbers, said)
    if several:
        return dict([max(several.items(), key=lambda found: len(found[1]))])
    if not numbers.says_any(words("comparing")):
        return {}
    unusual = [
        (wanted.name, (usual, said[wanted.name]))
        for wanted in product.inputs
        if wanted.type is InputType.CHOICE and wanted.name in said
        if (usual := kept.get(wanted.name, wanted.default)) not in (None, said[wanted.name])
    ]
    return dict(unusual) if len(unusual) == 1 else {}


def cases_of(given: Given, variants: Variants) -> list[dict[str, float | str]]:
    """What is computed: once for each value of what is compared."""
    name, values = next(iter(variants.items()))
    return [{**given, name: value} for value in values[:_MOST]]


def _numbers_compared(product: Product, numbers: Numbers, said: Given) -> dict[str, Values]:
    found = {
        wanted.name: values
        for wanted in product.inputs
        if wanted.type is not InputType.CHOICE and wanted.name in said
        if len(values := tuple(_told_apart(wanted, numbers, said[wanted.name]))) > 1
    }
    return dict(found.items())


def _told_apart(wanted: TariffInput, numbers: Numbers, value: float | str) -> Iterator[float]:
    """The number that was read and what is set against it: «22 или 35», «для 22 лет, чем для 35»."""
    chain: list[Amount] = []
    for earlier, later in pairwise(numbers.amounts):
        if _is_set_against(wanted, earlier, later, numbers):
            chain = [*chain, later] if chain and chain[-1] is earlier else [earlier, later]
    values = [in_unit(wanted, amount) for amount in chain]
    if value in values and all(is_in_range(wanted, one) for one in values):
        yield from dict.fromkeys(values)


def _is_set_against(wanted: TariffInput, earlier: Amount, later: Amount, numbers: Numbers) -> bool:
    between = set(numbers.lemmas[earlier.end : later.at])
    may_stand = _own_words(wanted) | words("contrasting") | words("aged") | words("fillers") | words("read")
    is_alike = earlier.is_bare == later.is_bare and not (earlier.is_share or later.is_share)
    units = [amount.unit for amount in (earlier, later) if amount.unit]
    is_own = set(units) <= may_stand
    return is_alike and is_own and not between.isdisjoint(words("contrasting")) and between <= may_stand


def _own_words(wanted: TariffInput) -> frozenset[str]:
    units: Sequence[str] = () if wanted.unit is None else tuple(wanted.unit.values())
    return frozenset(word for name in (*units, *wanted.names) for word in lemmas_of(name))
