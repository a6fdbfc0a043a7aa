"""`python -m bot eval`: how good the answers are, by golden questions; several models side by side."""

import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from bot.cli.local_model import running_local_model
from bot.errors import ModelUnavailable, Problem, SettingsError, StoreError, TenantError
from bot.evaluation.gate import GateLine, check_gate, default_gate
from bot.evaluation.marks import MarkReport, report_of
from bot.evaluation.measures import Measures, as_json, measure
from bot.evaluation.report import Measured, form_of, formatted, report
from bot.evaluation.running import Answers, Examiner, Run
from bot.logs import configure_logs
from bot.settings import Settings
from bot.store.engine import database_url
from bot.store.marks import MarkStore
from bot.tenant import Gate, GoldenQuestion, Tenant, find_tenant, load_tenant
from bot.tenant.gate import read_gate
from bot.tenant.golden import read_golden
from bot.wiring import TENANTS
from bot.wiring.evaluation import Configuration, build_examiner, configurations, open_answers
from bot.wiring.stock import opened_engine

GATE_FAILED = 1
_SHOWN_QUESTION = 70


@dataclass(frozen=True, kw_only=True, slots=True)
class EvalOptions:
    """What the command line says. `gate`: None is no gate, "" the tenant's own or the product's."""

    tenant: str | None = None
    questions: Path | None = None
    models: tuple[str, ...] = ()
    baseline: bool = False
    as_json: bool = False
    report: Path | None = None
    gate: str | None = None
    limit: int | None = None
    perturbed: int = 20

    @classmethod
    def of(cls, parsed: Namespace) -> Self:
        """Raises SettingsError for numbers that mean nothing."""
        if (parsed.limit is not None and parsed.limit < 1) or parsed.perturbed < 0:
            raise SettingsError("--limit must be 1 or more, --perturbed 0 or more")
        return cls(
            tenant=parsed.tenant,
            questions=parsed.questions,
            models=tuple(parsed.model),
            baseline=parsed.baseline,
            as_json=parsed.json,
            report=parsed.report,
            gate=parsed.gate,
            limit=parsed.limit,
            perturbed=parsed.perturbed,
        )


async def run(settings: Settings, options: EvalOptions) -> int:
    """Print the measures. Raises ModelUnavailable when a configuration's model cannot be asked."""
    configure_logs("error", process="eval")
    if options.tenant is not None:
        settings = settings.model_copy(update={"tenant": options.tenant})
    folder = find_tenant(settings.tenant, TENANTS)
    tenant = load_tenant(folder)
    questions = _questions(tenant, folder, options)
    gate = _gate(tenant, options)
    examiner = build_examiner(tenant, folder, settings)
    measured: list[Measured] = []
    lines: list[GateLine] = []
    frozen: Measures | None = None
    for configuration in configurations(settings, options.models, baseline=options.baseline):
        async with AsyncExitStack() as stack:
            if configuration.needs_local_model:
                await stack.enter_async_context(running_local_model(configuration.settings))
            answers = await stack.enter_async_context(open_answers(configuration, tenant))
            done = await _run(examiner, configuration, answers, questions, perturbed=options.perturbed)
            if gate is not None and not measured:
                lines += check_gate("open", done.measures, gate)
                if tenant.golden_gate:
                    frozen = (
                        await _run(examiner, configuration, answers, tenant.golden_gate, perturbed=0)
                    ).measures
                    lines += check_gate("frozen", frozen, gate)
        measured.append(done)
    _show(measured, frozen, lines)
    if options.report is not None:
        _write_report(options.report, tenant, measured, lines, _marks(settings, tenant))
    if options.as_json:
        print(json.dumps(_summary(tenant, measured, frozen, lines), ensure_ascii=False))
    return GATE_FAILED if any(line.is_passed is False for line in lines) else 0


def _questions(tenant: Tenant, folder: Path, options: EvalOptions) -> Sequence[GoldenQuestion]:
    file = options.questions or folder / "golden.csv"
    if options.questions is not None and not file.is_file():
        raise TenantError([Problem(file=file, line=None, message="the file is missing")])
    questions = read_golden(file) if options.questions is not None else tenant.golden
    if not questions:
        raise TenantError([Problem(file=file, line=None, message="there is no question to ask")])
    return questions[: options.limit]


def _gate(tenant: Tenant, options: EvalOptions) -> Gate | None:
    if options.gate is None:
        return None
    if not options.gate:
        return tenant.gate if tenant.gate is not None else default_gate()
    gate = read_gate(Path(options.gate))
    if gate is None:
        raise TenantError([Problem(file=Path(options.gate), line=None, message="the file is missing")])
    return gate


