"""The same question as other people would type it: with typos, other commas, other letter case."""

import random
import re
from collections.abc import Callable, Mapping

_LONG_WORD = re.compile(r"[а-яёa-z]{5,}", re.IGNORECASE)
_PUNCTUATION = re.compile(r"[,;:!?.…—«»\"]+(?=\s|$)|(?<=\s)[—«\"]")


def typo(text: str, draw: random.Random) -> str:
    """One slip of the finger inside a long word: two letters swapped, one doubled or one left out."""
    places = list(_LONG_WORD.finditer(text))
    if not places:
        return text
    word = draw.choice(places)
    at = draw.randrange(word.start() + 1, word.end() - 2)
    pair = text[at : at + 2]
    slip = draw.choice((pair[::-1], pair[0] * 2 + pair[1], pair[0]))
    return text[:at] + slip + text[at + 2 :]


def other_commas(text: str, draw: random.Random) -> str:
    """Without its punctuation; one that has none gets a comma and a question mark too many."""
    bare = " ".join(_PUNCTUATION.sub(" ", text).split())
    if bare != text:
        return bare
    words = text.split()
    at = draw.randrange(1, len(words)) if len(words) > 1 else len(words)
    return " ".join([*words[:at], ",", *words[at:], "??"]).replace(" ,", ",").replace(" ??", "??")


def other_case(text: str, draw: random.Random) -> str:
    """All small, all capitals, or every word begun with a capital: one that the text is not."""
    forms = [form for form in (text.lower(), text.upper(), text.title()) if form != text]
    return draw.choice(forms) if forms else text


WAYS: Mapping[str, Callable[[str, random.Random], str]] = {
    "typos": typo,
    "commas": other_commas,
    "case": other_case,
}
