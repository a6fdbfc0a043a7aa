"""`python -m bot marks prepare|report`: answers for testers to mark, and what they think of them."""

import argparse
import hashlib
import json
import random
from contextlib import AsyncExitStack
from datetime import UTC, datetime

from bot.cli.local_model import running_local_model
from bot.dialogue.answering import Question
from bot.domain import Answer
from bot.errors import ModelUnavailable, SettingsError
from bot.evaluation.marks import Mean, as_json, report_of
from bot.guard.personal_data import mask
from bot.logs import configure_logs
from bot.settings import Settings
from bot.store.marks import MarkStore, NewItem
from bot.tenant import GoldenKind, GoldenQuestion, Tenant
from bot.wiring import load_configured_tenant
from bot.wiring.evaluation import Configuration, configurations, open_answers
from bot.wiring.stock import opened_engine

_SEED = 7
_NOT_ALONE = (GoldenKind.FOLLOW_UP,)


async def run(settings: Settings, options: argparse.Namespace) -> int:
    """Raises SettingsError for numbers that mean nothing, ModelUnavailable where no model answers."""
    configure_logs("error", process="marks")
    if options.marks_command == "report":
        return _report(settings, as_lines=not options.json)
    if min(options.golden, options.turns) < 0 or options.golden + options.turns == 0:
        raise SettingsError("say how many answers to prepare: --golden N, --turns N or both")
    tenant = load_configured_tenant(settings)
    golden = _sample(tenant, options.golden)
    (configuration,) = configurations(settings, [options.model] if options.model else [], baseline=False)
    items = await _answered(configuration, tenant, golden)
    with opened_engine(settings) as engine:
        store = MarkStore(engine, tenant.name)
        items += store.logged(options.turns) if options.turns else []
        added = store.prepare(items, datetime.now(UTC))
    print(f"{added} new answers to mark, {len(items) - added} were prepared before; testers type /mark")
    return 0


def _sample(tenant: Tenant, most: int) -> list[GoldenQuestion]:
    """Questions that can be understood by themselves, the same ones each time."""
    alone = [one for one in tenant.golden if not one.dialogue and one.kind not in _NOT_ALONE]
    return random.Random(_SEED).sample(alone, min(most, len(alone)))


async def _answered(
    configuration: Configuration, tenant: Tenant, questions: list[GoldenQuestion]
) -> list[NewItem]:
    if not questions:
        return []
    async with AsyncExitStack() as stack:
        if configuration.needs_local_model:
            await stack.enter_async_context(running_local_model(configuration.settings))
        answers = await stack.enter_async_context(open_answers(configuration, tenant))
        items = []
        for golden in questions:
            answer = await answers.answer(Question(text=golden.question))
            _refuse_failure(answer, configuration)
            items.append(_item(golden, answer, configuration.name, tenant.phones))
    return items


def _refuse_failure(answer: Answer, configuration: Configuration) -> None:
    """Marks of apologies say nothing of a model."""
    failed = [verdict for verdict in answer.verdicts if verdict.check == "model" and not verdict.passed]
    if failed and configuration.needs_model:
        name = configuration.settings.provider
        raise ModelUnavailable(f"the model ({name}) did not answer: {failed[0].detail}")


def _item(golden: GoldenQuestion, answer: Answer, model: str, own_phones: frozenset[str]) -> NewItem:
    text = mask(answer.text, keep=own_phones).text
    trace = answer.trace
    version = "/".join(str(trace[part]) for part in ("prompt", "knowledge") if part in trace)
    name = golden.question_id or f"line-{golden.line}"
    digest = hashlib.sha256(f"{model} {version} {text}".encode()).hexdigest()[:12]
    return NewItem(
        answer_key=f"golden:{name}:{digest}",
        kind=golden.kind.value,
        model=model,
        version=version,
        question=golden.question,
        answer=text,
    )


def _report(settings: Settings, *, as_lines: bool) -> int:
    tenant = load_configured_tenant(settings)
    with opened_engine(settings) as engine:
        marks = MarkStore(engine, tenant.name).marks()
    report = report_of(marks)
    if not as_lines:
        print(json.dumps(None if report is None else as_json(report), ensure_ascii=False))
        return 0
    if report is None:
        print("no marks yet: prepare answers with `marks prepare --golden 50`; testers then type /mark")
        return 0
    alpha = "not defined" if report.alpha is None else f"{report.alpha:.2f}"
    print(f"marks from 0 to 5, by {report.testers} testers")
    print(f"agreement (Krippendorff's alpha, ordinal): {alpha}, over {report.shared} shared answers\n")
    groups = (("all", (report.all,)), ("model", report.by_model))
    for title, means in (*groups, ("version", report.by_version), ("kind", report.by_kind)):
        for mean in means:
            print(_line(title, mean))
    for mark in marks:
        if mark.words:
            print(f"  {mark.answer_key} ({mark.score}): {' '.join(mark.words.split())}")
    return 0


def _line(title: str, mean: Mean) -> str:
    bounds = "" if mean.interval is None else f" [{mean.interval[0]:.2f}-{mean.interval[1]:.2f}]"
    return f"{title:8} {mean.name:40} {mean.value:.2f}{bounds:14} n={mean.marks} of {mean.answers} answers"
