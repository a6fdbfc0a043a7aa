"""What is meant by words that are about a call and nothing else, or that answer a form."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from bot.computing.hours_words import hours_words
from bot.data_files import read_data
from bot.language.folding import plain
from bot.language.lemmas import Lemmatiser

_SHORT = 4
"""So many words at most answer yes or no, or drop the form."""
_QUESTION_WORDS = 3
_NOT = frozenset(("не", "not", "dont", "don"))


class CallIntent(StrEnum):
    ASK = "ask"
    STATUS = "status"
    CANCEL = "cancel"


class FormReply(StrEnum):
    AGREE = "agree"
    REFUSE = "refuse"
    DROP = "drop"


def call_intent(text: str) -> CallIntent | None:
    """None where anything else is said too. When to call may be said beside asking for it."""
    lemmas, data, language = _said(text)
    for intent in (CallIntent.CANCEL, CallIntent.STATUS, CallIntent.ASK):
        groups = _groups_in(lemmas, data[intent])
        if intent is CallIntent.CANCEL and re.search(data["no_call"], plain(text)):
            groups = [data["calls"]]
        is_no_ask = not _NOT.isdisjoint(lemmas) or re.search(data["no_ask"], plain(text)) is not None
        if groups is None or (intent is CallIntent.ASK and is_no_ask):
            continue
        known = {*data["read"], *(lemma for group in groups for lemma in group)}
        words = hours_words(language)
        if all(lemma in known or lemma.isdigit() or words.reads(lemma) for lemma in lemmas):
            return intent
    return None


def form_reply(text: str) -> FormReply | None:
    lemmas, data, _ = _said(text)
    if not lemmas or len(lemmas) > _SHORT:
        return None
    for reply in (FormReply.DROP, FormReply.AGREE, FormReply.REFUSE):
        if " ".join(lemmas) in data[reply]:
            return reply
        if any(lemma in data[reply] for lemma in lemmas):
            rest = {*data["read"], *data[reply]}
            return reply if all(lemma in rest for lemma in lemmas) else None
    return None


def refuses_number(text: str) -> bool:
    """«Не хочу давать номер»."""
    _, data, _ = _said(text)
    return re.search(data["no_number"], plain(text)) is not None


def is_question(text: str) -> bool:
    """Whether it asks the assistant something, and so is no answer to a form."""
    if text.rstrip().endswith("?"):
        return True
    lemmas, data, _ = _said(text)
    if len(lemmas) < _QUESTION_WORDS or lemmas[1] in data["any"]:
        return False
    return lemmas[0] in data["question"]


def _groups_in(lemmas: Sequence[str], ways: Mapping[str, Any]) -> Sequence[Sequence[str]] | None:
    """The groups of words of the first way of which each group has a word there."""
    for way in ways.values():
        if all(any(lemma in group for lemma in lemmas) for group in way):
            groups: Sequence[Sequence[str]] = way
            return groups
    return None


def _said(text: str) -> tuple[Sequence[str], Mapping[str, Any], str]:
    said = plain(text)
    language = "ru" if re.search("[а-я]", said) else "en"
    return _lemmatiser().all_lemmas(said), _data()[language], language


@cache
def _data() -> Mapping[str, Mapping[str, Any]]:
    data: Mapping[str, Mapping[str, Any]] = read_data(Path(__file__).with_name("intents.yaml"))
    return data


@cache
def _lemmatiser() -> Lemmatiser:
    return Lemmatiser({})
