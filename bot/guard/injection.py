"""Recognises orders to the assistant where only questions and data belong."""

import base64
import binascii
import codecs
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.data_files import read_data
from bot.guard.together import Combinations
from bot.guard.wordlist import ListedWords
from bot.language.folding import fold, plain
from bot.language.readings import Token, read

_PIECE = re.compile(r"‹(\w+)›")
_BASE64 = re.compile(r"(?<![\w+/])[A-Za-z0-9+/]{20,}={0,2}(?![\w+/])")
_HEX = re.compile(r"(?<!\w)(?:[0-9a-fA-F]{2} ?){12,}(?!\w)")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+(?=\S)")
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ '’.-](?=[^\W\d_]))*")
_DOCUMENT = "document"
_ORDER = "order"
"""What a customer has no right to and a document may well tell its reader."""
_MANY_SHOT = 3
_ACROSS = 3
_LONGEST_PART = 200
_LONGEST_NAME = 40
_HIDDEN = ("override", "reveal")


@dataclass(frozen=True, kw_only=True, slots=True)
class Injection:
    """An order found. `where` is message, earlier, across, encoded or name."""

    kind: str
    written: str
    where: str = "message"


@dataclass(frozen=True, kw_only=True, slots=True)
class Neutralised:
    """A text that was found somewhere, without its orders, and the orders."""

    text: str
    dropped: tuple[str, ...] = ()


def find_injection(text: str, earlier: Sequence[str] = ()) -> Injection | None:
    """The order in a message, in what the same person said before, or spread over both."""
    found = _in_text(text) or _encoded(text)
    if found is not None or not earlier:
        return found
    parts = [part for part in (*earlier[-_ACROSS:], text) if len(part) <= _LONGEST_PART]
    across = _in_text(" ".join(parts)) if len(parts) > 1 and parts[-1] == text else None
    if across is None:
        return None
    if any(_in_text(part) for part in parts[:-1]):
        return None
    return Injection(kind=across.kind, written=across.written, where="across")


def find_earlier_injection(remarks: Sequence[str]) -> Injection | None:
    """The first order in what was said before: such remarks are not shown to a model again."""
    for remark in remarks:
        if (found := find_injection(remark)) is not None:
            return Injection(kind=found.kind, written=found.written, where="earlier")
    return None


def is_instruction(line: str) -> bool:
    """Whether a line of a document speaks to the assistant and not to a reader."""
    return _is_for_machine(line) or _in_kinds(plain(line), (_DOCUMENT,)) is not None


def _is_for_machine(line: str) -> bool:
    found = _in_text(line)
    return found is not None and found.kind != _ORDER


def neutralise(text: str) -> Neutralised:
    """A document's text without the sentences that give orders; what is left is data."""
    kept: list[str] = []
    dropped: list[str] = []
    for line in text.split("\n"):
        sentences = _SENTENCE.split(line)
        orders = [sentence for sentence in sentences if is_instruction(sentence)]
        if not orders and len(sentences) > 1 and _is_for_machine(line):
            orders = sentences
        dropped += orders
        rest = [sentence for sentence in sentences if sentence not in orders]
        if rest or not orders:
            kept.append(" ".join(rest) if orders else line)
    return Neutralised(text="\n".join(kept), dropped=tuple(dropped))


def safe_name(name: str) -> str:
    """A person's name as it may be shown to a model: letters alone; "" for what is no name."""
    if "\n" in name or _in_text(name) is not None or is_instruction(name):
        return ""
    found = _NAME.search(fold(name))
    return found[0] if found and len(found[0]) <= _LONGEST_NAME else ""


def _in_text(text: str) -> Injection | None:
    readings = read(text)
    for reading in dict.fromkeys((readings.text, readings.decoded)):
        found = _in_kinds(reading, _message_kinds()) or _many_shot(reading)
        if found is not None:
            return found
    return _together(readings.text, readings.tokens) or _together(readings.text, readings.spaced)


def _together(text: str, tokens: Sequence[Token]) -> Injection | None:
    """An order by words that stand anywhere in a sentence."""
    words, combinations = _combinations()
    found = combinations.find(text, tokens, words.options(tokens))
    if found is None:
        return None
    return Injection(kind=found.name, written=text[tokens[found.first].start : tokens[found.last].end])


def _in_kinds(text: str, kinds: Sequence[str]) -> Injection | None:
    for kind in kinds:
        signs, patterns = _kinds()[kind]
        if _has_any(text, signs):
            for pattern in patterns:
                if found := pattern.search(text):
                    return Injection(kind=kind, written=found[0].strip())
    return None


def _has_any(text: str, signs: Sequence[str]) -> bool:
    """A plain loop, as it is run some hundred times for each message."""
    for sign in signs:  # noqa: SIM110
        if sign in text:
            return True
    return False


def _many_shot(text: str) -> Injection | None:
    """A made-up conversation in which somebody like the assistant has already given way."""
    if ":" not in text and ">" not in text:
        return None
    speaker, answerer = _sides()
    if len(answerer.findall(text)) >= _MANY_SHOT and len(speaker.findall(text)) >= _MANY_SHOT:
        return Injection(kind="many_shot", written=text[:80])
    return None


def _encoded(text: str) -> Injection | None:
    for hidden in _hidden(text):
        if (found := _in_text(hidden)) is not None:
            return Injection(kind=found.kind, written=found.written, where="encoded")
    return None


def _hidden(text: str) -> Iterator[str]:
    """What a text says in base64 or in hexadecimal numbers, backwards, or in the cipher of Caesar."""
    yield from filter(None, (_decoded(blob[0]) for blob in _BASE64.finditer(text)))
    for blob in _HEX.finditer(text):
        with suppress(ValueError):
            yield bytes.fromhex(blob[0]).decode(errors="ignore")
    if len(text) <= _LONGEST_PART:
        seen = text.lower()
        others = (seen[::-1], codecs.encode(seen, "rot13"))
        yield from (other for other in others if any(_has_any(other, _kinds()[kind][0]) for kind in _HIDDEN))


def _decoded(blob: str) -> str:
    try:
        text = base64.b64decode(blob + "=" * (-len(blob) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return text if text.isprintable() else ""


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = read_data(Path(__file__).with_name("injection.yaml"))
    return data


@cache
def _kinds() -> dict[str, tuple[tuple[str, ...], tuple[re.Pattern[str], ...]]]:
    return {
        kind: (tuple(words["signs"]), tuple(_compiled(words["patterns"])))
        for kind, words in _data()["kinds"].items()
    }


def _compiled(patterns: Sequence[str]) -> Iterator[re.Pattern[str]]:
    pieces: dict[str, str] = _data()["pieces"]
    for pattern in patterns:
        while _PIECE.search(pattern):
            pattern = _PIECE.sub(lambda piece: pieces[piece[1]], pattern)
        yield re.compile(pattern)


@cache
def _combinations() -> tuple[ListedWords, Combinations]:
    words = ListedWords(guesses=False)
    combinations = Combinations(words)
    for kind, entries in _data()["together"].items():
        for entry in entries:
            combinations.add(entry, kind)
    return words, combinations


@cache
def _message_kinds() -> tuple[str, ...]:
    return tuple(kind for kind in _kinds() if kind != _DOCUMENT)


@cache
def _sides() -> tuple[re.Pattern[str], re.Pattern[str]]:
    return re.compile(_data()["speaker"]), re.compile(_data()["answerer"])
