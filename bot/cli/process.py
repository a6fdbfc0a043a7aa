"""What the programs that run beside one another have in common: how they start, stop and fail."""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from bot.errors import AssistantError
from bot.logs import configure_logs
from bot.settings import Settings, load_settings

CANNOT_RUN = 2


def run_process(name: str, work: Callable[[Settings], Coroutine[Any, Any, None]]) -> int:
    """Run `work` to its end. A failure that people can mend is one sentence and exit status 2."""
    try:
        settings = load_settings()
        configure_logs(settings.log_level, process=name)
        asyncio.run(work(settings))
    except AssistantError as error:
        print(f"dezhurny: {error}", file=sys.stderr)
        return CANNOT_RUN
    return 0


def call_at_stop(call: Callable[[], None]) -> None:
    """Have the running loop call this at SIGTERM and Ctrl-C."""
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, call)
