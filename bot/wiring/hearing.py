"""What the worker that hears recordings needs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from bot.delivery.telegram_files import TelegramFiles
from bot.errors import AudioError, ServiceError
from bot.memory.dialogue import DialogueMemory
from bot.notes.folder import NoteFolder
from bot.notes.listening import NoteServer
from bot.queue.notes import Notes
from bot.settings import Settings
from bot.voice.listening import Listener
from bot.wiring import load_configured_tenant, open_redis
from bot.wiring.recordings import recording_limits
from bot.wiring.voice import build_listener

log = structlog.get_logger()

_FETCH_AGAIN_S = 30.0


@asynccontextmanager
async def open_note_server(settings: Settings) -> AsyncIterator[NoteServer]:
    """Open everything that hearing needs, and close it in the reverse order. Raises TenantError.

    Waits until the model's files can be had. Its process starts meanwhile; a recording that comes sooner
    waits for it.
    """
    async with AsyncExitStack() as stack:
        redis = open_redis(settings)
        stack.push_async_callback(redis.aclose)
        folder = await asyncio.to_thread(NoteFolder.open, settings.data_dir / "notes")
        stack.callback(folder.close)
        files = TelegramFiles.open(settings.telegram)
        stack.push_async_callback(files.close)
        listener = await _listener(settings)
        stack.push_async_callback(listener.close)
        starting = asyncio.create_task(start_early(listener))
        stack.callback(starting.cancel)
        limits = recording_limits(settings)
        assert limits is not None, "this process is started where recordings are listened to"
        yield NoteServer(
            notes=Notes(redis),
            files=files,
            listener=listener,
            folder=folder,
            limits=limits,
            recall=DialogueMemory(redis, settings.memory_tokens, settings.memory_ttl_s).recall,
            poison_tries=settings.poison_tries,
        )


async def _listener(settings: Settings) -> Listener:
    tenant = load_configured_tenant(settings)
    while True:
        try:
            return await asyncio.to_thread(build_listener, settings, tenant, _unreported)
        except ServiceError as error:
            log.warning("speech_model_missing", error=str(error))
        await asyncio.sleep(_FETCH_AGAIN_S)


async def start_early(listener: Listener) -> None:
    """What fails here fails again for the first recording, and is told to whoever sent it."""
    try:
        seconds = await listener.start()
    except (AudioError, ServiceError) as error:
        log.warning("hearing_not_started", error=str(error))
    else:
        log.info("hearing_started", seconds=round(seconds, 1))


def _unreported(*_: object) -> None: ...
