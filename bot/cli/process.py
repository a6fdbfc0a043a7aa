"""What the programs that run beside one another have in common: how they start, stop and fail."""

import asyncio
import gc
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from bot.errors import AssistantError
from bot.logs import configure_logs
from bot.settings import Settings, load_settings

CANNOT_RUN = 2
_NEW_OBJECTS = 20_000


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


@contextmanager
def no_search_for_garbage() -> Iterator[None]:
    """For imports of much that stays: the collector would search it again and again as it grows."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def keep_what_is_there() -> None:
    """Call it when all has been built: the collector never looks at it again.

    Each full collection would go through every class of every library, and nothing else runs for 0.1 to
    0.2 s meanwhile. For what comes it looks less often, which spares a tenth of a turn's time: hardly
    anything here makes cycles.
    """
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(_NEW_OBJECTS, 20, 20)
