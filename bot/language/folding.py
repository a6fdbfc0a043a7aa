"""One spelling for signs that look alike, so that no check is passed by writing the same thing otherwise."""

import re
import unicodedata
from functools import lru_cache

_ZERO_WIDTH = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe0e\ufe0f\ufeff]"
)
_DASHES = re.compile(r"[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_SPACES = re.compile(r"[^\S\n ]")
_RAISED = re.compile(r"[²³¹]|\d\ufe0f?\u20e3")
_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")
_UNMARKED = re.compile(r"[\x00-\x7fА-яЁё«»“”„—–…№₽°]*")


@lru_cache(maxsize=512)
def fold(text: str) -> str:
    """The text as a reader sees it: NFKC, plain digits, spaces and dashes, nothing invisible."""
    if text.isascii():
        return text
    folded = unicodedata.normalize("NFKC", _RAISED.sub(" ", _ZERO_WIDTH.sub("", text)))
    folded = _SPACES.sub(" ", _DASHES.sub("-", folded))
    return _FOREIGN_DIGIT.sub(lambda found: str(unicodedata.digit(found[0])), folded)


@lru_cache(maxsize=512)
def plain(text: str) -> str:
    """The folded text in lower case, without marks over, under or through its letters, with е for ё."""
    folded = fold(text).lower()
    if not _UNMARKED.fullmatch(folded):
        parts = unicodedata.normalize("NFD", folded.replace("й", "\0"))
        kept = "".join(sign for sign in parts if not unicodedata.category(sign).startswith("M"))
        folded = unicodedata.normalize("NFC", kept).replace("\0", "й")
    return folded.replace("ё", "е")


def fold_sign(sign: str) -> str:
    """One sign as one sign, or none where it cannot be seen: for whoever must keep positions."""
    folded = " " if sign.isspace() and sign != "\n" else fold(sign)
    return folded if len(folded) <= 1 else sign
