"""Asks whether something was heard right, and reads the reply."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cache
from pathlib import Path
from typing import Any

from bot.data_files import read_data
from bot.domain import Answer, Light, Outcome, Recollection
from bot.guard.personal_data import mask, named_labels
from bot.language.folding import plain
from bot.texts.catalogue import Text, Texts

_SOURCE = "heard"
_WORD = re.compile(r"[\w']+")
_MOST_WORDS = 5
_OPENING = re.compile(r"\s*([\w']+)\s*(?:[,.!;:—–-]+|\s(?=(?:и|а|and)\s))\s*(?=\S)")
"""«Да, и ещё ...»: the first word replies, the rest goes on."""


class Reply(Enum):
    YES = auto()
    NO = auto()
    OTHER = auto()
    """A question of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """What is asked now that the reply is read. NO: nothing is; the person will say it again."""

    text: str
    reply: Reply
    recollection: Recollection


class Confirmer:
    """Stateless: what was heard is kept, masked, in the focus of the question, with the focus before it."""

    def __init__(self, texts: Texts, *, own_phones: frozenset[str] = frozenset()) -> None:
        self._texts = texts
        self._own_phones = own_phones

    def ask(self, heard: str, language: str, recollection: Recollection) -> Answer:
        focus = {"source": _SOURCE, "text": self._kept(heard), "before": dict(recollection.focus)}
        return Answer(
            text=self._texts.say(Text.HEARD_CONFIRM, language, heard=heard),
            outcome=Outcome.SCRIPTED,
            light=Light.YELLOW,
            trace={"focus": focus, "language": language},
            choices=tuple(self._texts.say(text, language) for text in (Text.HEARD_RIGHT, Text.HEARD_WRONG)),
        )

    def ask_again(self, language: str, recollection: Recollection) -> Answer:
        """To say it again: what was heard is forgotten, what the dialogue is about is not."""
        return Answer(
            text=self._texts.say(Text.HEARD_SAY_AGAIN, language),
            outcome=Outcome.SCRIPTED,
            trace={"focus": dict(recollection.focus), "language": language},
        )

    def settle(self, text: str, recollection: Recollection) -> Settled | None:
        """None: nothing was asked. Else the dialogue is given back as it was before the question."""
        focus = recollection.focus
        if focus.get("source") != _SOURCE:
            return None
        before = replace(recollection, focus=focus["before"])
        reply, rest = read_reply(text)
        if reply is Reply.YES:
            asked = "\n".join(filter(None, (focus["text"], rest)))
            return Settled(text=asked, reply=reply, recollection=before)
        if reply is Reply.NO and not rest:
            return Settled(text="", reply=reply, recollection=before)
        return Settled(text=rest or text, reply=Reply.OTHER, recollection=before)

    def _kept(self, heard: str) -> str:
        return named_labels(mask(heard, keep=self._own_phones).text)


def is_pending(focus: Mapping[str, Any]) -> bool:
    return focus.get("source") == _SOURCE


def read_reply(text: str) -> tuple[Reply, str]:
    """The reply, and what else is said after it."""
    whole = _reply_of(text)
    if whole is not Reply.OTHER:
        return whole, ""
    opening = _OPENING.match(text)
    if opening is None:
        return Reply.OTHER, ""
    return _reply_of(opening[1]), text[opening.end() :].strip()


def _reply_of(text: str) -> Reply:
    words = _WORD.findall(plain(text))
    known = _words()
    if not 0 < len(words) <= _MOST_WORDS:
        return Reply.OTHER
    if known["decides_no"].intersection(words) and known["no"].issuperset(words):
        return Reply.NO
    if known["decides_yes"].intersection(words) and known["yes"].issuperset(words):
        return Reply.YES
    return Reply.OTHER


@cache
def _words() -> Mapping[str, frozenset[str]]:
    loaded: dict[str, list[str]] = read_data(Path(__file__).with_name("confirming.yaml"))
    return {kind: frozenset(words) for kind, words in loaded.items()}
