"""What a person sees on the way to a cost sheet: what, which row of the table, which options, the sum."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from bot.domain import Button
from bot.domain.moments import Now
from bot.people.actions.cost_wording import CostWording, Ready
from bot.people.actions.costing import Base, Conflict, Costing, Costs, digest
from bot.people.actions.screens import rows_of
from bot.people.actions.tables import TableAway, seen_table
from bot.people.screen import Screen
from bot.stock.table import StockTable
from bot.tenant import Tenant
from bot.tenant.actions import CostSheet
from bot.tenant.options import Option
from bot.texts.actions import ActionText
from bot.texts.catalogue import Texts

_PAGE = 8
_STEP = re.compile(
    r"cost:(?P<verb>[a-z]+):(?P<action>[a-z][a-z0-9_]{0,19})"
    r"(?::(?P<code>[0-9a-f]{8})(?::(?P<version>[0-9a-f]{4}):(?P<mask>[0-9a-f]{1,16})(?::(?P<last>[0-9a-f]{1,4}))?)?)?"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What a button carries. `code` names a value of the base's column, or a row; `mask` the options.

    `last` is the page, the option that was tapped, or a digest of the sum that was read back.
    """

    verb: str
    action: str
    code: str = ""
    version: str = "0000"
    mask: int = 0
    last: str = ""

    @property
    def data(self) -> str:
        if not self.code:
            return f"cost:{self.verb}:{self.action}"
        tail = f":{self.last}" if self.last else ""
        return f"cost:{self.verb}:{self.action}:{self.code}:{self.version}:{self.mask:x}{tail}"

    @classmethod
    def parse(cls, data: str) -> Self | None:
        """None: no button of ours has ever said that."""
        found = _STEP.fullmatch(data)
        if found is None:
            return None
        return cls(
            verb=found["verb"],
            action=found["action"],
            code=found["code"] or "",
            version=found["version"] or "0000",
            mask=int(found["mask"] or "0", 16),
            last=found["last"] or "",
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A screen, with a line that passes over it."""

    screen: Screen
    toast: str = ""


class CostScreens:
    """In one language. Its methods block where the table has to be read."""

    def __init__(
        self, tenant: Tenant, texts: Texts, table: StockTable | None, language: str, *, now: Now
    ) -> None:
        self._tenant = tenant
        self._table = table
        self._words = CostWording(tenant, texts, language)
        self._language = language
        self._now = now

    @property
    def actions(self) -> Sequence[CostSheet]:
        return [action for action in self._tenant.actions if isinstance(action, CostSheet)]

    async def after(self, step: Step) -> Told | Ready:
        """What comes next; what cannot be had any more leads back to what can."""
        return await asyncio.to_thread(self._after, step)

    def _after(self, step: Step) -> Told | Ready:
        action = next((action for action in self.actions if action.id == step.action), None)
        if action is None:
            return Told(screen=self._plain(ActionText.NO_MORE))
        try:
            costing = Costing(action, seen_table(self._table))
        except TableAway:
            return Told(screen=self._plain(ActionText.COST_AWAY, phone=self._tenant.contacts.phone))
        if step.verb == "a" or not step.code:
            return Told(screen=self._values(costing))
        if step.verb == "v":
            return Told(screen=self._bases(costing, step))
        base = costing.base(step.code)
        if base is None:
            gone = self._words.say(ActionText.COST_GONE)
            return Told(screen=self._values(costing, above=gone), toast=gone)
        if step.version != costing.version:
            return Told(
                screen=self._options(costing, costing.costs(base, 0)),
                toast=self._words.say(ActionText.COST_OUTDATED),
            )
        return self._of_base(costing, base, step)

    def _of_base(self, costing: Costing, base: Base, step: Step) -> Told | Ready:
        costs = costing.costs(base, step.mask)
        conflict = costing.faults(costs)
        if conflict is not None:
            return Told(
                screen=self._options(costing, costing.costs(base, 0)), toast=self._words.why(conflict)
            )
        match step.verb:
            case "t":
                place = int(step.last, 16) if step.last else -1
                toggled = costing.toggled(base, step.mask, place)
                if isinstance(toggled, Conflict):
                    return Told(screen=self._options(costing, costs), toast=self._words.why(toggled))
                return Told(
                    screen=self._options(costing, costs if toggled is None else costing.costs(base, toggled))
                )
            case "r":
                return Told(screen=self._sure(costing, costs))
            case "ok" if step.last == _sum_code(costs):
                return self._words.ready(costing, costs, self._now())
            case "ok":
                changed = self._words.say(ActionText.COST_CHANGED)
                return Told(screen=self._sure(costing, costs, above=changed), toast=changed)
            case _:
                return Told(screen=self._options(costing, costs))

    def _values(self, costing: Costing, above: str = "") -> Screen:
        values = dict.fromkeys(base.value for base in costing.bases())
        title = costing.sheet.called(self._language)
        if not values:
            return self._plain(ActionText.NOTHING_TO_COUNT)
        buttons = [
            Button(text=value, data=Step(verb="v", action=costing.sheet.id, code=digest(value)).data)
            for value in sorted(values)
        ]
        text = self._words.say(ActionText.COST_VALUE, title=title)
        return Screen(text="\n\n".join(filter(None, (above, text))), keyboard=rows_of(buttons[:60], 3))

    def _bases(self, costing: Costing, step: Step) -> Screen:
        bases = costing.bases(step.code)
        if not bases:
            return self._values(costing, above=self._words.say(ActionText.COST_GONE))
        page = min(int(step.last or "0", 16), (len(bases) - 1) // _PAGE)
        shown = bases[page * _PAGE : (page + 1) * _PAGE]
        mask = step.mask if step.version == costing.version else 0
        others = []
        if len(bases) > (page + 1) * _PAGE:
            onward = Step(
                verb="v",
                action=step.action,
                code=step.code,
                version=costing.version,
                mask=mask,
                last=f"{page + 1:x}",
            )
            others.append(Button(text=self._words.say(ActionText.BUTTON_MORE), data=onward.data))
        buttons = [self.base_button(costing, base, mask) for base in shown]
        text = self._words.say(
            ActionText.COST_BASE, value=bases[0].value, as_of=self._words.moment(bases[0].as_of)
        )
        return Screen(text=text, keyboard=rows_of(buttons, 1, *others, self._others(costing)))

    def base_button(self, costing: Costing, base: Base, mask: int) -> Button:
        fitting = costing.mask(costing.costs(base, mask).chosen)
        data = Step(
            verb="o", action=costing.sheet.id, code=base.code, version=costing.version, mask=fitting
        ).data
        return Button(
            text=f"{self._words.title(costing, base)}: {self._words.money(base.price_rub)}", data=data
        )

    def more_button(self, costing: Costing, base: Base, mask: int) -> Button:
        """All rows with the base's value, with these options where they fit."""
        data = Step(
            verb="v", action=costing.sheet.id, code=digest(base.value), version=costing.version, mask=mask
        ).data
        return Button(text=self._words.say(ActionText.BUTTON_MORE), data=data)

    def _others(self, costing: Costing) -> Button:
        data = Step(verb="a", action=costing.sheet.id).data
        return Button(text=self._words.say(ActionText.BUTTON_OTHER_BASE), data=data)

    def _options(self, costing: Costing, costs: Costs) -> Screen:
        at = {
            "action": costing.sheet.id,
            "code": costs.base.code,
            "version": costing.version,
        }
        mask = costing.mask(costs.chosen)
        possible = costing.possible(costs.base)
        buttons = [
            Button(
                text=self._words.option_label(option, is_chosen=option in costs.chosen),
                data=Step(verb="t", mask=mask, last=f"{_place(costing, option):x}", **at).data,
            )
            for option in possible
        ]
        ready = Button(
            text=self._words.say(ActionText.BUTTON_READY), data=Step(verb="r", mask=mask, **at).data
        )
        hint = (
            self._words.say(ActionText.COST_AS_OF, as_of=self._words.moment(costs.base.as_of))
            if possible
            else self._words.say(ActionText.COST_NO_OPTIONS)
        )
        return Screen(
            text=f"{self._words.sum(costing, costs)}\n\n{hint}",
            keyboard=rows_of(buttons, 1, ready, self._others(costing)),
        )

    def _sure(self, costing: Costing, costs: Costs, above: str = "") -> Screen:
        mask = costing.mask(costs.chosen)
        at = {"action": costing.sheet.id, "code": costs.base.code, "version": costing.version}
        sure = Step(verb="ok", mask=mask, last=_sum_code(costs), **at).data
        back = Step(verb="o", mask=mask, **at).data
        parts = (
            above,
            self._words.sum(costing, costs),
            self._words.conditions(costing),
            self._words.say(ActionText.COST_SURE),
        )
        return Screen(
            text="\n\n".join(filter(None, parts)),
            keyboard=rows_of(
                [
                    Button(text=self._words.say(ActionText.BUTTON_SEND), data=sure),
                    Button(text=self._words.say(ActionText.BUTTON_BACK_TO_OPTIONS), data=back),
                ],
                1,
            ),
        )

    def _plain(self, text: ActionText, **values: object) -> Screen:
        return Screen(text=self._words.say(text, **values))

    def first(self) -> Step | None:
        """The way into the only sheet there is; None: there are several, or none."""
        return Step(verb="a", action=self.actions[0].id) if len(self.actions) == 1 else None

    def which(self) -> Screen:
        if not self.actions:
            return self._plain(ActionText.NOTHING_TO_COUNT)
        buttons = [
            Button(text=action.called(self._language), data=Step(verb="a", action=action.id).data)
            for action in self.actions
        ]
        return Screen(text=self._words.say(ActionText.WHICH_KIND), keyboard=rows_of(buttons, 1))


def _place(costing: Costing, option: Option) -> int:
    return next(place for place, known in enumerate(costing.options) if known.id == option.id)


def _sum_code(costs: Costs) -> str:
    """Changes with the row, what is chosen, and every price."""
    prices = "|".join(f"{option.id} {option.price_rub}" for option in costs.chosen)
    return digest(f"{costs.base.code} {costs.base.price_rub} {prices} {costs.total_rub}")[:4]
