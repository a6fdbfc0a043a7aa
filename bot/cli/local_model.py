"""The local model for commands that answer in their own process."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.embedded.child import Child, RotatingLog
from bot.embedded.local_model import locate_model
from bot.embedded.model_server import is_healthy, read_model_url, wait_for_model
from bot.embedded.progress import shown_progress
from bot.errors import ServiceError
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
    # Started for these settings, which the command line may have changed from what the environment says.
    chosen = ("env", f"TENANT={settings.tenant}", "LLM_PROVIDER=local")
    child = await Child.start((*chosen, sys.executable, "-m", "bot", "model"), log)
    ended = asyncio.create_task(child.wait())
    try:
        await _ready(settings, child, ended)
        yield
    finally:
        await child.stop(within_s=5.0)
        await ended


async def _ready(settings: Settings, child: Child, ended: "asyncio.Task[int]") -> None:
    """Raises ServiceError at once where the server has ended, with its own last words."""
    ready = asyncio.create_task(wait_for_model(settings.data_dir, within_s=_MODEL_STARTS_WITHIN_S))
    try:
        await asyncio.wait((ended, ready), return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            raise ServiceError(f"the local model's server has ended: {child.last_line}")
        ready.result()
    finally:
        ready.cancel()
