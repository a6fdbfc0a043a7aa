"""The service in figures, of today or of many days, as admins read them on a phone."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.domain import Button, Keyboard, Light
from bot.domain.moments import Now
from bot.domain.ratings import CSAT_GOAL
from bot.people.retention.days import midnight, today
from bot.people.retention.figures import DailyFigures
from bot.people.screen import Screen
from bot.store.figures import Figures, FigureStore
from bot.tenant import Tenant
from bot.texts.catalogue import Texts
from bot.texts.statistics import StatisticsText

DATA = "stats:"
_ANSWERS = ("outcome_answered", "outcome_unknown", "outcome_refused")
_MODEL_DOWN = "outcome_model_down"
ASKED = (*_ANSWERS, _MODEL_DOWN)
"""The turns that are questions to the assistant."""
_MEANS = {"csat_mean": "csat_n", "nps": "nps_n"}
_TIMES = ("answer_ms_p50", "answer_ms_p95")


class Span(StrEnum):
    """How many days, today included."""

    TODAY = "1"
    WEEK = "7"
    WINDOW = "90"

    @property
    def days(self) -> int:
        return int(self.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """The figures of the days from `first` to `last`, which is today and not over yet."""

    span: Span
    first: date
    last: date
    figures: Figures


class Statistics:
    """One tenant's. Days that are surely over come from the kept figures, which outlive their rows; today is
    counted anew. Methods raise redis-py's errors and StoreError."""

    def __init__(self, figures: DailyFigures, store: FigureStore, tenant: Tenant, now: Now) -> None:
        self._figures = figures
        self._store = store
        self._zone = tenant.zone
        self._now = now

    async def of(self, span: Span) -> Period:
        last = today(self._now(), self._zone)
        first = last - timedelta(days=span.days - 1)
        anew, days = last, list[Figures]()
        if first < last:
            over = await self._figures.keep_until(last - timedelta(days=1))
            kept = await asyncio.to_thread(self._store.between, first, over)
            days.extend(kept.values())
            anew = max(first, over + timedelta(days=1))
        start, end = midnight(anew, self._zone), midnight(last + timedelta(days=1), self._zone)
        days.append(await asyncio.to_thread(self._store.count, start, end, due_by=self._now()))
        return Period(span=span, first=first, last=last, figures=together(days))


def together(days: Sequence[Figures]) -> Figures:
    """The figures of all the days as those of one. What was counted adds up; means are weighed by what they
    are means of; the time of answers is the days' own, weighed by their answers, since no day's answers
    are kept one by one."""
    found: dict[str, float] = {}
    for day in days:
        for name, value in day.items():
            if name not in _MEANS and name not in _TIMES:
                found[name] = found.get(name, 0.0) + value
    for name, weight in _MEANS.items():
        if found.get(weight):
            found[name] = sum(day.get(name, 0.0) * day.get(weight, 0.0) for day in days) / found[weight]
    answers = [sum(day.get(name, 0.0) for name in _ANSWERS) for day in days]
    if sum(answers):
        for name in _TIMES:
            timed = zip(days, answers, strict=True)
            found[name] = sum(day.get(name, 0.0) * count for day, count in timed) / sum(answers)
    return found


