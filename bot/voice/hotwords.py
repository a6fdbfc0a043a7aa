"""The names that customers of one tenant may say, as the phrase that recognition is told to expect."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

_NAME: Final = re.compile(r"[A-Z]|\d|[А-ЯЁ]")
_LATIN: Final = re.compile(r"[A-Za-z0-9]")
_CODE: Final = re.compile(r"[A-Z0-9+ -]+[a-z]?")
_SAID: Final = re.compile(r"[а-яё][а-яё -]*")
_MOST_LETTERS: Final = 300
"""The model hears with 223 tokens of hints at most, of two letters each; and each name dims the others."""


def hotword_phrase(names: Mapping[str, Sequence[str]]) -> str:
    """Every proper name once, as it is said, in the order of the lexicon; cut at the last one that fits.

    Latin letters would make the model hear abbreviations in plain speech («Обоз» as ABOS), so that a spoken
    form stands for them: of a code the longest, «цэ сто восемьдесят» for C 180, else the first.
    """
    kept: list[str] = []
    for name, others in names.items():
        if not _NAME.match(name):
            continue
        said = _said(name, others)
        if said in kept:
            continue
        if sum(map(len, kept)) + 2 * len(kept) + len(said) > _MOST_LETTERS:
            break
        kept.append(said)
    return ", ".join(kept)


def _said(name: str, others: Sequence[str]) -> str:
    spoken = [other for other in others if _SAID.fullmatch(other)]
    if not spoken or not _LATIN.search(name):
        return name
    return max(spoken, key=lambda other: other.count(" ")) if _CODE.fullmatch(name) else spoken[0]
