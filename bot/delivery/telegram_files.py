"""Fetches from Telegram what people have sent: getFile, then the file itself, as it comes."""

import asyncio
import json
import time
from pathlib import Path
from typing import Final, Literal

import aiohttp
import structlog

from bot.delivery.sessions import AWAY, open_session
from bot.errors import AudioError, AudioFault, DeliveryError, SpeechError
from bot.settings import TelegramSettings

log = structlog.get_logger()

_PIECE_BYTES: Final = 64 * 1024
_LONGEST_PAUSE_S: Final = 5.0
_REFUSED: Final = (400, 403, 404)
"""Telegram does not know the file, does not give it to this bot, or has forgotten its path."""
_TOO_BIG: Final = "too big"


class _Again(Exception):
    """It may come if asked for again, after a pause of so many seconds where Telegram says so."""

    def __init__(self, reason: str, pause_s: float = 0.0) -> None:
        super().__init__(reason)
        self.pause_s = pause_s


class TelegramFiles:
    """One connection pool. No error holds an address, for it would hold the token."""

    def __init__(
        self, settings: TelegramSettings, session: aiohttp.ClientSession, *, patience_s: float
    ) -> None:
        token = settings.bot_token.get_secret_value() if settings.bot_token else ""
        base_url = settings.api_base_url.rstrip("/")
        self._call_url = f"{base_url}/bot{token}/getFile"
        self._file_url = f"{base_url}/file/bot{token}/"
        self._session = session
        self._patience_s = patience_s

    @classmethod
    def open(cls, settings: TelegramSettings, *, patience_s: float = 60.0) -> "TelegramFiles":
        """Connects to nobody yet. `patience_s`: how long one file is tried for. Needs a running loop."""
        answer_s = settings.request_timeout_s
        timeout = aiohttp.ClientTimeout(total=patience_s, connect=min(answer_s, 10), sock_read=answer_s)
        proxy = settings.proxy.get_secret_value() if settings.proxy else None
        return cls(settings, open_session(timeout, proxy, pool_size=8), patience_s=patience_s)

    async def fetch(self, file_id: str, to: Path, *, max_bytes: int) -> None:
        """Write the file. Raises AudioError with MISSING when Telegram refuses it, TOO_LARGE,
        DeliveryError when Telegram stays away, and SpeechError when there is no room for the file."""
        until = time.monotonic() + self._patience_s
        pause_s = 0.5
        while True:
            try:
                path = await self._path_of(file_id, max_bytes)
                await self._download(path, to, max_bytes)
                return
            except _Again as failure:
                wait_s = max(failure.pause_s, pause_s)
                if time.monotonic() + wait_s > until:
                    raise DeliveryError(f"the file does not come: {failure}") from None
                log.warning("telegram_file_retried", reason=str(failure), wait_s=wait_s)
            await asyncio.sleep(wait_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _path_of(self, file_id: str, max_bytes: int) -> str:
        try:
            async with self._session.post(self._call_url, data={"file_id": file_id}) as response:
                status, payload = response.status, await response.read()
        except AWAY as error:
            raise _Again(type(error).__name__) from None
        answer = _read(payload)
        if status in _REFUSED:
            is_big = _TOO_BIG in str(answer.get("description", "")).lower()
            raise AudioError(AudioFault.TOO_LARGE if is_big else AudioFault.MISSING, f"HTTP {status}")
        result = answer.get("result")
        if status >= 300 or not isinstance(result, dict):
            parameters = answer.get("parameters")
            told = parameters.get("retry_after", 0) if isinstance(parameters, dict) else 0
            raise _Again(f"HTTP {status}", float(told))
        if int(result.get("file_size") or 0) > max_bytes:
            raise AudioError(AudioFault.TOO_LARGE, f"{result['file_size']} bytes")
        if not isinstance(result.get("file_path"), str):
            raise AudioError(AudioFault.MISSING, "no path")
        return str(result["file_path"])

    async def _download(self, path: str, to: Path, max_bytes: int) -> None:
        """What is on the way is counted, whatever Telegram has said of its size."""
        size = 0
        try:
            async with self._session.get(self._file_url + path) as response:
                if response.status in _REFUSED:
                    raise AudioError(AudioFault.MISSING, f"HTTP {response.status}")
                if response.status >= 300:
                    raise _Again(f"HTTP {response.status}")
                _keep(to, b"", "wb")
                async for piece in response.content.iter_chunked(_PIECE_BYTES):
                    size += len(piece)
                    if size > max_bytes:
                        raise AudioError(AudioFault.TOO_LARGE, f"more than {max_bytes} bytes")
                    _keep(to, piece, "ab")
        except AWAY as error:
            raise _Again(type(error).__name__) from None

    async def close(self) -> None:
        await self._session.close()


def _keep(to: Path, piece: bytes, mode: Literal["wb", "ab"]) -> None:
    """A full disk must not be taken for a messenger that is away."""
    try:
        with to.open(mode) as file:
            file.write(piece)
    except OSError as error:
        raise SpeechError(f"the recording cannot be kept: {error.strerror}", permanent=True) from None


def _read(payload: bytes) -> dict[str, object]:
    """Telegram's answer; nothing for what is none of Telegram's."""
    try:
        answer = json.loads(payload)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
