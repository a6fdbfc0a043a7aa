"""All settings, read from the environment and `.env` once per process, in composition roots only.

Every field is the environment variable of the same name in capitals, with its group's prefix.
`.env.example` lists them all; a test compares the two.
"""

import ipaddress
import os
import re
import ssl
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import SplitResult, urlsplit

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableSettings

from bot.errors import SettingsError

Provider = Literal["local", "openai", "gigachat"]

_SECRET_PATH = "/telegram/webhook"


def _parts(url: str, *schemes: str) -> SplitResult | None:
    """The parts of an address that has one of the schemes, a host and no odd port; else None."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for an odd one, and its message quotes what may be a password
    except ValueError:
        return None
    return parts if parts.scheme in schemes and parts.hostname and url.isprintable() else None


def _http_url(value: str) -> str:
    if _parts(value, "http", "https") is None:
        raise ValueError("must look like https://host/path")
    return value


def _printable(value: SecretStr) -> SecretStr:
    """What goes into a header: no spaces, no letters beyond ASCII."""
    if not re.fullmatch("[!-~]+", value.get_secret_value()):
        raise ValueError("must be Latin letters, digits and signs, without spaces")
    return value


HttpUrl = Annotated[str, AfterValidator(_http_url)]
Key = Annotated[SecretStr, AfterValidator(_printable)]


def _config(prefix: str = "") -> SettingsConfigDict:
    return SettingsConfigDict(
        env_prefix=prefix, env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True
    )


class TelegramSettings(BaseSettings):
    model_config = _config("TELEGRAM_")

    bot_token: SecretStr | None = None
    api_base_url: HttpUrl = "https://api.telegram.org"
    proxy: SecretStr | None = None
    """An http://, socks5:// ... address; secret because it may hold a password."""
    webhook_url: str | None = None
    """The public https address; unset means polling."""
    webhook_secret: SecretStr | None = None
    webhook_host: str = "127.0.0.1"
    webhook_port: int = Field(8080, ge=0, le=65535)
    webhook_path: str = _SECRET_PATH
    messages_per_second: float = Field(30, gt=0)
    chat_interval_s: float = Field(1.0, ge=0)
    group_messages_per_minute: int = Field(20, gt=0)
    request_timeout_s: float = Field(20, gt=0)

    @field_validator("bot_token")
    @classmethod
    def looks_like_a_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch("[0-9]+:[!-~]+", value.get_secret_value()):
            raise ValueError("does not look like a token: 123456:ABC...")
        return value

    @field_validator("proxy")
    @classmethod
    def is_a_proxy(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parts = _parts(value.get_secret_value(), "http", "socks4", "socks5")
            if parts is None or parts.port is None:
                raise ValueError("must look like http://host:3128 or socks5://user:password@host:1080")
        return value

    @field_validator("webhook_url")
    @classmethod
    def is_public(cls, value: str | None) -> str | None:
        """Telegram pushes to https only; a Bot API server on this machine may push without."""
        if value is not None and _parts(value, "https") is None:
            parts = _parts(value, "http")
            if parts is None or not _is_loopback(str(parts.hostname)):
                raise ValueError("must look like https://host/path")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def is_a_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch("[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
            raise ValueError("must be 1-256 of A-Z a-z 0-9 _ -")
        return value

    @field_validator("webhook_path")
    @classmethod
    def is_a_path(cls, value: str) -> str:
        if not re.fullmatch(r"/[^\s{}?#]*", value):
            raise ValueError("must look like /telegram/webhook")
        return value

    @model_validator(mode="after")
    def webhook_needs_a_secret(self) -> Self:
        if self.webhook_url and not self.webhook_secret:
            raise ValueError("TELEGRAM_WEBHOOK_URL needs TELEGRAM_WEBHOOK_SECRET: 1-256 of A-Z a-z 0-9 _ -")
        return self


class OpenAISettings(BaseSettings):
    model_config = _config("OPENAI_")

    base_url: HttpUrl = "https://api.openai.com/v1"
    api_key: Key | None = None
    model: str = "gpt-4o-mini"
    composes: bool = True
    """True: the model writes the answer from facts. False: it only phrases the stored text."""
    max_streams: int | None = Field(None, ge=1)
    """How many requests all workers together may have under way; unset: any number."""
    context_tokens: int = Field(16_000, ge=1_000)
    prompt_price_per_million: float = Field(0, ge=0)
    completion_price_per_million: float = Field(0, ge=0)


class GigaChatSettings(BaseSettings):
    model_config = _config("GIGACHAT_")

    auth_url: HttpUrl = "https://ngw.devices.sberbank.ru:9443/api/v2/oauth"
    base_url: HttpUrl = "https://gigachat.devices.sberbank.ru/api/v1"
    credentials: Key | None = None
    scope: Literal["GIGACHAT_API_PERS", "GIGACHAT_API_B2B", "GIGACHAT_API_CORP"] = "GIGACHAT_API_PERS"
    model: str = "GigaChat-2"
    ca_bundle_file: Path | None = None
    max_streams: int = Field(1, ge=1)
    """1 for private persons, 10 for companies."""
    context_tokens: int = Field(32_000, ge=1_000)
    prompt_price_per_million: float = Field(0, ge=0)
    completion_price_per_million: float = Field(0, ge=0)

    @field_validator("ca_bundle_file")
    @classmethod
    def holds_certificates(cls, value: Path | None) -> Path | None:
        if value is not None:
            try:
                ssl.create_default_context(cafile=value)
            except OSError:
                raise ValueError(f"no certificates can be read from {value}") from None
        return value


class LocalModelSettings(BaseSettings):
    model_config = _config("LOCAL_")

    model: str = ""
    """Empty: the packaged Qwen2.5-Coder-1.5B. Else a GGUF by path, or `owner/name:file.gguf` at a hub."""
    model_port: int = Field(0, ge=0, le=65535)
    """0: any free port; the address is written beside the data."""
    model_threads: int = Field(0, ge=0)
    """0: as many as the machine has cores, 8 at most."""
    model_context_tokens: int = Field(4_096, ge=1_024)
    model_composes: bool = False
    model_phrases_within_s: float = Field(8, gt=0)
    """Then the stored text goes out as it is: the owner wants an answer within 10 s."""
    hub_url: HttpUrl = Field("https://huggingface.co", validation_alias="HF_ENDPOINT")
    """The hub of `owner/name:file.gguf`; the variable is the one that the hub's own client reads."""
    cache_home: Path = Field(
        default_factory=lambda: Path.home() / ".cache", validation_alias="XDG_CACHE_HOME"
    )
    """Fetched models are kept in `dezhurny/models` under it."""


class LlmSettings(BaseSettings):
    model_config = _config("LLM_")

    provider: Provider | None = None
    """Unset: whichever has a key, else the local model."""
    fallback: Annotated[tuple[Provider, ...], NoDecode] = ()
    """Tried in this order when the first one fails; separated by commas."""
    temperature: float = Field(0.0, ge=0, le=2)
    top_p: float = Field(1.0, gt=0, le=1)
    seed: int = 7
    max_tokens: int = Field(400, ge=16, le=8_000)
    deadline_s: float = Field(45, gt=0)
    """From the first byte sent to the last byte read, all fallbacks together."""
    breaker_failures: int = Field(3, ge=1)
    breaker_pause_s: float = Field(20, gt=0)

    @field_validator("fallback", mode="before")
    @classmethod
    def split_names(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(name.strip() for name in value.split(",") if name.strip())
        return value


class VoiceSettings(BaseSettings):
    model_config = _config("VOICE_")

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


class Settings(BaseSettings):
    """The whole configuration. Build it with `load_settings`."""

    model_config = _config()

    redis_url: str | None = None
    """Unset: an embedded server in `data_dir`."""
    database_url: str | None = None
    """Unset: SQLite in `data_dir`."""
    data_dir: Path = Path("var")
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
            parts = _parts(value, "redis", "rediss")
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
    if settings.redis_url is None or settings.database_url is None or settings.needs_local_model:
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


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


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
