"""The dictionary's readings of many words in a file: to look one up takes a tenth of a millisecond."""

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog

log = structlog.get_logger()

Reading = tuple[str, float, frozenset[str]]
"""What a word may be a form of, how likely that is, and its grammar."""


def load_readings(file: Path, version: str) -> dict[str, tuple[Reading, ...]]:
    """What was kept by the same version of the dictionary; nothing where the file is missing or broken."""
    try:
        kept = json.loads(file.read_bytes())
        if kept["version"] != version:
            return {}
        grammars = [frozenset(map(str, grammar)) for grammar in kept["grammars"]]
        return {
            str(word): tuple((str(form), float(score), grammars[place]) for form, score, place in readings)
            for word, readings in kept["words"].items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        log.warning("kept_readings_ignored", error=type(error).__name__)
        return {}


def save_readings(file: Path, version: str, words: dict[str, tuple[Reading, ...]]) -> None:
    """Replace the file whole. Where it cannot be written, the next start is slower, and nothing else."""
    grammars: dict[frozenset[str], int] = {}
    written: dict[str, Any] = {
        word: [
            (form, score, grammars.setdefault(grammar, len(grammars))) for form, score, grammar in readings
        ]
        for word, readings in words.items()
    }
    kept = {"version": version, "grammars": [sorted(grammar) for grammar in grammars], "words": written}
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=file.parent, prefix=file.name)
        try:
            with open(number, "w", encoding="utf-8") as opened:
                json.dump(kept, opened, ensure_ascii=False, separators=(",", ":"))
            os.replace(name, file)
        except OSError:
            with suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        log.warning("readings_not_kept", error=type(error).__name__)
