"""Words of people within a text of ours: shown sign by sign, whatever Markdown they look like."""

import re

_SIGNS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&])")


def literal(words: str) -> str:
    """One line of Markdown that reads exactly like the words."""
    return _SIGNS.sub(r"\\\1", " ".join(words.split()))
