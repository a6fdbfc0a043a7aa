"""Whose hours are asked for: those of a department, of the business, or of what it has no hours for."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.computing.hours_words import HoursWords
from bot.language.dictionary import grammemes
from bot.language.lemmas import Lemmatiser

_SENTENCE_END = re.compile(r"[!?\n]+|\.(?!\d)")
_CLAUSE_END = re.compile(r"[,;:]| - ")
_TOKEN = re.compile(r"[a-z]+|[а-я]+")
_NAME, _DOES = 2, 1
_VERBS = frozenset(("VERB", "INFN"))
_DETERMINERS = frozenset(("the", "your", "of", "a", "an"))
_FOR_WHAT = "за"
"""«Приехать за документами» tells a purpose and no place."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """How a part of the business is spoken of: its names, and what it does."""

    names: Sequence[str]
    does: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """The department that is named, "" for none, and all words that name any place."""

    department: str = ""
    by_name: bool = False
    """By one of its names and not by what it does."""
    also: tuple[str, ...] = ()
    """Other departments that are called by name."""
    words: frozenset[str]


class Places:
    """The places of one business, "" being the whole of it."""

    def __init__(self, places: Mapping[str, Place]) -> None:
        self._lemmatiser = Lemmatiser({})
        self._weights = {name: self._weigh(place) for name, place in places.items()}

    def _weigh(self, place: Place) -> dict[str, int]:
        does = dict.fromkeys(self._lemmatiser.lemmas(place.does), _DOES)
        return does | {lemma: _NAME for name in place.names for lemma in self._lemmatiser.lemmas(name)}

    def named(self, lemmas: Sequence[str], words: HoursWords) -> Named:
        """A word that two departments share, or that any question about hours has, names none."""
        weights = {name: own for name, own in self._weights.items() if name}
        telling = [lemma for lemma in lemmas if not words.reads(lemma) and not lemma.isdigit()]
        scores = dict.fromkeys(weights, 0)
        called: set[str] = set()
        for lemma in telling:
            holder = _only_holder(lemma, weights)
            if holder is not None:
                scores[holder] += weights[holder][lemma]
                called |= {holder} if weights[holder][lemma] == _NAME else set()
        whole = frozenset(self._weights.get("", {}))
        name = max(scores, key=lambda name: scores[name], default="")
        if not name or not scores[name]:
            return Named(words=whole)
        also = tuple(other for other in weights if other in called and other != name)
        return Named(
            department=name,
            by_name=any(weights[name].get(lemma) == _NAME for lemma in telling),
            also=also,
            words=whole.union(*(weights[place] for place in (name, *also))),
        )


def _only_holder(lemma: str, weights: Mapping[str, Mapping[str, int]]) -> str | None:
    """The department that a word means more than any other does."""
    holders = {name: own[lemma] for name, own in weights.items() if lemma in own}
    best = [name for name, weight in holders.items() if weight == max(holders.values())]
    return best[0] if len(best) == 1 else None


def names_a_stranger(plain: str, words: HoursWords, known: Collection[str]) -> bool:
    """Whether hours are asked of a thing that is none of the business's places: «до скольки касса?».

    `known` are the words that name its places. What is done there is no such thing («забрать документы»),
    nor is what stands in a clause of its own («сломалась машина, до скольки вы?»).
    """
    lemmatiser = Lemmatiser({})
    for sentence in _SENTENCE_END.split(plain):
        if not _asks(lemmatiser.all_lemmas(sentence), words):
            continue
        for clause in _CLAUSE_END.split(sentence):
            tokens = _TOKEN.findall(clause)
            lemmas = lemmatiser.all_lemmas(" ".join(tokens))
            acts = any(_is_verb(token, lemma, words) for token, lemma in zip(tokens, lemmas, strict=True))
            if (not acts or _asks(lemmas, words)) and _stranger_in(tokens, lemmas, words, known):
                return True
    return False


def _asks(lemmas: Sequence[str], words: HoursWords) -> bool:
    return words.has_phrase(lemmas) or any(lemma in words.ask or lemma in words.visit for lemma in lemmas)


def _stranger_in(
    tokens: Sequence[str], lemmas: Sequence[str], words: HoursWords, known: Collection[str]
) -> bool:
    acts = False
    for (before, _), (token, lemma) in pairwise((("", ""), *zip(tokens, lemmas, strict=True))):
        acts = acts or lemma in words.visit or _is_verb(token, lemma, words)
        if words.reads(lemma) or lemma in words.beside_day or lemma in known or not _is_thing(token, before):
            continue
        if not (acts and (before == _FOR_WHAT or not _is_preposition(before))):
            return True
    return False


def _is_verb(token: str, lemma: str, words: HoursWords) -> bool:
    """A verb that is not about being open."""
    return not words.reads(lemma) and not _likeliest(token).isdisjoint(_VERBS)


def is_infinitive(token: str) -> bool:
    return "INFN" in _likeliest(token)


def _is_thing(token: str, before: str) -> bool:
    """A lifeless noun. Of English words it is known only from the article before."""
    if token.isascii():
        return before in _DETERMINERS
    grammar = _likeliest(token)
    return "UNKN" in grammar or ("NOUN" in grammar and "anim" not in grammar)


def _is_preposition(token: str) -> bool:
    return not token.isascii() and "PREP" in _likeliest(token)


def _likeliest(token: str) -> frozenset[str]:
    return frozenset() if token.isascii() else next(iter(grammemes(token)), frozenset())
