"""Whether a text put into other words still says the same. What cannot be told counts as different."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from bot.data_files import read_data
from bot.language.folding import fold
from bot.language.numerals import spell_out
from bot.language.quantities import value_of

_GROUPED = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_LIMITED = re.compile(r"\b(от|до|после|более|менее|больше|меньше|около|свыше)\s+(?:\w+\s+)?(\d+)")
_NEGATION = re.compile(
    r"\b(?:не|нет|нельзя|без|ни|никак\w*|невозможно|not?|never|cannot|can't|don't|without)\b"
)
_DENIED = re.compile(r"\b(?:не|без|кроме)\s+(?:(?:в|на|с|к|из|от|до|по|у|о|за|для|the)\s+)?(\w+)")
_LATIN_NAME = re.compile(r"\b[a-z][a-z-]*\b")
_WORD = re.compile(r"[а-я]+")
_STEM = 5
_SHORTEST = 3


def unfaithful_phrasing(draft: str, phrased: str, question: str = "") -> str:
    """Why `phrased` must not stand for `draft`, or "" when it says the same.

    The same numbers in the same order with the same limits, the same Latin names, the same denied, and no
    word that neither the draft nor the question has; what turns the meaning must stand in the draft.
    """
    before, after = _plain(draft), _plain(phrased)
    if _numbers(before) != _numbers(after) or _LIMITED.findall(before) != _LIMITED.findall(after):
        return "numbers differ"
    if set(_LATIN_NAME.findall(before)) != set(_LATIN_NAME.findall(after)):
        return "names differ"
    if len(_NEGATION.findall(before)) != len(_NEGATION.findall(after)) or _denied(before) != _denied(after):
        return "negations differ"
    if not 0.4 <= len(phrased) / max(1, len(draft)) <= 2.0:
        return "length differs"
    added = _added(_WORD.findall(before), _WORD.findall(after), _WORD.findall(_plain(question)))
    return f"words added: {', '.join(added)}" if added else ""


def _plain(text: str) -> str:
    """Lower case, number words as digits, «6 000 000» as «6000000»."""
    return _GROUPED.sub("", spell_out(fold(text).lower().replace("ё", "е")).replace("\u2063", ""))


def _numbers(plain: str) -> list[float | str]:
    return [found if ":" in found else value_of(found) for found in _NUMBER.findall(plain)]


def _denied(plain: str) -> list[str]:
    return sorted(found[:4] for found in _DENIED.findall(plain))


def _added(draft: list[str], phrased: list[str], question: list[str]) -> list[str]:
    """The words of the phrasing that come from nowhere, in order."""
    known, asked = set(draft), set(question)
    added = []
    for word in dict.fromkeys(phrased):
        if word in known or _has_like(word, known):
            continue
        decisive = _matches(word, "decisive")
        if decisive or not (_matches(word, "polite") or any(_is_form(word, other) for other in asked)):
            added.append(word)
    return added


def _has_like(word: str, others: set[str]) -> bool:
    """Whether one of the others is a form of the word, or one that may stand for it."""
    return any(_is_form(word, other) for other in others) or not _same(word).isdisjoint(others)


def _is_form(word: str, other: str) -> bool:
    """A crude stem: the beginnings are the same, so that «бесплатный» is no form of «платный»."""
    length = max(_SHORTEST, min(_STEM, max(len(word), len(other)) - 2))
    return word[:length] == other[:length] and min(len(word), len(other)) >= length


def _matches(word: str, kind: str) -> bool:
    whole, beginnings = _words()[kind]
    return word in whole or word.startswith(beginnings)


@cache
def _same(word: str) -> frozenset[str]:
    """The others of its groups; a group is no bridge to another one."""
    return frozenset(other for group in _data()["same"] if word in group.split() for other in group.split())


@cache
def _words() -> dict[str, tuple[frozenset[str], tuple[str, ...]]]:
    split = {kind: _data()[kind].split() for kind in ("polite", "decisive")}
    return {
        kind: (frozenset(words), tuple(word[:-1] for word in words if word.endswith("*")))
        for kind, words in split.items()
    }


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = read_data(Path(__file__).with_name("phrasing.yaml"))
    return data
