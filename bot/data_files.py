"""The data that stand beside the code as YAML."""

from pathlib import Path
from typing import Any

import yaml

_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Written in C where PyYAML has them: ten times as fast, and every process reads these files at its start."""


def read_data(file: Path) -> Any:
    """What the file holds."""
    return yaml.load(file.read_text(encoding="utf-8"), _SAFE)


def read_plain_data(file: Path) -> Any:
    """What the file holds, with every scalar as text."""
    return yaml.load(file.read_text(encoding="utf-8"), _PLAIN)
