"""Recognises the subjects that a business does not talk about, however their words are written."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise

from bot.language.dictionary import dictionary_forms, grammemes, is_known
from bot.language.folding import plain
from bot.language.readings import Reading, Token, Variant, read, squeeze

_WORD = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile(r"[а-я]+")
_LITTLE = frozenset(("NPRO", "PRCL", "INTJ", "CONJ"))
_TURNING = frozenset(("не", "ни", "нет", "без"))
_LONGEST_LITTLE = 7
_SHORTEST_STEM = 4
_SHORTEST_IN_RUN = 5
_SHORTEST_SPLIT = 7
_LONGEST_RUN = 400
_PREFIX = 4
_ENDING = re.compile(r"(?:[оеи]?й|и[еюяи]|[аяоеиыую]|ть|ь)$")
_SKELETON = str.maketrans({"ъ": None, "ь": None, "й": "и", "ы": "и", "э": "и", "е": "и", "о": "а", "щ": "ш"})
_ENDINGS = """
а я ы и у ю е о ь й ой ей ом ем ам ям ами ями ах ях ов ев ый ий ая яя ое ее ые ие ого его ому ему ым им ую юю
ых их ыми ими ью ия ию ии ией ией иям иями иях ть ет ит ут ют ат ят ешь ишь ете ите ал ала али ил ила или
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class ForbiddenTopic:
    """`words` and `phrases` match in any grammatical form, `patterns` are regular expressions."""

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


@dataclass(frozen=True, slots=True)
class _Option:
    """One word that a place of the text may be, and how many of the text's words it takes."""

    lemma: str
    length: int
    reading: Reading
    says_little: bool = False


