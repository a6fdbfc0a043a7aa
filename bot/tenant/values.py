"""The values that tenant files hold, each with a sentence for what is not one."""

import re
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from bot.tenant.phones import is_phone

_RUNAWAY = re.compile(r"\((?:[^()\\]|\\.)*(?:[+*]|\{\d+,\d*\})(?:[^()\\]|\\.)*\)(?:[+*]|\{\d+,\d*\})")


def _phone(value: str) -> str:
    if not is_phone(value):
        raise ValueError(f'"{value}" is not a phone number; write it as +7 (495) 000-12-34')
    return value


def _email(value: str) -> str:
    if not re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", value):
        raise ValueError(f'"{value}" is not an email address')
    return value


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError as error:
        raise ValueError(f'"{value}" is not an address: {error}') from error
    if parts.scheme not in ("http", "https") or "." not in (parts.hostname or "") or re.search(r"\s", value):
        raise ValueError(f'"{value}" is not an address that begins with https://')
    return value


def _telegram(value: str) -> str:
    if not re.fullmatch(r"@[A-Za-z]\w{3,31}", value):
        raise ValueError(f'"{value}" is not a Telegram name such as @example')
    return value


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f'there is no time zone "{value}"; write it as Europe/Moscow') from error
    return value


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f'"{value}" is not a regular expression: {error}') from error
    if _RUNAWAY.search(value):
        raise ValueError(f'"{value}" repeats a group that repeats itself: on some texts it takes forever')
    return value


TelegramName = Annotated[str, AfterValidator(_telegram)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Phone = Annotated[str, AfterValidator(_phone)]
Email = Annotated[str, AfterValidator(_email)]
Url = Annotated[str, AfterValidator(_url)]
TenantName = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
