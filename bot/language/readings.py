"""What the words of a text may be meant to be, when letters are swapped, spaced, doubled or drawn by others.

Each word has a small bounded number of readings; a Russian word that the dictionary has is read as it is.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

from bot.data_files import read_data
from bot.language.dictionary import is_known
from bot.language.folding import plain

_LONGEST_WORD = 48
_SHORTEST = 3
_CHUNK = re.compile(r"\S+")
_WORD = re.compile(r"[@$]?[^\W_](?:[^\W_]|[@$]+|[*|!'`]+(?=[^\W_]))*")
_SPACED = re.compile(r"(?<![^\W_])[^\W_]([^\w\n]{1,3}|_{1,2}|\n)[^\W_](?:\1[^\W_]){2,}(?![^\W_])")
_SPACED_PAIR = re.compile(
    r"(?<![^\W_])[^\W_](?:(?P<sign>[^\w\n])[^\W_](?:(?P=sign)[^\W_])*"
    r"|(?P<signs>[^\w\n]{2,3}|_{1,2}|\n)[^\W_](?:(?P=signs)[^\W_]){2,})(?![^\W_])"
)
_LONG_RUN = re.compile(r"(.)\1{2,}")
_DOUBLE = re.compile(r"([^\W\d_])\1+")
_STUTTER = re.compile(r"([^\W\d_])(?:[-.~·*_]+\1)+")
_SEPARATORS = re.compile(r"[\W_]+")
_CYRILLIC = re.compile(r"[а-я]")
_LATIN = re.compile(r"[a-z]")
_ALL_CYRILLIC = re.compile(r"[а-я]+")
_ALL_LATIN = re.compile(r"[a-z'`46]+")
_SIGNS = re.compile(r"[0-9@$!|]")
_KEYS = re.compile(r"[\[\]{};:'\",.<>`~]")
_VOWELS = "аеиоуыэюя"


class Reading(StrEnum):
    """How a word is read, for the trace."""

    WRITTEN = "as written"
    LOOKALIKE = "look-alike letters"
    DIGITS = "digits for letters"
    SQUEEZED = "repeated letters"
    JOINED = "letters apart"
    TRANSLITERATED = "transliteration"
    LAYOUT = "keyboard layout"
    HIDDEN = "a letter hidden"


@dataclass(frozen=True, slots=True)
class Variant:
    text: str
    reading: Reading
    is_known: bool
    """Whether the dictionary has it."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the plain text from `start` to `end`, with what else it may be meant to be.

    `joined` is what the `length` words up to `joined_end`, with the signs between them, may be as one.
    """

    written: str
    start: int
    end: int
    variants: tuple[Variant, ...] = ()
    joined: tuple[Variant, ...] = ()
    joined_start: int = 0
    joined_end: int = 0
    length: int = 1


@dataclass(frozen=True)
class Readings:
    """`text` is plain; `spaced` are its words once more where some are written letter by letter."""

    text: str
    tokens: tuple[Token, ...]
    spaced: tuple[Token, ...] = ()

    @cached_property
    def is_english(self) -> bool:
        """Whether so many words are the commonest of English that the rest is no Russian in Latin letters."""
        return sum(token.written in _english() for token in self.tokens) * 4 > len(self.tokens)

    @cached_property
    def decoded(self) -> str:
        """The text with each strange word replaced by the first reading that is a word."""
        text = self.text
        changes = []
        for token in self.spaced or self.tokens:
            if len(token.written) < token.end - token.start:
                changes.append((token.start, token.end, _first_known(token.variants) or token.written))
            if self.is_english and _ALL_LATIN.fullmatch(token.written):
                continue
            if best := _first_known(token.joined):
                changes.append((token.joined_start, token.joined_end, best))
            if best := _first_known(token.variants):
                changes.append((token.start, token.end, best))
        pieces, end = [], 0
        for start, stop, best in sorted(changes, key=lambda change: (change[0], -change[1])):
            if start >= end:
                pieces += [text[end:start], best]
                end = stop
        return "".join((*pieces, text[end:]))


def _first_known(variants: tuple[Variant, ...]) -> str:
    known = (variant.text for variant in variants if variant.is_known)
    return next((text for text in known if len(text) >= _SHORTEST), "")


@lru_cache(maxsize=64)
def read(text: str) -> Readings:
    """All readings of a text. Several checks of one message share the work."""
    seen = _LONG_RUN.sub(r"\1\1\1", plain(text))
    tokens: list[Token] = []
    for chunk in _CHUNK.finditer(seen):
        words = list(_WORD.finditer(seen, chunk.start(), chunk.end()))
        for number, word in enumerate(words):
            place = (word[0], word.start(), word.end(), _variants(word[0]))
            if number or (len(words) == 1 and word[0] == chunk[0]):
                tokens.append(Token(*place))
            else:
                joined = tuple(variant for variant in _chunk_variants(chunk[0]) if variant.text != word[0])
                tokens.append(Token(*place, joined, chunk.start(), chunk.end(), len(words)))
    spaced = _respaced(seen, tokens) if _SPACED.search(seen) else ()
    return Readings(seen, tuple(tokens), spaced)


def _respaced(seen: str, tokens: list[Token]) -> tuple[Token, ...]:
    """The words of a text with those that are spelt letter by letter put together."""
    runs = [
        Token(letters, run.start(), run.end(), _variants(letters))
        for run in _SPACED_PAIR.finditer(seen)
        if (letters := _SEPARATORS.sub("", run[0]))
    ]
    inside = {place for run in runs for place in range(run.start, run.end)}
    apart = [token for token in tokens if token.start not in inside]
    return tuple(sorted((*runs, *apart), key=lambda token: token.start))


def squeeze(word: str) -> str:
    """The word with every letter once where it stands several times in a row."""
    return _DOUBLE.sub(r"\1", word)


def transliterations(word: str) -> tuple[str, ...]:
    """How a lower-case Latin word may be meant in Cyrillic, also one of earnest English."""
    return tuple(_transliterated(word)) if _ALL_LATIN.fullmatch(word) else ()


@lru_cache(maxsize=20_000)
def _variants(word: str) -> tuple[Variant, ...]:
    if len(word) > _LONGEST_WORD or (_ALL_CYRILLIC.fullmatch(word) and is_known(word)):
        return ()
    if (plainly := _squeezed_word(word)) is not None:
        return (Variant(plainly, Reading.SQUEEZED, is_known=True),)
    found = {text: reading for text, reading in reversed(list(_spellings(word))) if text != word}
    return tuple(Variant(text, reading, is_word(text)) for text, reading in reversed(found.items()))


def _squeezed_word(word: str) -> str | None:
    """The Russian word that a word with repeated letters plainly is."""
    if not _DOUBLE.search(word) or not _ALL_CYRILLIC.fullmatch(word):
        return None
    less = (_LONG_RUN.sub(r"\1\1", word), _LONG_RUN.sub(r"\1", word), squeeze(word))
    return next((text for text in less if text != word and is_known(text)), None)


def _spellings(word: str) -> Iterator[tuple[str, Reading]]:
    base = list(_respelt(word))
    yield from base
    for text, reading in ((word, Reading.SQUEEZED), *base):
        if _DOUBLE.search(text) and not is_known(text):
            yield _LONG_RUN.sub(r"\1\1", text), reading
            yield squeeze(text), reading


def _respelt(word: str) -> Iterator[tuple[str, Reading]]:
    drawn = _drawn(word)
    if drawn != word:
        yield _swap(drawn, _map("cyrillic")), Reading.LOOKALIKE
    if "*" in word:
        yield from ((word.replace("*", vowel, 1), Reading.HIDDEN) for vowel in _VOWELS)
        return
    if word.isdigit():
        return
    is_cyrillic, is_latin = bool(_ALL_CYRILLIC.fullmatch(word)), bool(_ALL_LATIN.fullmatch(word))
    if is_cyrillic:
        yield _swap(word, _keys_back()), Reading.LAYOUT
    elif is_latin:
        yield from _from_latin(word)
    if not (is_cyrillic or is_latin) or _SIGNS.search(word):
        yield from _from_mixed(word)


def _from_mixed(word: str) -> Iterator[tuple[str, Reading]]:
    """Letters of both scripts, or digits and signs among them."""
    bases = [(word, Reading.LOOKALIKE)]
    if _SIGNS.search(word):
        bases = [(_swap(word, digits), Reading.DIGITS) for digits in _data()["digits"]]
    for base, reading in bases:
        yield _swap(base, _map("cyrillic")), reading
        yield _transliterated(base)[0], reading
    latin = _swap(_swap(word, _map("latin_digits")), _map("latin"))
    yield latin, Reading.LOOKALIKE
    yield _transliterated(latin)[0], Reading.LOOKALIKE


def _from_latin(word: str) -> Iterator[tuple[str, Reading]]:
    """Words of earnest English stay as they are."""
    if word in _english() or len(word) == 1:
        return
    if set(word) <= set(_data()["twins"]):
        yield _swap(word, _map("cyrillic")), Reading.LOOKALIKE
    for russian in _transliterated(word):
        yield russian, Reading.TRANSLITERATED
        if russian[-1:] not in _VOWELS and is_known(russian + "ь"):
            yield russian + "ь", Reading.TRANSLITERATED
    yield _swap(word, _map("layout")), Reading.LAYOUT


def _transliterated(word: str) -> list[str]:
    return [
        pattern.sub(lambda found, letters=letters: letters[found[0]], word)  # type: ignore[misc]
        for pattern, letters in _translit()
    ]


@lru_cache(maxsize=20_000)
def _chunk_variants(chunk: str) -> tuple[Variant, ...]:
    """What stands between two spaces, read as one word: «по-ли-ти-ка», «по-о-олитика», «,jv,f»."""
    if len(chunk) > _LONGEST_WORD or "://" in chunk:
        return ()
    found: dict[str, Reading] = {}
    if _LATIN.search(chunk) and _KEYS.search(chunk):
        for written in (chunk.rstrip("?!"), chunk.rstrip("?!.,")):
            found.setdefault(_swap(written, _map("layout")), Reading.LAYOUT)
    glued = _SEPARATORS.sub("", chunk)
    for text in (_SEPARATORS.sub("", _STUTTER.sub(r"\1", chunk)), glued, _drawn(chunk)):
        if text and not _SEPARATORS.search(text):
            found.setdefault(text, Reading.JOINED)
            for variant in _variants(text):
                found.setdefault(variant.text, variant.reading)
    return tuple(Variant(text, reading, is_word(text)) for text, reading in found.items() if text)


def is_word(text: str) -> bool:
    """Whether a lower-case text is one word, Russian or of the commonest English."""
    return is_known(text) if _ALL_CYRILLIC.fullmatch(text) else text in _english()


def _drawn(word: str) -> str:
    if not _CYRILLIC.search(word) and not any(drawn in word for drawn in ("}", "|", "\\")):
        return word
    for drawn, letter in _map("drawn").items():
        word = word.replace(drawn, letter)
    return word


def _swap(word: str, letters: Mapping[str, str]) -> str:
    return "".join(letters.get(letter, letter) for letter in word)


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = read_data(Path(__file__).with_name("lookalikes.yaml"))
    return data


def _map(name: str) -> Mapping[str, str]:
    letters: Mapping[str, str] = _data()[name]
    return letters


@cache
def _keys_back() -> Mapping[str, str]:
    return {russian: key for key, russian in reversed(list(_map("layout").items()))}


@cache
def _english() -> frozenset[str]:
    return frozenset(_data()["english"].split())


@cache
def _translit() -> tuple[tuple[re.Pattern[str], Mapping[str, str]], ...]:
    return tuple(
        (re.compile("|".join(map(re.escape, sorted(letters, key=len, reverse=True)))), letters)
        for letters in _data()["translit"]
    )