class ForbiddenTopics:
    """The list of one tenant. What a message costs does not depend on how long the list is."""

    def __init__(self, topics: Sequence[ForbiddenTopic]) -> None:
        self._root = _Node()
        self._lemmas: set[str] = set()
        self._stems: dict[str, list[str]] = {}
        self._split: set[str] = set()
        for topic in topics:
            for entry in (*topic.words, *topic.phrases):
                self._add(entry, topic.name)
        self._patterns = [
            (re.compile(pattern, re.IGNORECASE), topic.name) for topic in topics for pattern in topic.patterns
        ]
        self._options_of = lru_cache(maxsize=20_000)(self._options)
        self._stem_lengths = sorted({len(stem) for stem in self._stems}, reverse=True)

    def find(self, text: str) -> str | None:
        """The name of the forbidden topic that the text touches, or None."""
        found = self.match(text)
        return found.topic if found is not None else None

    def match(self, text: str) -> ForbiddenMatch | None:
        """The first thing found with what it was found by, or None."""
        readings = read(text)
        return (
            self._in_words(readings.text, readings.tokens)
            or self._in_words(readings.text, readings.spaced)
            or self._in_runs(readings.spaced)
            or self._in_halves(readings.tokens)
            or self._by_pattern((text, readings.text, readings.decoded))
        )

    def _add(self, entry: str, topic: str) -> None:
        lemmas = [_own_form(word) for word in _WORD.findall(plain(entry))]
        node = self._root
        for lemma in lemmas:
            node = node.following.setdefault(lemma, _Node())
            if lemma not in self._lemmas:
                self._lemmas.add(lemma)
                self._stems.setdefault(_stem(lemma), []).append(lemma)
        if lemmas and not node.topic:
            node.topic, node.entry = topic, entry
        if len(lemmas) == 1 and len(lemmas[0]) >= _SHORTEST_SPLIT:
            self._split.add(lemmas[0][:_PREFIX])

    def _in_words(self, text: str, tokens: Sequence[Token]) -> ForbiddenMatch | None:
        options = [
            self._options_of(token.written, token.variants, token.joined, token.length) for token in tokens
        ]
        for start, token in enumerate(tokens):
            if all(option.lemma not in self._root.following for option in options[start]):
                continue
            found = self._walk(self._root, options, start, Reading.WRITTEN)
            if found is not None:
                node, end, reading = found
                written = text[token.start : max(tokens[end - 1].end, tokens[end - 1].joined_end)]
                return ForbiddenMatch(topic=node.topic, entry=node.entry, written=written, reading=reading)
        return None

    def _walk(
        self,
        node: _Node,
        options: Sequence[Sequence[_Option]],
        place: int,
        reading: Reading,
        *,
        skipped: bool = False,
    ) -> tuple[_Node, int, Reading] | None:
        if node.topic:
            return node, place, reading
        if place >= len(options) or not node.following:
            return None
        for option in options[place]:
            following = node.following.get(option.lemma)
            if following is not None:
                so_far = option.reading if option.reading is not Reading.WRITTEN else reading
                found = self._walk(following, options, place + option.length, so_far, skipped=skipped)
                if found is not None:
                    return found
        is_inside = node is not self._root and not skipped
        if is_inside and place + 1 < len(options) and any(option.says_little for option in options[place]):
            return self._walk(node, options, place + 1, reading, skipped=True)
        return None

    def _options(
        self, written: str, variants: tuple[Variant, ...], joined: tuple[Variant, ...], length: int
    ) -> tuple[_Option, ...]:
        """The words of the list that a word of the text may be."""
        options = [_Option(lemma, 1, Reading.WRITTEN) for lemma in self._listed(written)]
        if _says_little(written):
            options.append(_Option("", 1, Reading.WRITTEN, says_little=True))
        for others, size in ((variants, 1), (joined, length)):
            for variant in others:
                options += [_Option(lemma, size, variant.reading) for lemma in self._listed(variant.text)]
        return tuple(options)

    def _listed(self, word: str) -> Iterable[str]:
        if not _CYRILLIC.fullmatch(word):
            return (word,) if word in self._lemmas else ()
        if is_known(word):
            return [form for form in dictionary_forms(word) if form in self._lemmas]
        if word in self._lemmas:
            return (word,)
        return self._by_stem(word)

    def _by_stem(self, word: str) -> list[str]:
        """The list's words that a word unknown to the dictionary is like, but for its ending."""
        bones = _bones(word)
        for cut in range(len(bones), _SHORTEST_STEM - 1, -1):
            if len(bones) - cut > 3:
                break
            if bones[:cut] in self._stems and (cut == len(bones) or bones[cut:] in _endings()):
                return self._stems[bones[:cut]]
        return []

    def _in_runs(self, spaced: Sequence[Token]) -> ForbiddenMatch | None:
        """Words spelt letter by letter with nothing between them: whoever does so hides something."""
        for run in spaced:
            if len(run.written) == run.end - run.start:
                continue
            for text, reading in (
                (run.written, Reading.JOINED),
                *((v.text, v.reading) for v in run.variants),
            ):
                bones = _bones(text[:_LONGEST_RUN])
                for lemma in self._inside(bones):
                    node = self._root.following.get(lemma)
                    if node is not None and node.topic:
                        return ForbiddenMatch(
                            topic=node.topic, entry=node.entry, written=run.written, reading=reading
                        )
        return None

    def _inside(self, bones: str) -> Iterator[str]:
        for length in self._stem_lengths:
            if length < _SHORTEST_IN_RUN:
                return
            for start in range(len(bones) - length + 1):
                yield from self._stems.get(bones[start : start + length], ())

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


@lru_cache(maxsize=20_000)
def _says_little(word: str) -> bool:
    """Whether a word may stand inside a phrase and change nothing: «за кого мне голосовать»."""
    if word in _TURNING or len(word) > _LONGEST_LITTLE or not is_known(word):
        return False
    return any(reading & _LITTLE for reading in grammemes(word)[:1])


def _own_form(word: str) -> str:
    """The dictionary form of a word of the list; the word itself where it may be one."""
    if not _CYRILLIC.fullmatch(word):
        return word
    forms = dictionary_forms(word)
    return word if word in forms else forms[0]


@lru_cache(maxsize=20_000)
def _bones(word: str) -> str:
    """What is left of a word in careless spelling: «правителство», «терорист»."""
    return squeeze(word.translate(_SKELETON))


def _stem(lemma: str) -> str:
    stem = _bones(_ENDING.sub("", lemma))
    return stem if len(stem) >= _SHORTEST_STEM else _bones(lemma)


@cache
def _endings() -> frozenset[str]:
    return frozenset(_bones(ending) for ending in _ENDINGS.split())
