"""What a thing of the stock table costs with options: whole roubles, added up here and nowhere else."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.people.actions.tables import SeenTable
from bot.tenant.actions import CostSheet
from bot.tenant.options import Offer, Option

MOST_OPTIONS = 64
"""As many as the buttons of one sheet can tell apart."""


class Fault(StrEnum):
    """Why an option cannot be chosen, or left out."""

    EXCLUDED = "excluded"
    MISSING = "missing"
    """Another one has to be chosen before."""
    NEEDED = "needed"
    """Another one that is chosen needs it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    fault: Fault
    option: Option
    other: Option


@dataclass(frozen=True, kw_only=True, slots=True)
class Base:
    """One row of the table, priced. `cells` are its texts by column."""

    row: int
    code: str
    value: str
    """Of the base's column: the model."""
    price_rub: int
    cells: Mapping[str, str]
    as_of: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Costs:
    """The sum of one base with the options chosen."""

    base: Base
    chosen: tuple[Option, ...]
    included: tuple[Option, ...]

    @property
    def total_rub(self) -> int:
        return self.base.price_rub + sum(option.price_rub for option in self.chosen)


class Costing:
    """One sheet over one version of the table."""

    def __init__(self, sheet: CostSheet, table: SeenTable) -> None:
        self.sheet = sheet
        self.table = table
        self.options = tuple(
            option.model_copy(
                update={
                    "only_where": table.spelt(option.only_where),
                    "comes_with": table.spelt(option.comes_with),
                }
            )
            for option in sheet.options[:MOST_OPTIONS]
        )

    @property
    def version(self) -> str:
        """Changes with the options and their order: buttons of another version mean nothing."""
        return digest("|".join(option.id for option in self.options))[:4]

    def bases(self, value_code: str = "") -> list[Base]:
        """What can be priced, the cheapest first."""
        found = [
            self._base(row, price)
            for row in self.table.rows(self.sheet.base.only_where)
            if isinstance(price := self.table.snapshot.value(row, self.sheet.base.price_column), float)
            and price > 0
        ]
        wanted = [base for base in found if base.value and value_code in ("", digest(base.value))]
        return sorted(wanted, key=lambda base: (base.price_rub, base.code))

    def _base(self, row: int, price: float) -> Base:
        cells = self.table.cells(row)
        return Base(
            row=row,
            code=digest(self.table.snapshot.key_of(row)),
            value=cells[self.sheet.base.table_column],
            price_rub=round(price),
            cells=cells,
            as_of=self.table.as_of,
        )

    def base(self, code: str) -> Base | None:
        """None: it is not in the table any more."""
        return next((base for base in self.bases() if base.code == code), None)

    def offer(self, option: Option, base: Base) -> Offer:
        return option.offered(base.cells, self.sheet.base.table_column)

    def possible(self, base: Base) -> list[Option]:
        return [option for option in self.options if self.offer(option, base) is Offer.POSSIBLE]

    def costs(self, base: Base, chosen: int) -> Costs:
        """`chosen`: a bit for each option. What the base has already, or cannot have, is left out."""
        return Costs(
            base=base,
            chosen=tuple(option for option in self.possible(base) if chosen & self.bit(option)),
            included=tuple(option for option in self.options if self.offer(option, base) is Offer.INCLUDED),
        )

    def bit(self, option: Option) -> int:
        return 1 << next(place for place, known in enumerate(self.options) if known.id == option.id)

    def mask(self, options: Sequence[Option]) -> int:
        return sum(self.bit(option) for option in options)

    def toggled(self, base: Base, chosen: int, place: int) -> int | Conflict | None:
        """The bits after a tap on an option; why not; None: the base cannot have it, or has it already."""
        if not 0 <= place < len(self.options):
            return None
        option, costs = self.options[place], self.costs(base, chosen)
        if self.offer(option, base) is not Offer.POSSIBLE:
            return None
        conflict = self._conflict(option, costs)
        return conflict if conflict is not None else self.mask(costs.chosen) ^ self.bit(option)

    def _conflict(self, option: Option, costs: Costs) -> Conflict | None:
        ids = {chosen.id for chosen in costs.chosen}
        if option.id in ids:
            needing = (chosen for chosen in costs.chosen if option.id in chosen.requires)
            return next((_conflict(Fault.NEEDED, option, other) for other in needing), None)
        for other in (*costs.chosen, *costs.included):
            if not option.goes_with(other):
                return _conflict(Fault.EXCLUDED, option, other)
        had = ids | {included.id for included in costs.included}
        missing = (other for other in self.options if other.id in option.requires and other.id not in had)
        return next((_conflict(Fault.MISSING, option, other) for other in missing), None)

    def faults(self, costs: Costs) -> Conflict | None:
        """Why these cannot be had together; the buttons cannot bring it about, forged data can."""
        for option in costs.chosen:
            others = tuple(other for other in costs.chosen if other is not option)
            rest = Costs(base=costs.base, chosen=others, included=costs.included)
            if (conflict := self._conflict(option, rest)) is not None:
                return conflict
        return None


def _conflict(fault: Fault, option: Option, other: Option) -> Conflict:
    return Conflict(fault=fault, option=option, other=other)


def digest(text: str) -> str:
    """What a button remembers any text by."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]
