"""`python -m bot ask "..."`: one turn in this process, without a queue."""

import json
from contextlib import AsyncExitStack
from dataclasses import asdict

from bot.cli.local_model import running_local_model
from bot.dialogue.answering import Question
from bot.domain import Answer
from bot.errors import ModelUnavailable
from bot.logs import configure_logs
from bot.settings import Settings
from bot.wiring import build_texts, load_configured_tenant
from bot.wiring.assistant import build_assistant
from bot.wiring.models import build_models
from bot.wiring.stock import opened_tables


async def run(settings: Settings, question: str, *, as_json: bool) -> int:
    """Print the answer. Raises ModelUnavailable when no model could be asked, whatever was said instead."""
    configure_logs("error", process="ask")
    answer = await _answer(settings, question)
    failed = [
        verdict.detail for verdict in answer.verdicts if verdict.check == "model" and not verdict.passed
    ]
    if failed:
        raise ModelUnavailable(f"the model ({settings.provider}) did not answer: {failed[0]}")
    print(json.dumps(asdict(answer), ensure_ascii=False, indent=2) if as_json else _readable(answer))
    return 0


async def _answer(settings: Settings, question: str) -> Answer:
    tenant = load_configured_tenant(settings)
    async with AsyncExitStack() as stack:
        if settings.needs_local_model:
            await stack.enter_async_context(running_local_model(settings))
        models = build_models(settings, None)
        stack.push_async_callback(models.close)
        texts = build_texts(tenant, settings)
        tables = stack.enter_context(opened_tables(settings, tenant, texts))
        assistant = build_assistant(tenant, texts, models, settings, tables=tables)
        return await assistant.answer(Question(text=question))


def _readable(answer: Answer) -> str:
    lines = [answer.text, ""]
    lines += [f"  источник: {source}" for source in answer.sources]
    seconds = answer.timings_ms["answer"] / 1000
    lines += [f"  модель: {answer.model or '(без модели)'}, {seconds:.1f} с, {answer.light}"]
    return "\n".join(lines)
