"""Looks after the list of forbidden topics: what may be added, what a phrase is caught by."""

import asyncio
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from bot.domain import Audience
from bot.guard.forbidden import ForbiddenMatch, ForbiddenTopics
from bot.guard.injection import find_injection
from bot.language.dictionary import grammemes
from bot.people.changes.changing import Changes, Proposal
from bot.people.changes.topics import TopicChanges, read_topic
from bot.people.tuning import Knob
from bot.tenant.model import Topic
from bot.understanding.messages import clean

MOST_TOPICS = 70
"""As many as a message can list."""
MOST_NAME_CHARACTERS = 40
MOST_ENTRIES = 60
MOST_ENTRY_CHARACTERS = 60
MOST_PHRASE_CHARACTERS = 1_000
_LETTER = re.compile(r"[^\W\d_]")
_SEPARATOR = re.compile(r"[,;\n]")
_OF_SEVERAL = re.compile(r"[\s+|~]")
_LITTLE = frozenset(("PREP", "CONJ", "PRCL", "INTJ", "NPRO", "Apro"))


class Fault(StrEnum):
    """What is wrong with a topic; the sentence for each stands in the catalogue."""

    NAME_EMPTY = "name_empty"
    NAME_LONG = "name_long"
    NAME_TAKEN = "name_taken"
    TOO_MANY_TOPICS = "too_many_topics"
    WORDS_EMPTY = "words_empty"
    WORDS_MANY = "words_many"
    ENTRY_LONG = "entry_long"
    ENTRY_UNREADABLE = "entry_unreadable"
    SAYS_LITTLE = "says_little"
    """A word that stands in messages about anything."""
    TOO_WIDE = "too_wide"
    """More than half of what is answered would be declined."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Faulty:
    fault: Fault
    most: int = 0
    entry: str = ""
    count: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """The list in force. `removed`: names of the folder's topics that were taken out."""

    topics: tuple[Topic, ...]
    added: frozenset[str]
    removed: tuple[str, ...]
    version: int
    changes: TopicChanges

    @property
    def mark(self) -> int:
        """Stands for the order of both lists; has at most nine digits."""
        names = [topic.name for topic in self.topics]
        return zlib.crc32(repr((self.version, names, self.removed)).encode()) % 1_000_000_000


