"""Structured logs: one JSON line an event, for this program's own loggers and those of its libraries."""

import json
import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRETS = re.compile(
    r"\d{6,}:[A-Za-z0-9_-]{30,}|(?<=[Bb]earer )[\w.\-]+|(?<=Basic )[\w=+/]+|(?<=://)[^/@\s:]*:[^/@\s]+(?=@)"
)
"""Bot tokens, authorization headers, and passwords within addresses."""


_NOISY = (
    "aiogram.event",
    "pymorphy3",
    "httpx",
    "httpcore",
    "httpx2",
    "aiohttp.access",
    "apscheduler",
    "alembic",
    "openai",
    "telegram",
)


def configure_logs(level: str, *, process: str) -> None:
    """Send everything to standard error. `process` names this one in each line.

    This program's own lines do not take the way through `logging`, which doubles what each of them costs.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _scrub,
    ]
    renderer = structlog.processors.JSONRenderer(serializer=_as_json)
    structlog.contextvars.bind_contextvars(process=process)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _scrub, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)


_JSON = json.JSONEncoder(ensure_ascii=False, default=repr)


def _as_json(event: MutableMapping[str, Any], **_: Any) -> str:
    return _JSON.encode(event)


def _scrub(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Black out secrets, wherever in a line they are."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = _SECRETS.sub("***", value)
    return event
