"""Recognises the subjects that a business does not talk about."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class ForbiddenTopic:
    """`words` and `phrases` match in any grammatical form, `patterns` are regular expressions."""

    name: str
    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


class ForbiddenTopics:
    """The list of one tenant. `lemmas` gives the dictionary form of every word of a text."""

    def __init__(self, topics: Sequence[ForbiddenTopic], lemmas: Callable[[str], list[str]]) -> None:
        self._lemmas = lemmas
        named = [
            (tuple(lemmas(word)), topic.name) for topic in topics for word in (*topic.words, *topic.phrases)
        ]
        self._words = {words[0]: name for words, name in named if len(words) == 1}
        self._phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for words, name in named:
            if len(words) > 1:
                self._phrases.setdefault(words[0], []).append((words, name))
        self._patterns = [
            (re.compile(pattern, re.IGNORECASE), topic.name) for topic in topics for pattern in topic.patterns
        ]

    def find(self, text: str) -> str | None:
        """The name of the forbidden topic that the text touches, or None."""
        lemmas = self._lemmas(text)
        by_word = next((self._words[lemma] for lemma in lemmas if lemma in self._words), None)
        return by_word or self._by_phrase(lemmas) or self._by_pattern(text)

    def _by_phrase(self, lemmas: list[str]) -> str | None:
        for start, first in enumerate(lemmas):
            for phrase, name in self._phrases.get(first, ()):
                if tuple(lemmas[start : start + len(phrase)]) == phrase:
                    return name
        return None

    def _by_pattern(self, text: str) -> str | None:
        return next((name for pattern, name in self._patterns if pattern.search(text)), None)
