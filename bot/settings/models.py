"""The language models, and how they are asked."""

import ssl
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode

from bot.settings.checks import HttpUrl, Key, config_of

Provider = Literal["local", "openai", "gigachat"]


class OpenAISettings(BaseSettings):
    model_config = config_of("OPENAI_")

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
    model_config = config_of("GIGACHAT_")

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
    model_config = config_of("LOCAL_")

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
    model_config = config_of("LLM_")

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
