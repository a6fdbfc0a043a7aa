"""How people write what is personal, as data."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def phrasebook() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("personal.yaml").read_text(encoding="utf-8")
    )
    return data
