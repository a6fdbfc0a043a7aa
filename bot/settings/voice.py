"""Hearing and speaking."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings

from bot.settings.checks import HttpUrl, Key, config_of


class VoiceSettings(BaseSettings):
    model_config = config_of("VOICE_")

    enabled: bool | None = None
    """Unset: where what it needs is installed."""
    transcriber: Literal["faster-whisper", "openai", "openai-whisper"] = "faster-whisper"
    """`openai` is any server with OpenAI's /audio/transcriptions; `openai-whisper` wants its own package."""
    model: str = ""
    """Empty: the packaged Whisper base, or the server's usual one. Else a folder, or a model's name."""
    base_url: HttpUrl | None = None
    """Of the server; unset: OPENAI_BASE_URL."""
    api_key: Key | None = None
    """Unset: OPENAI_API_KEY, where the server is the same too."""
    language: Literal["auto", "ru", "en"] | None = None
    """Unset: whichever of the tenant's languages it sounds like. `auto`: any."""
    max_seconds: int = Field(600, ge=1, le=4 * 3600)
    max_megabytes: float = Field(20, gt=0)
    short_seconds: float = Field(20, ge=0)
    """Recordings up to here go before the longer ones."""
    deadline_s: float = Field(180, gt=0)
    """For one recording; then its process is killed."""
    wait_s: float = Field(300, gt=0)
    """How long a turn waits for its recordings to be heard, those before them in the queue included."""
    threads: int = Field(0, ge=0)
    """0: as many as the machine has cores, 4 at most."""
    answer_logprob: float = Field(-0.7, le=0)
    """An average log-probability from which what was heard is answered without asking."""
    repeat_logprob: float = Field(-1.2, le=0)
    """Below it the person is asked to say it again; between the two they are asked whether it is right."""
    no_speech: float = Field(0.6, ge=0, le=1)
    compression: float = Field(2.4, gt=1)
    show_transcript: bool = False
    """Under each answer to a recording."""
    speaker: Literal["festival", "openai"] = "festival"
    """What speaks answers where the tenant wants that; `openai` is any server with OpenAI's /audio/speech."""
    festival: Path | None = None
    """Its `text2wave`, or a folder with Debian's packages unpacked; unset: found on PATH or in the cache."""
    speech_model: str = ""
    speech_voice: str = ""
    """Of the server, as is `speech_model`; empty: its usual ones."""
    speech_base_url: HttpUrl | None = None
    """Unset: OPENAI_BASE_URL."""
    speech_api_key: Key | None = None
    """Unset: OPENAI_API_KEY, where the server is the same too."""
    speech_deadline_s: float = Field(30, gt=0)
    """For one answer; then there is only its text."""
    spoken_characters: int = Field(600, ge=50, le=4_000)
    """How much of an answer is spoken, about 13 in a second; of more it is said that it can be read."""
