"""``python -m bot redis``: the embedded Redis, kept up in the foreground."""

import structlog

from bot.cli.signals import stop_at_signals
from bot.embedded.redis import EmbeddedRedis, watch
from bot.logs import configure_logs
from bot.settings import Settings

log = structlog.get_logger()


def run(settings: Settings) -> int:
    """Watch the server until SIGTERM or Ctrl-C, then stop it. Raises ServiceError if it does not start."""
    configure_logs(settings.log_level, process="redis")
    with stop_at_signals() as stop:
        if settings.redis_url is not None:
            log.info("redis_not_needed", reason="REDIS_URL is set")
            stop.wait()
        else:
            watch(EmbeddedRedis(settings.data_dir), stop)
    return 0
