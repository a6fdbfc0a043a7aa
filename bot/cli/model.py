"""``python -m bot model``: the local model's server in the foreground."""

import structlog

from bot.cli.signals import stop_at_signals
from bot.embedded.local_model import locate_model
from bot.embedded.model_server import ModelServerOptions, serve_model
from bot.embedded.progress import shown_progress
from bot.logs import configure_logs
from bot.settings import Settings

log = structlog.get_logger()


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
        )
    )
    return 0
