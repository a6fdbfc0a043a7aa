"""What every group of settings checks its addresses and keys with."""

import ipaddress
import re
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, SecretStr
from pydantic_settings import SettingsConfigDict


def parts_of(url: str, *schemes: str) -> SplitResult | None:
    """The parts of an address that has one of the schemes, a host and no odd port; else None."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for an odd one, and its message quotes what may be a password
    except ValueError:
        return None
    return parts if parts.scheme in schemes and parts.hostname and url.isprintable() else None


def _http_url(value: str) -> str:
    if parts_of(value, "http", "https") is None:
        raise ValueError("must look like https://host/path")
    return value


def _printable(value: SecretStr) -> SecretStr:
    """What goes into a header: no spaces, no letters beyond ASCII."""
    if not re.fullmatch("[!-~]+", value.get_secret_value()):
        raise ValueError("must be Latin letters, digits and signs, without spaces")
    return value


def _fernet_keys(value: SecretStr) -> SecretStr:
    if not all(
        re.fullmatch("[A-Za-z0-9_-]{43}=", key.strip()) for key in value.get_secret_value().split(",")
    ):
        raise ValueError("must be keys by commas, each as `python -m bot keys new` prints it")
    return value


HttpUrl = Annotated[str, AfterValidator(_http_url)]
DataKeys = Annotated[SecretStr, AfterValidator(_fernet_keys)]
Key = Annotated[SecretStr, AfterValidator(_printable)]


def config_of(prefix: str = "") -> SettingsConfigDict:
    return SettingsConfigDict(
        env_prefix=prefix, env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True
    )


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
