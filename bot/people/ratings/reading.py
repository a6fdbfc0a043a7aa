"""Whether the words after a rating are about it, or the person simply goes on talking."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from bot.data_files import read_data
from bot.language.folding import plain
from bot.texts.catalogue import Text
from bot.understanding.messages import small_talk

LONGEST_WORDS = 1_000
_TALK = (Text.SMALL_TALK_HELLO, Text.SMALL_TALK_BYE, Text.SMALL_TALK_WHO)
"""Thanks and praise may well be about the score."""
_TYPED = re.compile(r"\s*([0-9]{1,2})(?:\s*(?:/|из|out of)\s*10)?[\s.!)]*")
_WORD = re.compile(r"\w+")


def score_in(text: str) -> int | None:
    """«9», «9/10», «9 из 10», and nothing else."""
    found = _TYPED.fullmatch(plain(text))
    return None if found is None else int(found[1])


def reads_as_opinion(text: str) -> bool:
    """Whether the message is plainly no question, request, command, number to be called at or small talk."""
    said = plain(text).strip()
    if not said or len(said) > LONGEST_WORDS or "?" in said or said.startswith("/"):
        return False
    words = _WORD.findall(said)
    if not words or all(word.isdigit() or word in _acknowledged() for word in words):
        return False
    if small_talk(text) in _TALK:
        return False
    return _asking().search(said) is None


@cache
def _acknowledged() -> frozenset[str]:
    return frozenset(plain(str(word)) for word in _data()["acknowledged"])


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = read_data(Path(__file__).with_name("ratings.yaml"))
    return data


@cache
def _asking() -> re.Pattern[str]:
    data = _data()
    first = "|".join(data["asks_at_the_start"])
    anywhere = "|".join(data["asks_anywhere"])
    return re.compile(rf"^\W*(?:{data['before']}\s+)*(?:{first})\b|\b(?:{anywhere})\b")
