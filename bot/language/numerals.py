"""Number words read as digits: «шесть миллионов» is 6000000, «пятилетняя» is 5 летняя."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

from bot.data_files import read_data

_WORD = re.compile(r"[a-zа-я]+")
_COMPOUND_END = r"(?:летн|процентн|месячн|дневн|недельн|минутн|часов|кратн|рублев)"
_ANY_COMPOUND = re.compile(rf"[а-я]{_COMPOUND_END}")
SPELT = "\u2063"
"""Stands behind a number that was written in words, so that «один из нас» can be told from «1 из нас»."""


@lru_cache(maxsize=512)
def spell_out(text: str) -> str:
    """The lower-case text with its number words as digits."""
    if _ANY_COMPOUND.search(text):
        text = _compounds().sub(lambda found: f"{_read([found[1]])}{SPELT} {found[2]}", text)
    if _numbers().keys().isdisjoint(words := _WORD.findall(text)) and _scales().keys().isdisjoint(words):
        return text
    pieces: list[str] = []
    run: list[str] = []
    run_from = kept_to = end = 0
    for found in _WORD.finditer(text):
        known = found[0] in _numbers() or (found[0] in _scales())
        joins = bool(run) and text[end : found.start()] in (" ", "-")
        if run and not (known and joins):
            pieces += [text[kept_to:run_from], _read(run), SPELT]
            kept_to, run = end, []
        if known and (run or found[0] in _numbers() or not _follows_digit(text, found.start())):
            if not run:
                run_from = found.start()
            run.append(found[0])
            end = found.end()
    if run:
        pieces += [text[kept_to:run_from], _read(run), SPELT]
        kept_to = end
    return "".join((*pieces, text[kept_to:]))


def number_words() -> Mapping[str, float]:
    """The lower-case words that are digits, tens and hundreds, with what they are."""
    return _spoken()


def _follows_digit(text: str, at: int) -> bool:
    """«10 тысяч»: the scale belongs to a number in digits."""
    return text[:at].rstrip(" -")[-1:].isdigit()


def _read(words: list[str]) -> str:
    total, group = 0.0, 0.0
    for word in words:
        scale = _scales().get(word)
        if scale is None:
            group += _numbers()[word]
        elif scale == 100:
            group = (group or 1) * 100
        else:
            total, group = total + (group or 1) * scale, 0.0
    return f"{total + group:g}" if (total + group) % 1 else str(int(total + group))


@cache
def _data() -> dict[str, dict[float, list[str]]]:
    loaded: dict[str, dict[float, list[str]]] = read_data(Path(__file__).with_name("numerals.yaml"))
    return loaded


@cache
def _numbers() -> dict[str, float]:
    return {word: value for value, words in _data()["numbers"].items() for word in words}


@cache
def _spoken() -> dict[str, float]:
    hundred = {word: value for word, value in _scales().items() if value == 100}
    return {word: value for word, value in (_numbers() | hundred).items() if value < 1_000 and value % 1 == 0}


@cache
def _scales() -> dict[str, float]:
    return {word: value for value, words in _data()["scales"].items() for word in words}


@cache
def _compounds() -> re.Pattern[str]:
    stems = "|".join(sorted(_numbers(), key=len, reverse=True))
    return re.compile(rf"\b({stems})({_COMPOUND_END}\w*)")