class TopicList:
    """One tenant's, in one process. Methods raise redis-py's errors and StoreError."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._built = lru_cache(maxsize=1)(_matcher)

    async def listed(self) -> Listed:
        standing = await self._changes.standing(Knob.FORBIDDEN)
        changes = TopicChanges.of(standing.value)
        written = {topic.name for topic in self._changes.tenant.forbidden}
        return Listed(
            topics=changes.over(self._changes.tenant.forbidden),
            added=frozenset(topic.name for topic in changes.added),
            removed=tuple(sorted(changes.removed & written)),
            version=standing.version,
            changes=changes,
        )

    def lists(self, value: object) -> tuple[Topic, ...]:
        """The list by a value of the knob."""
        return TopicChanges.of(value).over(self._changes.tenant.forbidden)

    def name_fault(self, listed: Listed, name: str) -> Faulty | None:
        if len(listed.topics) >= MOST_TOPICS:
            return Faulty(fault=Fault.TOO_MANY_TOPICS, most=MOST_TOPICS)
        if not _LETTER.search(name):
            return Faulty(fault=Fault.NAME_EMPTY)
        if len(name) > MOST_NAME_CHARACTERS:
            return Faulty(fault=Fault.NAME_LONG, most=MOST_NAME_CHARACTERS)
        taken = {topic.name.casefold() for topic in (*listed.topics, *self._changes.tenant.forbidden)}
        return Faulty(fault=Fault.NAME_TAKEN) if name.casefold() in taken else None

    async def topic(self, name: str, said: str) -> Topic | Faulty:
        """A topic of the words and phrases that somebody lists, or what is wrong with them."""
        entries = list(dict.fromkeys(" ".join(part.split()) for part in _SEPARATOR.split(said)))
        entries = [entry for entry in entries if entry]
        if not any(_LETTER.search(entry) for entry in entries):
            return Faulty(fault=Fault.WORDS_EMPTY)
        if len(entries) > MOST_ENTRIES:
            return Faulty(fault=Fault.WORDS_MANY, most=MOST_ENTRIES)
        for entry in entries:
            if len(entry) > MOST_ENTRY_CHARACTERS:
                start = entry[:MOST_NAME_CHARACTERS]
                return Faulty(fault=Fault.ENTRY_LONG, most=MOST_ENTRY_CHARACTERS, entry=start)
            if not await asyncio.to_thread(_finds_itself, entry):
                return Faulty(fault=Fault.ENTRY_UNREADABLE, entry=entry)
        return _topic(name, entries)

    async def match(self, phrase: str) -> ForbiddenMatch | None:
        """What the list in force catches a message by; a pattern, not being words, leaves the entry empty."""
        topics = (await self.listed()).topics
        found = await asyncio.to_thread(lambda: self._built(topics).match(clean(phrase)))
        is_pattern = found is not None and any(found.entry in topic.patterns for topic in topics)
        return replace(found, entry="") if found is not None and is_pattern else found

    async def gives_orders(self, phrase: str) -> bool:
        """Whether a message is declined for that, whatever the list says."""
        return await asyncio.to_thread(find_injection, clean(phrase)) is not None

    async def own_questions(self, topic: Topic) -> Sequence[str]:
        """Questions that have a ready answer and that the topic would keep from it, one for each answer."""
        return await asyncio.to_thread(self._caught, topic)

    async def width_fault(self, topic: Topic, own: Sequence[str]) -> Faulty | None:
        """Why a topic with these `own_questions` would make the assistant useless; None: it would not."""
        answers = len(self._answers())
        for entry in (*topic.words, *topic.phrases):
            if _is_caught_by_little(entry):
                caught = await self.own_questions(_topic(topic.name, (entry,)))
                return Faulty(fault=Fault.SAYS_LITTLE, entry=entry, count=len(caught), most=answers)
        if 2 * len(own) > answers:
            return Faulty(fault=Fault.TOO_WIDE, count=len(own), most=answers)
        return None

    def _caught(self, topic: Topic) -> list[str]:
        matcher = _matcher((topic,))
        caught = (
            next((question for question in questions if matcher.find(question) is not None), None)
            for questions in self._answers()
        )
        return [question for question in caught if question is not None]

    def _answers(self) -> list[Sequence[str]]:
        """The questions for each ready answer."""
        return [
            passage.questions
            for passage in self._changes.tenant.passages
            if passage.audience is Audience.CUSTOMER and passage.questions
        ]

    def adding(self, listed: Listed, topic: Topic) -> Proposal:
        return self._proposal(listed, listed.changes.adding(topic), "topic_added", topic.name)

    def removing(self, listed: Listed, name: str) -> Proposal:
        return self._proposal(listed, listed.changes.removing(name), "topic_removed", name)

    def restoring(self, listed: Listed, name: str) -> Proposal:
        return self._proposal(listed, listed.changes.restoring(name), "topic_restored", name)

    def _proposal(self, listed: Listed, after: TopicChanges, act: str, name: str) -> Proposal:
        return Proposal(
            knob=Knob.FORBIDDEN,
            before=listed.changes.to_json(),
            after=after.to_json(),
            version=listed.version,
            act=act,
            subject=f"topic:{name}",
        )


def _matcher(topics: tuple[Topic, ...]) -> ForbiddenTopics:
    return ForbiddenTopics([read_topic(topic) for topic in topics])


def _finds_itself(entry: str) -> bool:
    """Whether a topic would ever be recognised by this; each part of a combination must have words."""
    if not _LETTER.search(entry):
        return False
    if any(sign in entry for sign in "+|~"):
        parts = re.split(r"[+|]|\s-\s", entry)
        return all(_LETTER.search(part) for part in parts)
    return _matcher((Topic(name="entry", words=(entry,)),)).find(entry) is not None


def _topic(name: str, entries: Sequence[str]) -> Topic:
    words = tuple(entry for entry in entries if not _OF_SEVERAL.search(entry))
    phrases = tuple(entry for entry in entries if _OF_SEVERAL.search(entry))
    return Topic(name=name, words=words, phrases=phrases)


def _is_caught_by_little(entry: str) -> bool:
    """Whether a word that says nothing by itself is enough: «не», «не | что», but not «без + полис»."""
    alternatives = [word.strip(" ~") for word in entry.split("|")]
    return any(not _OF_SEVERAL.search(word) and _says_little(word) for word in alternatives)


def _says_little(word: str) -> bool:
    if len(word) == 1:
        return True
    return any(reading & _LITTLE for reading in grammemes(word.casefold())[:1])
