"""Messages that are nothing but a command in words: «начать заново», «меню»."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from bot.data_files import read_data
from bot.domain import COMMANDS, UtteranceKind
from bot.language.folding import plain

_WORD = re.compile(r"\w+")
_POLITE = frozenset(("пожалуйста", "плиз", "please"))


def command_in_words(text: str) -> UtteranceKind | None:
    """What the whole message wants done; None: it is no command."""
    words = [word for word in _WORD.findall(plain(text)) if word not in _POLITE]
    return _phrases().get(" ".join(words))


@cache
def _phrases() -> Mapping[str, UtteranceKind]:
    listed: Mapping[str, list[str]] = read_data(Path(__file__).with_suffix(".yaml"))
    return {
        plain(phrase): COMMANDS[f"/{command}"] for command, phrases in listed.items() for phrase in phrases
    }
