"""Number words read as digits: «шесть миллионов» is 6000000, «пятилетняя» is 5 летняя."""

import re
from collections.abc import Iterator, Mapping
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
    """The lower-case text with its number words as digits. «Два двадцать» are two numbers."""
    if _ANY_COMPOUND.search(text):
        text = _compounds().sub(lambda found: f"{_read([found[1]])}{SPELT} {found[2]}", text)
    words = _WORD.findall(text)
    if _numbers().keys().isdisjoint(words) and _scales().keys().isdisjoint(words):
        return text
    pieces: list[str] = []
    kept_to = 0
    for run in _runs(text):
        pieces += [text[kept_to : run[0].start()], _read([word[0] for word in run]), SPELT]
        kept_to = run[-1].end()
    return "".join((*pieces, text[kept_to:]))


def _runs(text: str) -> Iterator[list[re.Match[str]]]:
    """The words of each number, one after the other."""
    run: list[re.Match[str]] = []
    for found in _WORD.finditer(text):
        if run and _goes_on(run, found):
            run.append(found)
            continue
        if run:
            yield run
        is_scale = found[0] in _scales() and not _follows_digit(text, found.start())
        run = [found] if found[0] in _numbers() or is_scale else []
    if run:
        yield run


def _goes_on(run: list[re.Match[str]], found: re.Match[str]) -> bool:
    """Whether a word belongs to the number before it: hundreds, then tens, then ones."""
    last = run[-1]
    if found.string[last.end() : found.start()] not in (" ", "-"):
        return False
    value = _numbers().get(found[0])
    if value is None:
        return found[0] in _scales()
    before = _scales().get(last[0]) or _numbers()[last[0]]
    return value < 10 if 20 <= before < 100 else before >= 100 and value < before


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
