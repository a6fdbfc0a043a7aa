"""Which recordings in Telegram are listened to, by what Telegram says of them before anything is fetched."""

from aiogram.types import Audio, Document, Message, VideoNote, Voice

from bot.domain import UtteranceKind
from bot.errors import AudioFault
from bot.recordings import AudioKind, AudioRef, RecordingLimits

_SOUND = ("audio/", "application/ogg")
_UNTOLD = ("", "application/octet-stream")
_ENDINGS = (".ogg", ".oga", ".opus", ".mp3", ".m4a", ".wav", ".flac", ".aac", ".amr")
"""What a file of sound is called, where nothing else is said of it."""


def recording_in(
    message: Message, limits: RecordingLimits
) -> tuple[UtteranceKind, str, AudioRef | None] | None:
    """What the message's recording is: VOICE, or UNREADABLE with the reason. None: there is no recording."""
    audio = _audio(message)
    if audio is None:
        return None
    if audio.size_bytes is not None and audio.size_bytes > limits.max_bytes:
        return UtteranceKind.UNREADABLE, AudioFault.TOO_LARGE, None
    if audio.duration_s is not None and audio.duration_s > limits.max_seconds:
        return UtteranceKind.UNREADABLE, AudioFault.TOO_LONG, None
    return UtteranceKind.VOICE, "", audio


def _audio(message: Message) -> AudioRef | None:
    if message.voice is not None:
        return _ref(message.voice, AudioKind.VOICE)
    if message.audio is not None:
        return _ref(message.audio, AudioKind.AUDIO)
    if message.video_note is not None:
        return _ref(message.video_note, AudioKind.VIDEO_NOTE)
    document = message.document
    if document is not None and _is_sound(document):
        return _ref(document, AudioKind.AUDIO)
    return None


def _is_sound(document: Document) -> bool:
    mime = (document.mime_type or "").lower()
    is_called_so = mime in _UNTOLD and (document.file_name or "").lower().endswith(_ENDINGS)
    return mime.startswith(_SOUND) or is_called_so


def _ref(sent: Voice | Audio | VideoNote | Document, kind: AudioKind) -> AudioRef:
    duration = getattr(sent, "duration", None)  # a document has none
    return AudioRef(
        file_id=sent.file_id,
        kind=kind,
        duration_s=float(duration) if duration else None,  # 0 is what Telegram says where it cannot tell
        size_bytes=sent.file_size,
        mime=(getattr(sent, "mime_type", None) or "")[:100],
        file_name=(getattr(sent, "file_name", None) or "")[:200].encode("utf-8", "ignore").decode(),
    )
