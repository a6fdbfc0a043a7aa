"""``python -m bot model``: the local model's server in the foreground."""

from functools import partial

import httpx
import structlog

from bot.cli.signals import stop_at_signals
from bot.dialogue.prompting import build_prompts
from bot.embedded.local_model import locate_model
from bot.embedded.model_server import ModelServerOptions, serve_model
from bot.embedded.progress import shown_progress
from bot.llm.model import Message
from bot.logs import configure_logs
from bot.settings import Settings
from bot.wiring import load_configured_tenant
from bot.wiring.models import build_sampling

log = structlog.get_logger()

_PREFIX_READ_WITHIN_S = 300.0


def run(settings: Settings) -> int:
    """Fetch the model if it is missing, and serve it until SIGTERM or Ctrl-C.

    Idle when no setting asks for it, so that the same Procfile serves everyone.
    """
    configure_logs(settings.log_level, process="model")
    if not settings.needs_local_model:
        log.info("model_not_needed", reason=f"LLM_PROVIDER is {settings.provider}")
        with stop_at_signals() as stop:
            stop.wait()
        return 0
    with shown_progress() as report:
        path = locate_model(settings.local, report)
    serve_model(
        ModelServerOptions(
            model=path,
            data_dir=settings.data_dir,
            context_tokens=settings.local.model_context_tokens,
            port=settings.local.model_port,
            threads=settings.local.model_threads,
        ),
        partial(_read_prefix, _static_prefix(settings)),
    )
    return 0


def _static_prefix(settings: Settings) -> tuple[Message, ...]:
    """What every prompt to this model begins with."""
    prompts = build_prompts(load_configured_tenant(settings), build_sampling(settings))
    return prompts.compose_prefix if settings.local.model_composes else prompts.phrase_prefix


def _read_prefix(prefix: tuple[Message, ...], url: str) -> None:
    """Have the server read the prefix now, so that no customer waits the ten seconds that it takes."""
    messages = [{"role": message.role, "content": message.content} for message in prefix]
    request = {"messages": [*messages, {"role": "user", "content": "?"}], "max_tokens": 1}
    try:
        httpx.post(f"{url}/chat/completions", json=request, timeout=_PREFIX_READ_WITHIN_S).raise_for_status()
    except httpx.HTTPError as error:
        log.warning("model_not_warmed_up", error=type(error).__name__)
