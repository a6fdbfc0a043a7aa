"""How people ask for what is kept about them, or to be forgotten: in commands and in words."""

import re
from enum import StrEnum
from functools import cache
from pathlib import Path

from bot.data_files import read_data

_DATA = Path(__file__).with_name("words.yaml")
_NOT_WORDS = re.compile(r"[\W_]+")
_LONGEST = 120
"""A longer message says something else besides."""


class OwnData(StrEnum):
    """What somebody wants with their own data."""

    PRIVACY = "/privacy"
    MY_DATA = "/mydata"
    FORGET = "/forget"
    NEWS = "/news"


def own_data_in(text: str) -> OwnData | None:
    """What the whole message asks for; None: it is about something else."""
    command = text.partition(" ")[0].partition("@")[0].lower()
    if command in tuple(OwnData):
        return OwnData(command)
    if not text or len(text) > _LONGEST or text.startswith("/"):
        return None
    polite, forget, show = _patterns()
    words = _NOT_WORDS.sub(" ", text.lower().replace("ё", "е")).strip()
    words = " ".join(polite.sub(" ", words).split())
    if forget.fullmatch(words):
        return OwnData.FORGET
    return OwnData.PRIVACY if show.fullmatch(words) else None


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    data = read_data(_DATA)
    polite = re.compile(rf"\b(?:{data['polite'].replace(' |', '|').replace('| ', '|')})\b")
    return polite, re.compile("|".join(data["forget"])), re.compile("|".join(data["show"]))
