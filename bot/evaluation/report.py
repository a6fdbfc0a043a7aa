"""The report: one HTML page that needs nothing else, for whoever decides about a release."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any, Literal

import yaml

from bot.evaluation.charts import bars, waiting
from bot.evaluation.gate import GateLine
from bot.evaluation.marks import MarkReport, section
from bot.evaluation.measures import Measure, Measures
from bot.evaluation.running import Examined, Run
from bot.tenant import Tolerance

Form = Literal["share", "number", "seconds", "score"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """A run with its measures. `run.examined` is what may be shown; the frozen part never comes here."""

    run: Run
    measures: Measures


def report(
    title: str,
    measured: Sequence[Measured],
    *,
    at: datetime,
    gate: Sequence[GateLine] = (),
    marks: MarkReport | None = None,
) -> str:
    """The page as text. Everything that a person or a model wrote is escaped."""
    names = [one.run.name for one in measured]
    questions = len(measured[0].run.examined)
    return _page().substitute(
        title=_say("title", title=title),
        lead=_say("lead", at=f"{at:%d.%m.%Y %H:%M}", questions=questions, names=", ".join(names)),
        verdict=_verdict(gate),
        kinds=bars(_kinds(measured), names),
        measures=_table(measured),
        gate=_gate(gate),
        waiting=waiting(
            {one.run.name: [each.seconds for each in one.run.examined] for one in measured}, _say("second")
        ),
        marks=section(marks),
        failures="".join(_failures(one.run) for one in measured),
    )


def formatted(value: float, form: Form) -> str:
    if form == "share":
        return f"{value:.1%}"
    if form == "seconds":
        return f"{value:.2f} s"
    if form == "score":
        return f"{value:.1f}"
    return f"{value:,.0f}".replace(",", " ") if value == int(value) or abs(value) >= 1_000 else f"{value:.3g}"


def form_of(name: str) -> Form:
    """How a measure is written; those of the kinds are shares."""
    form: Form = _texts()["measures"].get(name, {}).get("form", "share")
    return form


def _kinds(measured: Sequence[Measured]) -> Mapping[str, Sequence[Measure | None]]:
    groups: dict[str, Sequence[Measure | None]] = {
        _say("all"): [one.measures["accuracy"] for one in measured]
    }
    for kind, title in _texts()["kinds"].items():
        group = [one.measures.get(f"kinds.{kind}.accuracy") for one in measured]
        if any(group):
            groups[title] = group
    return groups


def _verdict(gate: Sequence[GateLine]) -> str:
    if not gate:
        return ""
    failed = sum(line.is_passed is False for line in gate)
    if failed:
        return f'<p class="banner failed">{_say("failed", count=failed)}</p>'
    return f'<p class="banner passed">{_say("passed")}</p>'


def _table(measured: Sequence[Measured]) -> str:
    rows = [_row([_say("measure"), *(escape(one.run.name) for one in measured)], cell="th")]
    for name, text in _texts()["measures"].items():
        cells = [_cell(one.measures.get(name), text["form"]) for one in measured]
        if any(cells):
            rows.append(_row([escape(text["title"]), *(cell or "—" for cell in cells)]))
    return f"<table>{''.join(rows)}</table>"


def _row(cells: Sequence[str], *, cell: str = "td") -> str:
    """Cells that are HTML already; all but the first are figures."""
    first, *others = cells
    return (
        f"<tr><{cell}>{first}</{cell}>"
        + "".join(f'<{cell} class="n">{other}</{cell}>' for other in others)
        + "</tr>"
    )


def _cell(measure: Measure | None, form: Form) -> str:
    if measure is None or measure.value is None:
        return ""
    shown = _localised(measure.value, form)
    if measure.interval is None:
        return shown
    low, high = (_localised(bound, form) for bound in measure.interval)
    return f"{shown} <small>({low} – {high})</small>"


def _localised(value: float, form: Form) -> str:
    return escape(formatted(value, form).replace(" s", f" {_say('second')}").replace(".", ","))


def _gate(gate: Sequence[GateLine]) -> str:
    if not gate:
        return ""
    columns = ("measure", "part", "value", "tolerance", "margin", "flips")
    rows = [_row([*map(_say, columns), ""], cell="th")]
    for line in gate:
        verdict = {True: "kept", False: "broken", None: "unmeasured"}[line.is_passed]
        name = _texts()["measures"].get(line.name, {}).get("title") or _kind_title(line.name)
        cells = [escape(name), _say(line.part), _figure(line.value), _bounds(line.tolerance)]
        cells += [_figure(line.margin), "—" if line.answers is None else str(line.answers)]
        rows.append(_row([*cells, f'<b class="{verdict}">{_say(verdict)}</b>']))
    return f'<h2>{_say("gate")}</h2><div class="card"><table>{"".join(rows)}</table></div>'


def _kind_title(name: str) -> str:
    """«Верных ответов: факты» for ``kinds.fact.accuracy``; the name itself for what has no title."""
    kind = _texts()["kinds"].get(name.removeprefix("kinds.").removesuffix(".accuracy"))
    return name if kind is None else f"{_texts()['measures']['accuracy']['title']}: {kind}"


def _bounds(tolerance: Tolerance) -> str:
    bounds = (("≥", tolerance.at_least), ("≤", tolerance.at_most))
    return " ".join(f"{sign} {_figure(bound)}" for sign, bound in bounds if bound is not None)


def _figure(value: float | None) -> str:
    return "—" if value is None else f"{value:.3g}".replace(".", ",")


def _failures(run: Run) -> str:
    failed = [one for one in run.examined if not one.judgement.is_right or one.unsupported]
    title = _say("failures", name=run.name, count=len(failed), all=len(run.examined))
    cards = "".join(map(_failure, failed)) or f"<p>{_say('no_failures')}</p>"
    return f"<h2>{title}</h2>{cards}"


def _failure(one: Examined) -> str:
    lines = "".join(
        f'<dt>{_say(name)}</dt><dd class="{name}">{escape(text)}</dd>' for name, text in _details(one) if text
    )
    kind = escape(_texts()["kinds"][one.golden.kind.value])
    place = escape(one.golden.question_id) + " " + _say("line", line=one.golden.line)
    return (
        f'<div class="card fault"><span class="kind">{kind}</span><small>{place.strip()}</small>'
        f"<dl>{lines}</dl></div>"
    )


def _details(one: Examined) -> Iterator[tuple[str, str]]:
    answer = one.answer
    unsupported = [_texts()["words"]["unsupported"].format(claim=claim) for claim in one.unsupported]
    yield "question", one.golden.question
    yield "answer", answer.text
    yield "why", "\n".join([*one.judgement.reasons, *unsupported])
    yield "outcome", f"{answer.outcome}, {answer.light}, {formatted(one.seconds, 'seconds')}"
    yield "sources", "\n".join(answer.sources)
    yield (
        "checks",
        "\n".join(
            f"{'✓' if verdict.passed else '✗'} {verdict.check}{verdict.detail and ': ' + verdict.detail}"
            for verdict in answer.verdicts
        ),
    )
    yield "reference", " | ".join(one.golden.references)


def _say(word: str, **values: object) -> str:
    """The wording with the values in it, escaped as a whole."""
    return escape(str(_texts()["words"][word]).format(**values))


@cache
def _page() -> Template:
    return Template(Path(__file__).with_name("report.html").read_text(encoding="utf-8"))


@cache
def _texts() -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = yaml.safe_load(
        Path(__file__).with_name("report.yaml").read_text(encoding="utf-8")
    )
    return found
