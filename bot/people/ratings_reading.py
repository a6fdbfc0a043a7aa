"""Whether the words after a rating are about it, or the person simply goes on talking."""

import re
from functools import cache
from pathlib import Path

from bot.data_files import read_data
from bot.language.folding import plain
from bot.understanding.messages import small_talk

LONGEST_WORDS = 1_000
_WORD = re.compile(r"\w+")


def reads_as_opinion(text: str) -> bool:
    """Whether the message is plainly no question, request, command, number to be called at or small talk."""
    said = plain(text).strip()
    if not said or len(said) > LONGEST_WORDS or "?" in said or said.startswith("/"):
        return False
    if small_talk(text) is not None:
        return False
    words = _WORD.findall(said)
    if not words or all(word.isdigit() for word in words):
        return False
    return _asking().search(said) is None


@cache
def _asking() -> re.Pattern[str]:
    data = read_data(Path(__file__).with_name("ratings.yaml"))
    first = "|".join(data["asks_at_the_start"])
    anywhere = "|".join(data["asks_anywhere"])
    return re.compile(rf"^\W*(?:{data['before']}\s+)*(?:{first})\b|\b(?:{anywhere})\b")
