"""The local model for commands that answer in their own process."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.embedded.child import Child, RotatingLog
from bot.embedded.local_model import locate_model
from bot.embedded.model_server import is_healthy, read_model_url, wait_for_model
from bot.embedded.progress import shown_progress
from bot.settings import Settings

_MODEL_STARTS_WITHIN_S = 120.0


@asynccontextmanager
async def running_local_model(settings: Settings) -> AsyncIterator[None]:
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
