"""How people write what is personal, as data."""

from functools import cache
from pathlib import Path
from typing import Any

from bot.data_files import read_data


@cache
def phrasebook() -> dict[str, Any]:
    data: dict[str, Any] = read_data(Path(__file__).with_name("personal.yaml"))
    return data
