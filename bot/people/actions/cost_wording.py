"""Sums, options and rows of the table in words, for the screen and for the sheet alike."""

from dataclasses import dataclass
from datetime import datetime

from bot.people.actions.costing import Base, Conflict, Costing, Costs, Fault
from bot.people.actions.papers import SheetText
from bot.stock.wording import Wording as TableWording
from bot.tenant import Tenant
from bot.tenant.options import Option
from bot.tenant.shapes import worded
from bot.texts.actions import ActionText
from bot.texts.catalogue import Texts

_FAULTS = {
    Fault.EXCLUDED: ActionText.COST_EXCLUDED,
    Fault.MISSING: ActionText.COST_MISSING,
    Fault.NEEDED: ActionText.COST_NEEDED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Ready:
    """A sum that was read back and is still right: on the sheet it stands as on the screen."""

    costs: Costs
    sheet: SheetText
    picture: str
    """What was read back."""
    caption: str
    file_name: str


class CostWording:
    """How one tenant's sums are spoken of in one language."""

    def __init__(self, tenant: Tenant, texts: Texts, language: str) -> None:
        self._tenant = tenant
        self._texts = texts
        self.language = language

    def option_label(self, option: Option, *, is_chosen: bool) -> str:
        title = option.called(self.language)
        if is_chosen:
            title = self.say(ActionText.COST_CHOSEN, title=title)
        return f"{title}, {self.money(option.price_rub)}"

    def sum(self, costing: Costing, costs: Costs) -> str:
        parts = [
            self.say(
                ActionText.COST_OPTIONS,
                title=self.title(costing, costs.base),
                price=self.money(costs.base.price_rub),
            )
        ]
        if costs.included:
            titles = ", ".join(option.called(self.language) for option in costs.included)
            parts.append(self.say(ActionText.COST_INCLUDED, titles=titles))
        if costs.chosen:
            parts.append("\n".join(self._line(option) for option in costs.chosen))
        parts.append(self.say(ActionText.COST_TOTAL, total=self.money(costs.total_rub)))
        return "\n\n".join(parts)

    def _line(self, option: Option) -> str:
        price = self.money(option.price_rub)
        return self.say(ActionText.COST_LINE, title=option.called(self.language), price=price)

    def ready(self, costing: Costing, costs: Costs, today: datetime) -> Ready:
        title, total = self.title(costing, costs.base), self.money(costs.total_rub)
        as_of = self.moment(costs.base.as_of)
        base = (self.say(ActionText.SHEET_BASE), self.money(costs.base.price_rub))
        included = self.say(ActionText.SHEET_IN_PRICE)
        sheet = SheetText(
            heading=self.say(ActionText.SHEET_HEADING),
            subject=title,
            lines=[
                base,
                *((option.called(self.language), included) for option in costs.included),
                *((option.called(self.language), self.money(option.price_rub)) for option in costs.chosen),
            ],
            total=(self.say(ActionText.SHEET_TOTAL), total),
            notes=[
                self.say(
                    ActionText.SHEET_DATE,
                    today=today.astimezone(self._tenant.zone).strftime("%d.%m.%Y"),
                    as_of=as_of,
                ),
                *filter(None, [self.conditions(costing)]),
                self.say(ActionText.SHEET_NO_OFFER),
            ],
        )
        caption = self.say(ActionText.COST_CAPTION, title=title, total=total)
        return Ready(
            costs=costs,
            sheet=sheet,
            picture=self.sum(costing, costs),
            caption=caption,
            file_name=f"{self.say(ActionText.SHEET_FILE)}.pdf",
        )

    def why(self, conflict: Conflict) -> str:
        return self.say(
            _FAULTS[conflict.fault],
            option=conflict.option.called(self.language),
            other=conflict.other.called(self.language),
        )

    def moment(self, at: datetime) -> str:
        return at.astimezone(self._tenant.zone).strftime("%d.%m, %H:%M")

    def money(self, amount: int) -> str:
        spaced = f"{amount:,}".replace(",", "\N{NO-BREAK SPACE}")
        return self.say(ActionText.MONEY, amount=spaced)

    def say(self, text: ActionText, **values: object) -> str:
        return self._texts.say(text, self.language, **values)

    def title(self, costing: Costing, base: Base) -> str:
        """The row as the table's own title says it."""
        wording = TableWording(costing.table.snapshot.schema, self._texts, self.language, self._tenant.zone)
        return wording.title(costing.table.snapshot, base.row)

    def conditions(self, costing: Costing) -> str:
        conditions = costing.sheet.conditions
        return worded(conditions, self.language) if conditions else ""
