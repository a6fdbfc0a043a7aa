"""What a message is, without asking a model: blank, small talk, a whole question; and in which language."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import dropwhile
from pathlib import Path

from bot.data_files import read_data
from bot.language.folding import plain
from bot.texts.catalogue import DEFAULT_LANGUAGE, Text
from bot.understanding.goodbyes import says_goodbye

_WORD = re.compile(r"\w+")
_COMMAND = re.compile(r"^\s*/\w+(?:@\w+)?")
_WHOLE_QUESTION_WORDS = 3
_LEANING_WORDS = frozenset(("а", "и", "но", "тогда", "еще", "подробнее", "почему", "and", "but", "then"))
_LEANING_LENGTH = 2
_FILLER = "filler"


def clean(text: str) -> str:
    """The text without invisible signs: direction marks, zero-width signs, control characters."""
    kept = (
        sign
        for sign in text
        if sign in "\n\t\u200d" or unicodedata.category(sign) not in ("Cc", "Cf", "Co", "Cs")
    )
    return "".join(kept).strip()


def is_blank(text: str) -> bool:
    """Whether nothing is left that could be read: no letter, digit or symbol."""
    return not any(unicodedata.category(sign)[0] in "LNS" for sign in text)


def language_of(text: str, hint: str) -> str:
    """`ru` or `en` by the letters; by the messenger's hint where there are none but a command's."""
    text = _COMMAND.sub("", text)
    cyrillic = len(re.findall(r"[а-яё]", text, re.IGNORECASE))
    latin = len(re.findall(r"[a-z]", text, re.IGNORECASE))
    if not cyrillic and not latin:
        return hint if hint in ("ru", "en") else DEFAULT_LANGUAGE
    return "ru" if cyrillic * 2 >= latin else "en"


def small_talk(text: str) -> Text | None:
    """Which catalogue text answers a message that is nothing but a greeting, thanks, a goodbye..."""
    words = _WORD.findall(plain(text))
    if not words:
        return Text.SMALL_TALK_OK if any(unicodedata.category(sign) == "So" for sign in text) else None
    if says_goodbye(text):
        return Text.SMALL_TALK_BYE
    return _remark(" ".join(words)) or _remark(" ".join(_without_filler(words)))


def _without_filler(words: list[str]) -> list[str]:
    """«Всё, до свидания» begins with what says nothing."""
    return list(dropwhile(lambda word: word in _filler(), words))


def _remark(rest: str) -> Text | None:
    phrases = _phrases().get(rest.partition(" ")[0], ())
    kinds = [phrase_kind for phrase_kind in phrases if phrase_kind[0] == rest]
    if kinds:
        return kinds[0][1]
    first = next((phrase_kind for phrase_kind in phrases if rest.startswith(phrase_kind[0] + " ")), None)
    if first is None:
        return None
    # «Здравствуйте, добрый день» is more than one phrase, «спасибо, вы помогли» is one and little else.
    more = _without_filler(rest.removeprefix(first[0]).split())
    return first[1] if not more or _remark(" ".join(more)) else None


def is_whole_question(text: str) -> bool:
    """Whether a message is plainly complete, so that waiting for more would only cost time."""
    return text.rstrip().endswith("?") and len(_WORD.findall(text)) >= _WHOLE_QUESTION_WORDS


def leans_on_earlier(text: str) -> bool:
    """Whether a message is only whole together with the one before it: «а в субботу?», «подробнее»."""
    words = _WORD.findall(text.lower().replace("ё", "е"))
    return bool(words) and (words[0] in _LEANING_WORDS or len(words) <= _LEANING_LENGTH)


@cache
def _phrases() -> Mapping[str, Sequence[tuple[str, Text]]]:
    """Each phrase with its text, the longest first, by their first words."""
    pairs = [
        (phrase, Text(f"small_talk_{kind}"))
        for kind, phrases in _kinds().items()
        if kind != _FILLER
        for phrase in map(str, phrases)
    ]
    phrases: dict[str, list[tuple[str, Text]]] = {}
    for phrase, text in sorted(pairs, key=lambda pair: -len(pair[0])):
        phrases.setdefault(phrase.partition(" ")[0], []).append((phrase, text))
    return phrases


@cache
def _filler() -> frozenset[str]:
    return frozenset(map(str, _kinds()[_FILLER]))


@cache
def _kinds() -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = read_data(Path(__file__).with_name("small_talk.yaml"))
    return {kind: [str(phrase).replace("ё", "е") for phrase in phrases] for kind, phrases in kinds.items()}
