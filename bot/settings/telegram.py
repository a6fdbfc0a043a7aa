"""How Telegram is reached."""

import re
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

from bot.settings.checks import HttpUrl, config_of, is_loopback, parts_of

_SECRET_PATH = "/telegram/webhook"


class TelegramSettings(BaseSettings):
    model_config = config_of("TELEGRAM_")

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
            parts = parts_of(value.get_secret_value(), "http", "socks4", "socks5")
            if parts is None or parts.port is None:
                raise ValueError("must look like http://host:3128 or socks5://user:password@host:1080")
        return value

    @field_validator("webhook_url")
    @classmethod
    def is_public(cls, value: str | None) -> str | None:
        """Telegram pushes to https only; a Bot API server on this machine may push without."""
        if value is not None and parts_of(value, "https") is None:
            parts = parts_of(value, "http")
            if parts is None or not is_loopback(str(parts.hostname)):
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
