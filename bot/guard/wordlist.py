"""The words of which lists consist, and which of them a word of a text may be, however it is written."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from bot.language.dictionary import dictionary_forms, grammemes, is_known
from bot.language.folding import plain
from bot.language.readings import Reading, Token, Variant, squeeze

_WORD = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile(r"[а-я]+")
_LITTLE = frozenset(("NPRO", "PRCL", "INTJ", "CONJ"))
_TURNING = frozenset(("не", "ни", "нет", "без"))
_LONGEST_LITTLE = 7
_SHORTEST_STEM = 4
_LONGEST_ENDING = 3
_BEGINNING = 3
_ENDING = re.compile(r"(?:[оеи]?й|и[еюяи]|[аяоеиыую]|ть|ь)$")
_SKELETON = str.maketrans({"ъ": None, "ь": None, "й": "и", "ы": "и", "э": "и", "е": "и", "о": "а", "щ": "ш"})
_ENDINGS = """
а я ы и у ю е о ь й ой ей ом ем ам ям ами ями ах ях ов ев ый ий ая яя ое ее ые ие ого его ому ему ым им ую юю
ых их ыми ими ью ия ию ии ией ией иям иями иях ть ет ит ут ют ат ят ешь ишь ете ите ал ала али ил ила или
"""
_ENGLISH_ENDINGS = ("s", "es", "ed", "ing")


@dataclass(frozen=True, slots=True)
class Option:
    """One word of the lists that a place of the text may be, and how many of the text's words it takes.

    `form` is the word as it stands there once it is read.
    """

    lemma: str
    length: int
    reading: Reading
    form: str = ""
    says_little: bool = False


class ListedWords:
    """The words of one or more lists. What a message costs does not depend on how many they are."""

    def __init__(self, *, guesses: bool = True) -> None:
        """`guesses`: whether a word that is both disguised and misspelt is to be found: it costs time."""
        self._guesses = guesses
        self._lemmas: set[str] = set()
        self._stems: dict[str, list[str]] = {}
        self._beginnings: set[str] = set()
        self._options_of = lru_cache(maxsize=20_000)(self._options)

    def add(self, entry: str) -> list[str]:
        """The dictionary forms of the entry's words, which are looked for from now on."""
        lemmas = [_own_form(word) for word in _WORD.findall(plain(entry))]
        for lemma in lemmas:
            if lemma not in self._lemmas:
                self._lemmas.add(lemma)
                self._beginnings.add(bones(lemma)[:_BEGINNING])
                self._stems.setdefault(_stem(lemma), []).append(lemma)
        self._options_of.cache_clear()
        return lemmas

    @property
    def stem_lengths(self) -> list[int]:
        """The longest first."""
        return sorted({len(stem) for stem in self._stems}, reverse=True)

    def with_stem(self, bones: str) -> Sequence[str]:
        return self._stems.get(bones, ())

    def options(self, tokens: Sequence[Token], *, is_english: bool = False) -> list[tuple[Option, ...]]:
        """What each word of a text may be; in an English one «meeting» is no «митинг»."""
        return [
            self._options_of(token.written, token.variants, token.joined, token.length, is_english)
            for token in tokens
        ]

    def _options(
        self,
        written: str,
        variants: tuple[Variant, ...],
        joined: tuple[Variant, ...],
        length: int,
        is_english: bool,
    ) -> tuple[Option, ...]:
        options = [Option(lemma, 1, Reading.WRITTEN, written) for lemma in self._listed(written)]
        if _says_little(written):
            options.append(Option("", 1, Reading.WRITTEN, says_little=True))
        for others, size in ((variants, 1), (joined, length)):
            for variant in others:
                if self._may_be_listed(variant, is_english):
                    options += [
                        Option(lemma, size, variant.reading, variant.text)
                        for lemma in self._listed(variant.text)
                    ]
        return tuple(options)

    def _may_be_listed(self, variant: Variant, is_english: bool) -> bool:
        """Without a look into the dictionary, which costs most of a message's time."""
        if bones(variant.text)[:_BEGINNING] not in self._beginnings:
            return False
        if variant.is_known or variant.text in self._lemmas:
            return True
        return self._guesses and not (is_english and variant.reading is Reading.TRANSLITERATED)

    def _listed(self, word: str) -> Iterable[str]:
        if not _CYRILLIC.fullmatch(word):
            return [form for form in _english_forms(word) if form in self._lemmas]
        if is_known(word):
            return [form for form in dictionary_forms(word) if form in self._lemmas]
        if word in self._lemmas:
            return (word,)
        return self._by_stem(word)

    def _by_stem(self, word: str) -> list[str]:
        """The lists' words that a word unknown to the dictionary is like, but for its ending."""
        stem = bones(word)
        cuts = range(len(stem), max(_SHORTEST_STEM, len(stem) - _LONGEST_ENDING) - 1, -1)
        return [
            lemma
            for cut in cuts
            if cut == len(stem) or stem[cut:] in _endings()
            for lemma in self._stems.get(stem[:cut], ())
        ]


@lru_cache(maxsize=20_000)
def bones(word: str) -> str:
    """What is left of a word in careless spelling: «правителство», «терорист»."""
    return squeeze(word.translate(_SKELETON))


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


def _english_forms(word: str) -> Iterator[str]:
    """The word, and what it may be a form of: «policies» is left to the list."""
    yield word
    for ending in _ENGLISH_ENDINGS:
        root = word.removesuffix(ending)
        if root != word and len(root) >= _SHORTEST_STEM - 1:
            yield root
            yield from (f"{root}e",) if ending in ("ed", "ing") else ()
            yield from (root[:-1],) if root[-1] == root[-2] else ()


def _stem(lemma: str) -> str:
    stem = bones(_ENDING.sub("", lemma))
    return stem if len(stem) >= _SHORTEST_STEM else bones(lemma)


@cache
def _endings() -> frozenset[str]:
    return frozenset(bones(ending) for ending in _ENDINGS.split())
