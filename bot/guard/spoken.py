"""Numbers and addresses as they are said aloud and as speech recognition writes them down."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from bot.guard.identifiers import passes_luhn
from bot.guard.phrasebook import phrasebook
from bot.language.numerals import number_words

_TOKEN = re.compile(r"[а-яёa-z]+|\d+")
_PLUS = re.compile(r"\b(?:плюс|plus) $")
_GAP = re.compile(r"[\s,.;:()+-]{0,4}")
_LEAST_WORDS = 2
_CONTEXTS = (
    ("PASSPORT", re.compile(r"паспорт\w*\W+(?:\w+\W+){0,2}$"), (10,)),
    ("SNILS", re.compile(r"снилс\W+(?:\w+\W+){0,2}$"), (11,)),
    ("INN", re.compile(r"инн\W+(?:\w+\W+){0,2}$"), (10, 12)),
    ("PHONE", re.compile(r"(?:телефон|номер|звон\w+|набер\w+)\W+(?:\w+\W+){0,2}$"), (7, 10, 11)),
)


def spoken_numbers(text: str) -> Iterator[tuple[int, int, str, str]]:
    """Each phone, card or paper said in number words: start, end, kind and its digits."""
    low = text.lower().replace("ё", "е")
    for start, end, digits in said_digits(text):
        start = plus.start() if (plus := _PLUS.search(low, max(0, start - 6), start)) else start
        if kind := _kind_of(digits, low[max(0, start - 40) : start]):
            yield start, end, kind, digits


def said_digits(text: str) -> Iterator[tuple[int, int, str]]:
    """Each run of number words, with digits between them or not: start, end and its digits."""
    low = text.lower().replace("ё", "е")
    if sum(word in _numbers() for word in _TOKEN.findall(low)) < _LEAST_WORDS:
        return
    for run in _runs(low):
        if any(not token[0].isdigit() for token in run):
            yield run[0].start(), run[-1].end(), _digits([token[0] for token in run])


def spoken_emails(text: str) -> Iterator[tuple[int, int]]:
    """«иван точка петров собака мэйл ру»."""
    for match in _email().finditer(text):
        yield match.span()


def _runs(text: str) -> Iterator[list[re.Match[str]]]:
    run: list[re.Match[str]] = []
    for token in _TOKEN.finditer(text):
        is_number = token[0].isdigit() or token[0] in _numbers()
        joins = bool(run) and _GAP.fullmatch(text, run[-1].end(), token.start())
        if run and not (is_number and joins):
            yield run
            run = []
        if is_number:
            run.append(token)
    if run:
        yield run


def _digits(words: Sequence[str]) -> str:
    """«восемь девятьсот шестнадцать» is 8 916: a lesser word continues a group, any other begins one."""
    groups: list[str] = []
    group, limit = 0, 0
    for word in words:
        value = int(word) if word.isdigit() else _numbers()[word]
        if 0 < value < limit and not word.isdigit():
            group += value
            groups[-1] = str(group)
        else:
            group = value
            groups.append(word if word.isdigit() else str(value))
        is_round = not word.isdigit() and value >= 20
        limit = (100 if value >= 100 else 10) if is_round else 0
    return "".join(groups)


def _kind_of(digits: str, before: str) -> str:
    if (len(digits) == 11 and digits[0] in "78") or (len(digits) == 10 and digits[0] == "9"):
        return "PHONE"
    if len(digits) == 16 and passes_luhn(digits):
        return "CARD"
    found = (
        kind for kind, pattern, lengths in _CONTEXTS if len(digits) in lengths and pattern.search(before)
    )
    return next(found, "")


@cache
def _numbers() -> dict[str, int]:
    zeros = dict.fromkeys(str(phrasebook()["zeros"]).split(), 0)
    return {word: int(value) for word, value in number_words().items()} | zeros


@cache
def _email() -> re.Pattern[str]:
    at, dot, ends = (str(phrasebook()[name]) for name in ("at", "dot", "ends"))
    part = r"[\w-]{1,64}+"  # bounds, for a long run of «а-а-а» must not be tried from each of its letters
    joint = rf"\s+{dot}\s+|\.|\s+(?:тире|дефис|нижнее подч[её]ркивание|underscore|dash)\s+"
    return re.compile(
        rf"(?<![\w-]){part}(?:(?:{joint}){part}){{0,8}}"
        rf"\s+{at}\s+{part}(?:\s*{dot}\s*|\s+){ends}\b",
        re.IGNORECASE,
    )
