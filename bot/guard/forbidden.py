"""Recognises the subjects that a business does not talk about, however their words are written."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bot.guard.together import Combinations
from bot.guard.wordlist import ListedWords, Option, bones
from bot.language.dictionary import dictionary_forms, is_known
from bot.language.readings import Reading, Readings, Token, read

_TOGETHER = re.compile(r"[+|~]")
_SHORTEST_IN_RUN = 5
_SHORTEST_SPLIT = 7
_LONGEST_RUN = 400
_PREFIX = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class ForbiddenTopic:
    """`words` and `phrases` match in any grammatical form, `patterns` are regular expressions.

    A phrase with «+», «|» or «~» in it is a combination (`bot.guard.together`): its parts may stand anywhere.
    """

    name: str
    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ForbiddenMatch:
    """What was found: the owner's `entry`, the message's `written` words, and how they were read."""

    topic: str
    entry: str
    written: str
    reading: str = Reading.WRITTEN


@dataclass(slots=True)
class _Node:
    """A step of the list's entries, word by word."""

    following: dict[str, "_Node"] = field(default_factory=dict)
    topic: str = ""
    entry: str = ""


class ForbiddenTopics:
    """The list of one tenant. What a message costs does not depend on how long the list is."""

    def __init__(self, topics: Sequence[ForbiddenTopic]) -> None:
        self._root = _Node()
        self._words = ListedWords()
        self._combinations = Combinations(self._words)
        self._split: set[str] = set()
        for topic in topics:
            for entry in (*topic.words, *topic.phrases):
                self._add(entry, topic.name)
        self._patterns = [
            (re.compile(pattern, re.IGNORECASE), topic.name) for topic in topics for pattern in topic.patterns
        ]
        self._stem_lengths = self._words.stem_lengths

    def find(self, text: str) -> str | None:
        """The name of the forbidden topic that the text touches, or None."""
        found = self.match(text)
        return found.topic if found is not None else None

    def match(self, text: str) -> ForbiddenMatch | None:
        """The first thing found with what it was found by, or None."""
        readings = read(text)
        return (
            self._in_words(readings, readings.tokens)
            or self._in_words(readings, readings.spaced)
            or self._in_runs(readings.spaced)
            or self._in_halves(readings.tokens)
            or self._by_pattern((text, readings.text, readings.decoded))
        )

    def _add(self, entry: str, topic: str) -> None:
        if _TOGETHER.search(entry):
            self._combinations.add(entry, topic)
            return
        lemmas = self._words.add(entry)
        node = self._root
        for lemma in lemmas:
            node = node.following.setdefault(lemma, _Node())
        if lemmas and not node.topic:
            node.topic, node.entry = topic, entry
        if len(lemmas) == 1 and len(lemmas[0]) >= _SHORTEST_SPLIT:
            self._split.add(lemmas[0][:_PREFIX])

    def _in_words(self, readings: Readings, tokens: Sequence[Token]) -> ForbiddenMatch | None:
        text, options = readings.text, self._words.options(tokens, is_english=readings.is_english)
        for start, token in enumerate(tokens):
            if all(option.lemma not in self._root.following for option in options[start]):
                continue
            found = self._walk(self._root, options, start, Reading.WRITTEN)
            if found is not None:
                node, end, reading = found
                written = text[token.start : max(tokens[end - 1].end, tokens[end - 1].joined_end)]
                return ForbiddenMatch(topic=node.topic, entry=node.entry, written=written, reading=reading)
        return self._in_combination(text, tokens, options)

    def _in_combination(
        self, text: str, tokens: Sequence[Token], options: Sequence[Sequence[Option]]
    ) -> ForbiddenMatch | None:
        found = self._combinations.find(text, tokens, options)
        if found is None:
            return None
        written = text[tokens[found.first].start : tokens[found.last].end]
        return ForbiddenMatch(topic=found.name, entry=found.entry, written=written)

    def _walk(
        self,
        node: _Node,
        options: Sequence[Sequence[Option]],
        place: int,
        reading: Reading,
        *,
        skipped: bool = False,
    ) -> tuple[_Node, int, Reading] | None:
        if node.topic:
            return node, place, reading
        if place >= len(options) or not node.following:
            return None
        found = self._step(node, options, place, reading, skipped)
        is_inside = node is not self._root and not skipped and place + 1 < len(options)
        if found is None and is_inside and any(option.says_little for option in options[place]):
            return self._walk(node, options, place + 1, reading, skipped=True)
        return found

    def _step(
        self,
        node: _Node,
        options: Sequence[Sequence[Option]],
        place: int,
        reading: Reading,
        skipped: bool,
    ) -> tuple[_Node, int, Reading] | None:
        """The way on over the word at `place`."""
        for option in options[place]:
            following = node.following.get(option.lemma)
            if following is not None:
                so_far = option.reading if option.reading is not Reading.WRITTEN else reading
                found = self._walk(following, options, place + option.length, so_far, skipped=skipped)
                if found is not None:
                    return found
        return None

    def _in_runs(self, spaced: Sequence[Token]) -> ForbiddenMatch | None:
        """Words spelt letter by letter with nothing between them: whoever does so hides something."""
        for run in spaced:
            if len(run.written) == run.end - run.start:
                continue
            for text, reading in (
                (run.written, Reading.JOINED),
                *((v.text, v.reading) for v in run.variants),
            ):
                for lemma in self._inside(bones(text[:_LONGEST_RUN])):
                    node = self._root.following.get(lemma)
                    if node is not None and node.topic:
                        return ForbiddenMatch(
                            topic=node.topic, entry=node.entry, written=run.written, reading=reading
                        )
        return None

    def _inside(self, letters: str) -> Iterator[str]:
        for length in self._stem_lengths:
            if length < _SHORTEST_IN_RUN:
                return
            for start in range(len(letters) - length + 1):
                yield from self._words.with_stem(letters[start : start + length])

    def _in_halves(self, tokens: Sequence[Token]) -> ForbiddenMatch | None:
        """A long word of the list with a space inside: «нар котики»."""
        for left, right in pairwise(tokens):
            word = left.written + right.written
            if len(word) < _SHORTEST_SPLIT or word[:_PREFIX] not in self._split or not is_known(word):
                continue
            for lemma in dictionary_forms(word):
                node = self._root.following.get(lemma)
                if node is not None and node.topic:
                    written = f"{left.written} {right.written}"
                    return ForbiddenMatch(
                        topic=node.topic, entry=node.entry, written=written, reading=Reading.JOINED
                    )
        return None

    def _by_pattern(self, texts: Iterable[str]) -> ForbiddenMatch | None:
        for text, reading in zip(texts, (Reading.WRITTEN, Reading.WRITTEN, "decoded"), strict=True):
            for pattern, topic in self._patterns:
                if found := pattern.search(text):
                    return ForbiddenMatch(
                        topic=topic, entry=pattern.pattern, written=found[0], reading=reading
                    )
        return None
