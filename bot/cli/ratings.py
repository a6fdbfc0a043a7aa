"""`python -m bot ratings`: what people think, by tenant and week."""

from collections.abc import Sequence

from bot.domain.ratings import CSAT_GOAL as GOAL
from bot.domain.ratings import RatingKind
from bot.evaluation.ratings import Figure, RatingsOfWeek, weigh
from bot.settings import Settings
from bot.store.ratings import RatingStore
from bot.wiring import load_configured_tenant
from bot.wiring.stock import opened_engine

_COUNTED = (RatingKind.CSAT, RatingKind.NPS, RatingKind.THUMB, RatingKind.ERROR)
_HEADING = ("week from", "CSAT 1-10", "asked", "NPS", "thumbs up, %", "errors")
_WIDTHS = (12, 24, 7, 26, 24, 6)


def run(settings: Settings) -> int:
    """Print them; nothing is changed."""
    tenant = load_configured_tenant(settings)
    with opened_engine(settings) as engine:
        store = RatingStore(engine, tenant.name, needs_consent=tenant.terms is not None)
        weighed = weigh(store.all_of(_COUNTED), tenant.zone)
    if not weighed:
        print("nobody has rated anything yet")
    for name, weeks in weighed.items():
        print(f"{name}: {_verdict(weeks[-1].csat)}")
        print(_line(_HEADING))
        for week in weeks:
            print(_line(_cells(week)))
        print()
    return 0


def _verdict(csat: Figure | None) -> str:
    if csat is None:
        return f"no talk was rated yet; the goal is a CSAT of {GOAL:g}"
    if csat.value < GOAL:
        return f"CSAT {csat.value:.1f}, below the goal of {GOAL:g}"
    is_sure = csat.span is not None and csat.span[0] >= GOAL
    return f"CSAT {csat.value:.1f}, the goal of {GOAL:g} is reached{'' if is_sure else ', not surely yet'}"


def _cells(week: RatingsOfWeek) -> Sequence[str]:
    return (
        "all" if week.monday is None else week.monday.isoformat(),
        _said(week.csat, ".1f"),
        str(week.asked),
        _said(week.nps, "+.0f"),
        _said(week.thumbs_up, ".0f"),
        str(week.errors),
    )


def _said(figure: Figure | None, form: str) -> str:
    if figure is None:
        return "-"
    span = "" if figure.span is None else f" [{figure.span[0]:{form}}; {figure.span[1]:{form}}]"
    return f"{figure.value:{form}}{span} n={figure.count}"


def _line(cells: Sequence[str]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()