async def _run(
    examiner: Examiner,
    configuration: Configuration,
    answers: Answers,
    questions: Sequence[GoldenQuestion],
    *,
    perturbed: int,
) -> Measured:
    run = Run(name=configuration.name, has_model=configuration.needs_model)
    async for examined in examiner.examine(questions, answers):
        run.examined.append(examined)
        _tell(f"{run.name}: {len(run.examined)}/{len(questions)}")
        was_answered = any(one.answer.model for one in run.examined)
        if configuration.needs_model and examined.model_failure and not was_answered:
            provider = configuration.settings.provider
            raise ModelUnavailable(f"the model ({provider}) did not answer: {examined.model_failure}")
    async for shaken in examiner.shake(run.examined, answers, most=perturbed):
        run.shaken.append(shaken)
        _tell(f"{run.name}: asked in other ways: {len(run.shaken)}")
    _tell("")
    return Measured(run=run, measures=measure(run))


def _tell(progress: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{progress}", end="", file=sys.stderr, flush=True)


def _show(measured: Sequence[Measured], frozen: Measures | None, lines: Sequence[GateLine]) -> None:
    """The frozen part is shown by its measures alone."""
    columns = [(one.run.name, one.measures) for one in measured]
    columns += [("frozen part", frozen)] if frozen is not None else []
    names = list(dict.fromkeys(name for _, measures in columns for name in measures))
    print(f"{'':32}" + "".join(f"{title[:20]:>22}" for title, _ in columns))
    for name in names:
        cells = [_cell(name, measures) for _, measures in columns]
        if any(cell != "-" for cell in cells):
            print(f"{name:32}" + "".join(f"{cell:>22}" for cell in cells))
    for one in measured:
        _show_failures(one.run)
    if lines:
        print()
        print("\n".join(map(str, lines)))


def _cell(name: str, measures: Measures) -> str:
    found = measures.get(name)
    if found is None or found.value is None:
        return "-"
    form = form_of(name)
    if found.interval is None or form != "share":
        return f"{formatted(found.value, form)} ({found.n})"
    low, high = found.interval
    return f"{found.value:.1%} [{low:.0%}-{high:.0%}] ({found.n})"


def _show_failures(run: Run) -> None:
    failed = [one for one in run.examined if one.judgement.reasons or one.unsupported]
    print(f"\n{run.name}: {len(failed)} of {len(run.examined)} answers have a fault")
    for one in failed:
        question = " ".join(one.golden.question.split())[:_SHOWN_QUESTION]
        why = [*one.judgement.reasons, *(f"unsupported {claim}" for claim in one.unsupported)]
        print(f"  line {one.golden.line} {one.golden.kind}: {question}\n    {'; '.join(why)}")


def _marks(settings: Settings, tenant: Tenant) -> MarkReport | None:
    """What testers think; nothing where there is no database that could know."""
    url = database_url(settings.database_url, settings.data_dir)
    if url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists():
        return None
    try:
        with opened_engine(settings) as engine:
            return report_of(MarkStore(engine, tenant.name).marks())
    except StoreError as error:
        print(f"dezhurny: no marks of testers in the report: {error}", file=sys.stderr)
        return None


def _write_report(
    path: Path,
    tenant: Tenant,
    measured: Sequence[Measured],
    lines: Sequence[GateLine],
    marks: MarkReport | None,
) -> None:
    page = report(tenant.title, measured, at=datetime.now().astimezone(), gate=lines, marks=marks)
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"--report {path}: cannot be written: {error.strerror}") from error
    print(f"\nreport: {path}")


def _summary(
    tenant: Tenant, measured: Sequence[Measured], frozen: Measures | None, lines: Sequence[GateLine]
) -> dict[str, Any]:
    """The measures of the first configuration at the top, those of all under ``runs``."""
    first = measured[0]
    summary: dict[str, Any] = {
        "tenant": tenant.name,
        "model": first.run.name,
        "questions": len(first.run.examined),
        **as_json(first.measures),
        "runs": {one.run.name: as_json(one.measures) for one in measured},
    }
    if lines:
        summary["frozen"] = None if frozen is None else as_json(frozen)
        summary["gate"] = {
            "passed": all(line.is_passed is not False for line in lines),
            "lines": [
                {
                    "part": line.part,
                    "measure": line.name,
                    "value": line.value,
                    "at_least": line.tolerance.at_least,
                    "at_most": line.tolerance.at_most,
                    "margin": line.margin,
                    "answers_to_flip": line.answers,
                    "passed": line.is_passed,
                }
                for line in lines
            ],
        }
    return summary
