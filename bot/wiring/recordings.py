"""Whether recordings are listened to, and which."""

from importlib.util import find_spec

from bot.errors import SettingsError
from bot.recordings import RecordingLimits
from bot.settings import Settings

_PACKAGES = {"faster-whisper": "faster_whisper", "openai": "openai", "openai-whisper": "whisper"}
_TELEGRAM_MEGABYTES = 20.0
"""More it gives to no bot, unless the Bot API server is one's own."""
_PUBLIC_SERVER = "https://api.telegram.org"


def missing_package(settings: Settings) -> str | None:
    """What hearing needs and is not installed here."""
    needed = ("av", "pydub", _PACKAGES[settings.voice.transcriber])
    return next((package for package in needed if find_spec(package) is None), None)


def check_packages(settings: Settings) -> None:
    """Raises SettingsError that says what to install."""
    package = missing_package(settings)
    if package is not None:
        extra = "whisper" if package == "whisper" else "voice"
        raise SettingsError(f"{package} is missing; install it with: pip install 'dezhurny[{extra}]'")


def hears(settings: Settings) -> bool:
    """Whether recordings are listened to: as set, else where it is installed."""
    wanted = settings.voice.enabled
    return missing_package(settings) is None if wanted is None else wanted


def largest_megabytes(settings: Settings) -> float:
    """As set, but no more than the messenger gives."""
    megabytes = settings.voice.max_megabytes
    is_public = settings.telegram.api_base_url.rstrip("/") == _PUBLIC_SERVER
    return min(megabytes, _TELEGRAM_MEGABYTES) if is_public else megabytes


def recording_limits(settings: Settings) -> RecordingLimits | None:
    """What may be sent; None where nothing is listened to."""
    if not hears(settings):
        return None
    return RecordingLimits(
        max_seconds=settings.voice.max_seconds,
        max_bytes=int(largest_megabytes(settings) * 1_000_000),
        short_s=settings.voice.short_seconds,
    )
