"""`python -m bot ask "..."`: one turn in this process, without a queue."""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict

from bot.dialogue.answering import Question
from bot.domain import Answer
from bot.embedded.child import Child, RotatingLog
from bot.embedded.local_model import locate_model
from bot.embedded.model_server import is_healthy, read_model_url, wait_for_model
from bot.embedded.progress import shown_progress
from bot.errors import ModelUnavailable
from bot.logs import configure_logs
from bot.settings import Settings
from bot.wiring import build_texts, load_configured_tenant
from bot.wiring.assistant import build_assistant
from bot.wiring.models import build_models

_MODEL_STARTS_WITHIN_S = 120.0


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
            await stack.enter_async_context(_local_model(settings))
        models = build_models(settings, None)
        stack.push_async_callback(models.close)
        texts = build_texts(tenant, settings)
        return await build_assistant(tenant, texts, models, settings).answer(Question(text=question))


@asynccontextmanager
async def _local_model(settings: Settings) -> AsyncIterator[None]:
    """The model server that runs already, or one for as long as the block lasts."""
    url = read_model_url(settings.data_dir)
    if url is not None and await is_healthy(url):
        yield
        return
    with shown_progress() as report:
        locate_model(settings.local, report)
    log = RotatingLog(settings.data_dir / "log" / "model.log")
    child = await Child.start((sys.executable, "-m", "bot", "model"), log)
    try:
        await wait_for_model(settings.data_dir, within_s=_MODEL_STARTS_WITHIN_S)
        yield
    finally:
        await child.stop(within_s=5.0)


def _readable(answer: Answer) -> str:
    lines = [answer.text, ""]
    lines += [f"  источник: {source}" for source in answer.sources]
    seconds = answer.timings_ms["answer"] / 1000
    lines += [f"  модель: {answer.model or '(без модели)'}, {seconds:.1f} с, {answer.light}"]
    return "\n".join(lines)
