"""A question in words and numbers, as the reading of the table's questions needs them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.language.dictionary import dictionary_forms, every_form
from bot.language.folding import fold
from bot.language.numerals import SPELT, spell_out

_TOKEN = re.compile(
    r"(?P<number>(?P<grouped>[1-9]\d{0,2}(?:,\d{3})+(?![\d,.])(?! ?(?:м[ил]|лям|лимон|m(?:ln|ill)|[mlл]\b)))"
    r"|\d{1,3}(?: \d{3}){2,}(?!\d)|\d{1,3} (?:000|500)(?!\d)|\d+(?:[.,]\d+)?)"
    rf"(?P<spelt>{SPELT})?"
    r"|[a-z]+|[а-я]+|[₽$€]"
)
_AND_A_HALF = re.compile(rf"(\d+){SPELT}? с половиной(?: (1000000|1000){SPELT}?)?")
_HALF = re.compile(r"\bпол[- ]?(?=(?:миллион|млн|лям|лимон)\w*)")
_LABEL = re.compile(r"\[[A-Z]+_\d+\]")
"""Where personal data stood."""
_JOINING = re.compile(r"[ \-./]{0,3}")
_LIKE_LATIN = str.maketrans("авекмнорстух", "abekmhopctyx")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a number. `forms`: what the word may be a form of, the likeliest first."""

    raw: str
    forms: tuple[str, ...]
    number: float | None = None
    before: str = " "
    """What stands between this token and the one before it."""

    @property
    def joins(self) -> bool:
        """Whether it may be one name with the token before it."""
        return _JOINING.fullmatch(self.before) is not None

    def is_any(self, words: frozenset[str]) -> bool:
        return self.raw in words or not words.isdisjoint(self.forms)


def tokenise(text: str) -> list[Token]:
    """The tokens of a text, in lower case, with е for ё and number words as numbers."""
    return list(_tokenised(text[:2_000]))


@lru_cache(maxsize=256)
def _tokenised(text: str) -> tuple[Token, ...]:
    return tuple(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    text = _LABEL.sub(" ", text)
    spelt = spell_out(_HALF.sub("0.5 ", fold(text).lower().replace("ё", "е")))
    plain = _AND_A_HALF.sub(_with_half, spelt)
    end = 0
    for found in _TOKEN.finditer(plain):
        before, end = plain[end : found.start()], found.end()
        if found["number"] is None:
            yield Token(found[0], _forms(found[0]), before=before)
        else:
            number = _number(found["number"], is_grouped=found["grouped"] is not None)
            raw = f"{number:.12g}"
            yield Token(raw, (raw,), number=number, before=before)


def _number(written: str, *, is_grouped: bool) -> float:
    """«4,5» is a fraction, «30,000» is not."""
    digits = written.replace(" ", "")
    return float(digits.replace(",", "" if is_grouped else "."))


def _with_half(found: re.Match[str]) -> str:
    number = (int(found[1]) + 0.5) * (int(found[2]) if found[2] else 1)
    return f"{number:.12g}"


@lru_cache(maxsize=20_000)
def _forms(word: str) -> tuple[str, ...]:
    if not "а" <= word[0] <= "я":
        ends = [end for end in ("s", "es", "er", "est") if word.endswith(end) and len(word) > len(end) + 2]
        return (word, *(word.removesuffix(end) for end in ends))
    likely = dictionary_forms(word)
    # «белые» is a noun to the dictionary first: the table's names decide, so every reading is kept.
    return tuple(dict.fromkeys((*likely, *every_form(word))))


def keys_of(tokens: list[Token]) -> list[str]:
    """How a run of tokens may be written as one name: as it stands, and by dictionary forms."""
    keys = {"".join(token.raw for token in tokens): None}
    firsts = [token.forms[0] for token in tokens]
    keys["".join(firsts)] = None
    if len(tokens) <= 3:
        for place, token in enumerate(tokens):
            for form in (token.raw, *token.forms[1:4]):
                keys["".join((*firsts[:place], form, *firsts[place + 1 :]))] = None
    return list(keys)


def skeleton(key: str) -> str:
    """The key with Latin letters for the Cyrillic ones that look the same."""
    return key.translate(_LIKE_LATIN)