class StatisticsScreens:
    """In one language."""

    def __init__(self, texts: Texts, language: str) -> None:
        self._texts = texts
        self._language = language

    def of(self, period: Period) -> Screen:
        titles = {Span.TODAY: StatisticsText.TODAY, Span.WEEK: StatisticsText.WEEK}
        title = self._say(
            titles.get(period.span, StatisticsText.WINDOW),
            first=f"{period.first:%d.%m}",
            last=f"{period.last:%d.%m}",
        )
        groups = [list(group) for group in self._groups(period.figures)]
        text = "\n\n".join([title, *("\n".join(group) for group in groups if group)])
        row = tuple(
            Button(text=self._say(label), data=f"{DATA}{span}")
            for span, label in (
                (Span.TODAY, StatisticsText.SHOW_TODAY),
                (Span.WEEK, StatisticsText.SHOW_WEEK),
                (Span.WINDOW, StatisticsText.SHOW_WINDOW),
            )
            if span is not period.span
        )
        return Screen(text, Keyboard(rows=(row,)))

    def _groups(self, figures: Figures) -> Iterator[Iterator[str]]:
        yield self._talks(figures)
        yield self._ratings(figures)
        yield self._people(figures)
        yield self._effort(figures)

    def _talks(self, figures: Figures) -> Iterator[str]:
        asked = sum(figures.get(name, 0.0) for name in ASKED)
        if not figures.get("turns"):
            yield self._say(StatisticsText.QUIET)
            return
        yield self._say(
            StatisticsText.TALKS,
            dialogues=self._whole(figures.get("dialogues", 0)),
            asked=self._whole(asked),
            turns=self._whole(figures["turns"]),
        )
        if asked:
            parts = {name.removeprefix("outcome_"): self._part(figures, name, asked) for name in _ANSWERS}
            yield self._say(StatisticsText.OUTCOMES, **parts)
        if figures.get(_MODEL_DOWN):
            failed = self._part(figures, _MODEL_DOWN, asked)
            yield self._say(StatisticsText.MODEL_DOWN, model_down=failed)
        lit = sum(figures.get(f"light_{light}", 0.0) for light in _LIGHTS)
        if lit:
            shares = {light.value: self._share(figures.get(f"light_{light}", 0.0), lit) for light in _LIGHTS}
            yield self._say(StatisticsText.LIGHTS, **shares)

    def _ratings(self, figures: Figures) -> Iterator[str]:
        goal = self._decimal(CSAT_GOAL, places=0)
        if not figures.get("csat_n"):
            yield self._say(StatisticsText.NO_CSAT, goal=goal)
        else:
            mean = figures["csat_mean"]
            text = StatisticsText.CSAT if mean >= CSAT_GOAL else StatisticsText.CSAT_BELOW
            count = self._whole(figures["csat_n"])
            yield self._say(text, mean=self._decimal(mean, places=2), count=count, goal=goal)
        if figures.get("nps_n"):
            count = self._whole(figures["nps_n"])
            yield self._say(StatisticsText.NPS, nps=f"{round(figures['nps']):+d}", count=count)
        if figures.get("thumbs_up") or figures.get("thumbs_down"):
            up, down = (self._whole(figures.get(name, 0)) for name in ("thumbs_up", "thumbs_down"))
            yield self._say(StatisticsText.THUMBS, up=up, down=down)

    def _people(self, figures: Figures) -> Iterator[str]:
        if figures.get("callbacks"):
            yield self._say(
                StatisticsText.CALLBACKS,
                count=self._whole(figures["callbacks"]),
                done=self._whole(figures.get("callbacks_done", 0)),
            )
        if due := figures.get("callbacks_due", 0.0):
            in_time = figures.get("callbacks_in_time", 0.0)
            yield self._say(
                StatisticsText.IN_TIME,
                in_time=self._whole(in_time),
                due=self._whole(due),
                share=self._share(in_time, due),
            )
        for name, text in (("handoffs", StatisticsText.HANDOFFS), ("bookings", StatisticsText.BOOKINGS)):
            if figures.get(name):
                yield self._say(text, count=self._whole(figures[name]))

    def _effort(self, figures: Figures) -> Iterator[str]:
        if figures.get("answer_ms_p50"):
            usual, slow = (self._decimal(figures.get(name, 0.0) / 1000, places=1) for name in _TIMES)
            yield self._say(StatisticsText.SPEED, usual=usual, slow=slow)
        if figures.get("cost"):
            yield self._say(StatisticsText.COST, cost=self._decimal(figures["cost"], places=2))

    def _part(self, figures: Figures, name: str, whole: float) -> str:
        value = figures.get(name, 0.0)
        return f"{self._whole(value)} ({self._share(value, whole)})"

    def _share(self, value: float, whole: float) -> str:
        """Never 100% where something is missing, nor 0% where there is something."""
        percent = round(100 * value / whole)
        if 0 < value < whole:
            percent = min(99, max(1, percent))
        return f"{percent}%"

    def _whole(self, value: float) -> str:
        return f"{round(value):,}".replace(",", "," if self._language == "en" else "\u00a0")

    def _decimal(self, value: float, *, places: int) -> str:
        written = f"{value:.{places}f}"
        return written if self._language == "en" else written.replace(".", ",")

    def _say(self, text: StatisticsText, **values: object) -> str:
        return self._texts.say(text, self._language, **values)


_LIGHTS = (Light.GREEN, Light.YELLOW, Light.RED)
