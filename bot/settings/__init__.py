"""All settings, read from the environment and `.env` once per process, in composition roots only.

Every field is the environment variable of the same name in capitals, with its group's prefix.
`.env.example` lists them all; a test compares the two.
"""

import os
import re
from pathlib import Path
from typing import Literal, Self

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings
from pydantic_settings import SettingsError as UnreadableSettings

from bot.errors import SettingsError
from bot.settings.checks import DataKeys, config_of, parts_of
from bot.settings.models import GigaChatSettings, LlmSettings, LocalModelSettings, OpenAISettings, Provider
from bot.settings.telegram import TelegramSettings
from bot.settings.voice import VoiceSettings

__all__ = [
    "GigaChatSettings",
    "LlmSettings",
    "LocalModelSettings",
    "OpenAISettings",
    "Provider",
    "Settings",
    "TelegramSettings",
    "VoiceSettings",
    "load_settings",
    "read_secret",
]


class Settings(BaseSettings):
    """The whole configuration. Build it with `load_settings`."""

    model_config = config_of()

    redis_url: str | None = None
    """Unset: an embedded server in `data_dir`."""
    database_url: str | None = None
    """Unset: SQLite in `data_dir`."""
    data_dir: Path = Path("var")
    data_keys: DataKeys | None = None
    """What seals phones in the database, by commas; the first one seals. Unset: a key in `data_dir`."""
    tenant: str = "mercedes"
    """A name under `tenants/`, or a path to a folder."""
    burst_window_s: float = Field(1.5, ge=0, le=30)
    notice_after_s: float = Field(10, gt=0)
    turn_deadline_s: float = Field(90, gt=0)
    turns_per_minute: int = Field(20, ge=1)
    """How many answers one person gets in a minute; what comes faster waits, and is told so once."""
    inbox_limit: int = Field(2_000, ge=1)
    """Utterances that may wait in one chat; more are refused with a sentence."""
    poison_tries: int = Field(3, ge=1)
    worker_concurrency: int = Field(1_000, ge=1)
    memory_tokens: int = Field(800, ge=0)
    memory_ttl_s: int = Field(6 * 3600, ge=60)
    embeddings: bool = True
    """Whether passages are found by their meaning too, where the package is installed."""
    answer_cache_ttl_s: int = Field(3600, ge=0)
    """0: every question is answered anew."""
    log_retention_days: int = Field(90, ge=1)
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    telegram: TelegramSettings = Field(default_factory=TelegramSettings)
    llm: LlmSettings = Field(default_factory=LlmSettings)
    local: LocalModelSettings = Field(default_factory=LocalModelSettings)
    openai: OpenAISettings = Field(default_factory=OpenAISettings)
    gigachat: GigaChatSettings = Field(default_factory=GigaChatSettings)
    voice: VoiceSettings = Field(default_factory=VoiceSettings)

    @field_validator("redis_url")
    @classmethod
    def is_a_redis(cls, value: str | None) -> str | None:
        if value is not None and not re.match("unix://.*/", value):
            parts = parts_of(value, "redis", "rediss")
            if parts is None or not re.fullmatch("/?[0-9]*", parts.path):
                raise ValueError("must look like redis://user:password@host:6379/0 or unix:///path/to/socket")
        return value

    @property
    def provider(self) -> Provider:
        """The first model to ask: as set, else whichever has a key, else the local one."""
        if self.llm.provider is not None:
            return self.llm.provider
        if self.openai.api_key is not None:
            return "openai"
        if self.gigachat.credentials is not None:
            return "gigachat"
        return "local"

    @property
    def needs_local_model(self) -> bool:
        return "local" in (self.provider, *self.llm.fallback)

    @model_validator(mode="after")
    def gigachat_needs_credentials(self) -> Self:
        if "gigachat" in (self.provider, *self.llm.fallback) and self.gigachat.credentials is None:
            raise ValueError(
                "GIGACHAT_CREDENTIALS is missing, and LLM_PROVIDER or LLM_FALLBACK names gigachat"
            )
        return self

    @model_validator(mode="after")
    def hosts_share_their_keys(self) -> Self:
        if (self.database_url or "").startswith("postgres") and self.data_keys is None:
            raise ValueError(
                "DATA_KEYS is missing: with PostgreSQL several machines share what it seals, and no machine "
                "may make a key of its own; get one with: python -m bot keys new"
            )
        return self


def load_settings() -> Settings:
    """Read the environment and `.env`, and make `data_dir` if anything is kept there.

    Raises SettingsError that names each bad variable.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None
    except UnreadableSettings as error:
        raise SettingsError(str(error)) from None
    except UnicodeDecodeError:
        raise SettingsError(".env: is not in UTF-8") from None
    if None in (settings.redis_url, settings.database_url, settings.data_keys) or settings.needs_local_model:
        _make(settings.data_dir)
    return settings


def _make(data_dir: Path) -> None:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"DATA_DIR: {data_dir} cannot be made: {error.strerror}") from None
    if not os.access(data_dir, os.W_OK | os.X_OK):
        raise SettingsError(f"DATA_DIR: {data_dir} cannot be written")


def read_secret(name: str) -> SecretStr | None:
    """A variable that only a tenant's files name, from the environment or `.env`; None if it is not set."""
    value = os.environ.get(name) or dotenv_values(".env").get(name)
    return SecretStr(value) if value else None


def _explain(error: ValidationError) -> str:
    groups = {
        "TelegramSettings": "TELEGRAM_",
        "OpenAISettings": "OPENAI_",
        "GigaChatSettings": "GIGACHAT_",
        "LocalModelSettings": "LOCAL_",
        "LlmSettings": "LLM_",
        "VoiceSettings": "VOICE_",
    }
    prefix = groups.get(error.title, "")
    sentences = []
    for fault in error.errors(include_input=False, include_url=False, include_context=False):
        field = str(fault["loc"][0]) if fault["loc"] else ""
        name = field if field.isupper() else prefix + field.upper()
        reason = fault["msg"].removeprefix("Value error, ")
        sentences.append(f"{name}: {reason}" if fault["loc"] else reason)
    return "; ".join(sentences)
