"""How people ask for what is kept about them, to be forgotten, or for no news: in commands and in words."""

import re
from collections.abc import Mapping
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
    polite, meanings = _patterns()
    words = _NOT_WORDS.sub(" ", text.lower().replace("ё", "е")).strip()
    words = " ".join(polite.sub(" ", words).split())
    return next((wanted for wanted, pattern in meanings.items() if pattern.fullmatch(words)), None)


@cache
def _patterns() -> tuple[re.Pattern[str], Mapping[OwnData, re.Pattern[str]]]:
    data = read_data(_DATA)
    polite = re.compile(rf"\b(?:{data['polite'].replace(' |', '|').replace('| ', '|')})\b")
    meanings = {OwnData.FORGET: "forget", OwnData.PRIVACY: "show", OwnData.NEWS: "news"}
    return polite, {wanted: re.compile("|".join(data[name])) for wanted, name in meanings.items()}
