"""`python -m bot replay TURN`: a logged turn run again, and the difference."""

import asyncio
import sys
from contextlib import AsyncExitStack
from typing import Any, get_args

from sqlalchemy import Engine

from bot.cli.local_model import running_local_model
from bot.cli.process import CANNOT_RUN
from bot.dialogue.answering import Question
from bot.domain import Answer, Outcome, Recollection, TurnRecord
from bot.errors import ModelUnavailable
from bot.evaluation.replaying import VERIFIED, differences, differing_versions, earlier_exchanges
from bot.logs import configure_logs
from bot.memory.in_process import InProcessMemory
from bot.settings import Provider, Settings
from bot.store.engine import database_url, open_engine
from bot.store.migrate import migrate
from bot.store.turns import TurnStore
from bot.wiring import build_texts, load_configured_tenant
from bot.wiring.assistant import build_assistant
from bot.wiring.models import build_models
from bot.wiring.stock import opened_tables

SAME, DIFFERENT = 0, 1
_EARLIER = 200
"""Turns of the chat that are looked through for the dialogue's."""
_REMEMBERED = (Outcome.ANSWERED, Outcome.UNKNOWN, Outcome.REFUSED)
_NOT_ASKED = (Outcome.CANCELLED, Outcome.SET_ASIDE)


async def run(settings: Settings, turn: str) -> int:
    """Print the difference. Status 0: the same answer; 1: another; 2: it cannot be told."""
    configure_logs("error", process="replay")
    url = database_url(settings.database_url, settings.data_dir)
    await asyncio.to_thread(migrate, url)
    engine = open_engine(url)
    try:
        found = await asyncio.to_thread(_read, engine, turn)
    finally:
        engine.dispose()
    if found is None:
        return _cannot(f"there is no turn {turn} in the log")
    record, earlier = found
    if not record.answer.trace or record.answer.outcome in _NOT_ASKED:
        return _cannot(f"turn {turn} was not answered by the assistant: {record.answer.outcome}")
    settings = _as_logged(settings, record)
    return _show(record, earlier, await _again(settings, record, earlier))


def _read(engine: Engine, turn: str) -> tuple[TurnRecord, list[TurnRecord]] | None:
    store = TurnStore(engine)
    record = store.turn(turn)
    if record is None and turn.isdecimal():
        record = store.turn_in_row(int(turn))
    if record is None:
        return None
    return record, earlier_exchanges(record, store.recent(record.chat, _EARLIER))


def _as_logged(settings: Settings, record: TurnRecord) -> Settings:
    """The same tenant, model and sampling as then, as far as the log names them."""
    trace = record.answer.trace
    llm: dict[str, Any] = {"fallback": ()}
    answered = [attempt for attempt in trace.get("attempts", ()) if not attempt.get("error")]
    if answered and answered[-1].get("model") in get_args(Provider):
        llm["provider"] = answered[-1]["model"]
    llm |= {name: value for name, value in trace.get("sampling", {}).items() if hasattr(settings.llm, name)}
    chosen: dict[str, Any] = {"llm": settings.llm.model_copy(update=llm)}
    if not settings.tenant.endswith(record.tenant):  # a path to the tenant's folder is as good as its name
        chosen["tenant"] = record.tenant
    return settings.model_copy(update=chosen)


async def _again(settings: Settings, record: TurnRecord, earlier: list[TurnRecord]) -> Answer:
    """Raises ModelUnavailable where the turn needs a model and none can be asked."""
    tenant = load_configured_tenant(settings)
    async with AsyncExitStack() as stack:
        if settings.needs_local_model and _asked_a_model(record.answer):
            await stack.enter_async_context(running_local_model(settings))
        models = build_models(settings, None)
        stack.push_async_callback(models.close)
        texts = build_texts(tenant, settings)
        tables = stack.enter_context(opened_tables(settings, tenant, texts))
        assistant = build_assistant(tenant, texts, models, settings, tables=tables)
        answer = await assistant.answer(
            Question(
                text=record.question,
                language=record.language,
                recollection=await _recollection(settings, record, earlier),
                asked_at=record.received_at,
            )
        )
    failed = [verdict for verdict in answer.verdicts if verdict.check == "model" and not verdict.passed]
    if failed and _asked_a_model(record.answer):
        raise ModelUnavailable(f"the model ({settings.provider}) did not answer: {failed[0].detail}")
    return answer


def _asked_a_model(answer: Answer) -> bool:
    """For its words, or only for its opinion of a passage: then «не знаю» may be all that came of it."""
    return bool(answer.model) or VERIFIED in answer.trace


async def _recollection(settings: Settings, record: TurnRecord, earlier: list[TurnRecord]) -> Recollection:
    """What was remembered then, as far as the log holds it."""
    memory = InProcessMemory(settings.memory_tokens, settings.memory_ttl_s)
    for turn in earlier:
        if turn.answer.outcome in _REMEMBERED:
            await memory.remember(
                record.chat.key,
                turn_id=turn.turn_id,
                question=turn.question,
                answer=turn.answer.text,
                focus=turn.answer.focus,
            )
    return await memory.recall(record.chat.key)


def _show(record: TurnRecord, earlier: list[TurnRecord], now: Answer) -> int:
    print(f"turn {record.turn_id} of {record.received_at:%Y-%m-%d %H:%M} UTC, {len(earlier)} turns before it")
    print(f"question: {record.question}")
    for sentence in differing_versions(record.answer, now):
        print(f"version differs: {sentence}")
    found = differences(record.answer, now)
    for difference in found:
        print(f"\n{difference.what} differs:")
        print("\n".join(f"  {line}" for line in difference.lines))
    if not found:
        print(f"\nthe same answer:\n{now.text}")
    return DIFFERENT if found else SAME


def _cannot(reason: str) -> int:
    print(f"dezhurny: {reason}", file=sys.stderr)
    return CANNOT_RUN
