"""The names that customers of one tenant may say, as the phrase that recognition is told to expect."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

_NAME: Final = re.compile(r"[A-Z]|\d")
_MOST_LETTERS: Final = 420
"""The model hears with 223 tokens of hints at most; a name in Cyrillic has one for every two letters."""


def hotword_phrase(lexicon: Mapping[str, Sequence[str]], names: Iterable[str] = ()) -> str:
    """Proper names first, what is sold before the rest, each once; cut at the last name that fits."""
    terms = [*names, *(term for term in lexicon if _NAME.search(term))]
    terms += [term for term in lexicon if term[:1].isupper()]
    kept: list[str] = []
    for term in dict.fromkeys(terms):
        if sum(map(len, kept)) + 2 * len(kept) + len(term) > _MOST_LETTERS:
            break
        kept.append(term)
    return ", ".join(kept)
