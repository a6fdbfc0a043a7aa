"""Whether a message ends the talk: «спасибо, до свидания», and not «до свидания... а сколько стоит?»."""

import re
from collections.abc import Mapping, Sequence
from enum import Enum, auto
from functools import cache
from pathlib import Path
from typing import Any

from bot.data_files import read_data
from bot.language.folding import plain

_WORD = re.compile(r"\w+")
_LABEL = re.compile(r"\[[^\[\]\n]{1,20}\]")
"""What stands for somebody's name where personal data is masked."""
_MOST_WORDS = 24
_DATA = Path(__file__).with_name("goodbyes.yaml")


class _Class(Enum):
    """What a phrase does to the question whether the talk is over."""

    GOODBYE = auto()
    NEARLY = auto()
    """Ends it beside thanks."""
    AWHILE = auto()
    """A goodbye at the end, or before another phrase of politeness: else «for the time being»."""
    THANKS = auto()
    ADDRESS = auto()
    NEUTRAL = auto()


def says_goodbye(text: str) -> bool:
    """Whether the message takes leave and asks for nothing."""
    if "?" in text:
        return False
    written = _WORD.findall(_LABEL.sub("", text))
    words = [plain(word) for word in written]
    if not words or len(words) > _MOST_WORDS:
        return False
    classes = _classes(words, written)
    return _is_thankful_leave(words) if classes is None else _is_leave(classes)


def _is_thankful_leave(words: Sequence[str]) -> bool:
    """«Спасибо, очень интересно рассказали, до свидания»: nothing is asked, and the end is plain."""
    said = " ".join(words)
    end = _sure_end().search(said)
    before = "" if end is None else said[: end.start()]
    is_thanked = any(
        kind is _Class.THANKS and f" {' '.join(phrase)} " in f" {before} "
        for word in before.split()
        for phrase, kind in _phrases().get(word, ())
    )
    return is_thanked and _asking().search(before) is None


def _is_leave(classes: Sequence[_Class]) -> bool:
    following = [*classes[1:], None]
    if any(one is _Class.AWHILE and not _ends(then) for one, then in zip(classes, following, strict=True)):
        return False
    is_thanked = _Class.THANKS in classes and _Class.NEARLY in classes
    return is_thanked or _Class.GOODBYE in classes or _Class.AWHILE in classes


def _ends(following: _Class | None) -> bool:
    return following not in (_Class.NEARLY, _Class.NEUTRAL)


def _classes(words: Sequence[str], written: Sequence[str]) -> list[_Class] | None:
    """The phrases that the words are made of, the longest that fits each time; None: a word is left."""
    classes: list[_Class] = []
    at = 0
    while at < len(words):
        known = _phrases().get(words[at], ())
        fits = next((pair for pair in known if tuple(words[at : at + len(pair[0])]) == pair[0]), None)
        if fits is None:
            if not _is_name(written[at], classes):
                return None
            fits = ((words[at],), _Class.ADDRESS)
        classes.append(fits[1])
        at += len(fits[0])
    return classes


def _is_name(word: str, before: Sequence[_Class]) -> bool:
    """«До свидания, Анна»: a word with a capital, behind the goodbye or thanks."""
    is_behind = bool(before) and before[-1] in (_Class.GOODBYE, _Class.AWHILE, _Class.THANKS)
    return is_behind and word.isalpha() and word.istitle()


@cache
def _sure_end() -> re.Pattern[str]:
    data = _own()
    ends = "|".join(map(plain, data["surely"]))
    return re.compile(rf"\b(?:{ends})(?: (?:{'|'.join(map(plain, data['address']))}))?$")


@cache
def _asking() -> re.Pattern[str]:
    return re.compile(_own()["asks"])


@cache
def _own() -> Mapping[str, Any]:
    data: Mapping[str, Any] = read_data(_DATA)
    return data


@cache
def _phrases() -> Mapping[str, Sequence[tuple[tuple[str, ...], _Class]]]:
    """Each phrase with its class, the longest first, by their first words."""
    small_talk: Mapping[str, Sequence[str]] = read_data(Path(__file__).with_name("small_talk.yaml"))
    own = _own()
    listed = [
        (_Class.AWHILE, own["awhile"]),
        (_Class.GOODBYE, own["done"]),
        (_Class.GOODBYE, small_talk["bye"]),
        (_Class.NEARLY, own["nearly"]),
        (_Class.THANKS, (*small_talk["thanks"], *own["refusing"])),
        (_Class.ADDRESS, own["address"]),
        (_Class.NEUTRAL, small_talk["ok"]),
        (_Class.NEUTRAL, own["neutral"]),
        (_Class.NEUTRAL, own["filler"]),
    ]
    known: dict[tuple[str, ...], _Class] = {}
    for kind, listed_phrases in listed:
        for phrase in listed_phrases:
            known.setdefault(tuple(plain(str(phrase)).split()), kind)
    by_first: dict[str, list[tuple[tuple[str, ...], _Class]]] = {}
    for words, kind in sorted(known.items(), key=lambda pair: -len(pair[0])):
        by_first.setdefault(words[0], []).append((words, kind))
    return by_first
