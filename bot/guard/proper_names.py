"""Checks that a draft names no product, model or street that neither the facts nor the customer named."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

from bot.guard.people import addresses_in, streets_in
from bot.guard.phrasebook import phrasebook
from bot.language.dictionary import dictionary_forms
from bot.language.folding import fold, plain

_WORD = re.compile(r"[a-z]+|[а-я]+|\d+")
_CYRILLIC = re.compile(r"[а-я]+")
_RUSSIAN = re.compile(r"[а-я]")
_MARK = re.compile(r"(?<![^\W_])(?<![@/.])[A-Z][A-Za-z]*[A-Z][A-Za-z]*(?![^\W_])(?!\.[a-z]|@|://)")
_CAPITALISED = re.compile(r"(?<![^\W_])(?<![@/.])[A-Z][a-z]{2,}(?![^\W_])(?!\.[a-z]|@|://)")
_MODEL = re.compile(
    r"(?<![^\W_])(?<![@/.])([A-Z][A-Za-z]{0,3})(?:[ -]?\d{2,4}|\d)(?![\d]|[.,:]\d)"
    r"(?! ?(?:%|₽|руб|км|мин|час|лет|год|г\.|шт|дн|мест|тыс|млн|л\b|мм|см|rub|min|hour|km|day|year|pcs))"
)
_LOOKALIKES = str.maketrans("АВСЕНКМОРТХ", "ABCEHKMOPTX")
_BEFORE_NUMBER = re.compile(r"(?<![^\W_])[АВСЕНКМОРТХ](?=[ -]?\d{2,3}(?!\d))")
_JOINED = re.compile(r"(?<=[^\W_])[\s-]+(?=[^\W_])")
_LINK = re.compile(r"(?<!\S)\S+@\S+|https?://\S+|(?<!\S)\S+\.(?:ru|com|example|org|net)\S*|\[[A-Z]+_\d+\]")
_STEM = 5


class ProductNames:
    """What a business's things are called: each proper term with the other names that mean the same."""

    def __init__(self, lexicon: Mapping[str, Sequence[str]]) -> None:
        self._terms: dict[tuple[str, ...], set[str]] = {}
        for term, variants in lexicon.items():
            for name in (term, *variants):
                if lemmas := _lemmas(name):
                    self._terms.setdefault(lemmas, set()).add(term)
        self._longest: dict[str, int] = {}
        """By the first lemma of the names."""
        for lemmas in self._terms:
            self._longest[lemmas[0]] = max(len(lemmas), self._longest.get(lemmas[0], 0))
        self._find = lru_cache(maxsize=2_000)(self._terms_in)

    def found_in(self, text: str) -> Mapping[str, str]:
        """The terms that a text names, each with the words by which it does."""
        return self._find(text)

    def _terms_in(self, text: str) -> Mapping[str, str]:
        lemmas = _lemmas(text)
        found: dict[str, str] = {}
        place = 0
        while place < len(lemmas):
            longest = self._longest.get(lemmas[place], 0)
            length = next(
                (size for size in range(longest, 0, -1) if lemmas[place : place + size] in self._terms), 0
            )
            name = lemmas[place : place + length]
            found |= dict.fromkeys(self._terms.get(name, ()), " ".join(name))
            place += length or 1
        return found


def unsupported_names(
    draft: str, facts: Sequence[str], *, products: ProductNames, asked: Sequence[str] = ()
) -> list[str]:
    """The models, makes and products of a draft that no fact names and the customer did not name either."""
    known = [*facts, *asked]
    squeezed = " ".join(map(_squeezed, known))
    found = [mark for mark in _marks(draft) if _squeezed(mark) not in squeezed]
    terms = {term for text in known for term in products.found_in(text)}
    found += [
        name
        for term, name in products.found_in(draft).items()
        if term not in terms and _squeezed(term) not in squeezed and _squeezed(name) not in squeezed
    ]
    return list({_squeezed(name): name for name in reversed(found)}.values())[::-1]


def proper_terms(lexicon: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """The part of a lexicon that names things of a make: terms in Latin letters, but for the common ones."""
    return {
        term: variants
        for term, variants in lexicon.items()
        if re.search(r"[A-Za-z]", term) and term.lower() not in _common()
    }


def unsupported_addresses(draft: str, facts: Sequence[str]) -> list[str]:
    """The streets and houses of a draft that stand in no single fact."""
    found = []
    known = [_stems(fact) for fact in facts]
    folded = fold(draft)
    for start, stop, _ in (*addresses_in(folded), *streets_in(folded)):
        stems = _stems(folded[start:stop])
        if not any(stems <= fact for fact in known):
            found.append(folded[start:stop])
    return [place for place in dict.fromkeys(found) if not any(place in other != place for other in found)]


def _marks(draft: str) -> Iterator[str]:
    """GLC, C180 and GLE 450; in a Russian text also Maybach."""
    text = _BEFORE_NUMBER.sub(lambda found: found[0].translate(_LOOKALIKES), _LINK.sub(" ", fold(draft)))
    common = _common()
    for found in _MODEL.finditer(text):
        if found[1].lower() not in common:
            yield found[0]
    for found in _MARK.finditer(text):
        if found[0].lower() not in common:
            yield found[0]
    if len(_RUSSIAN.findall(text.lower())) * 2 > sum(map(str.isalpha, text)):
        yield from (found[0] for found in _CAPITALISED.finditer(text) if found[0].lower() not in common)


@lru_cache(maxsize=2_000)
def _squeezed(text: str) -> str:
    upper = _BEFORE_NUMBER.sub(lambda found: found[0].translate(_LOOKALIKES), fold(text))
    return _JOINED.sub("", upper).lower().replace("ё", "е")


@lru_cache(maxsize=2_000)
def _lemmas(text: str) -> tuple[str, ...]:
    words = _WORD.findall(plain(text))
    return tuple(dictionary_forms(word)[0] if _CYRILLIC.fullmatch(word) else word for word in words)


@lru_cache(maxsize=2_000)
def _stems(text: str) -> frozenset[str]:
    """What tells one place from another: the numbers, and the beginnings of the longer words."""
    return frozenset(
        word[:_STEM] for word in _WORD.findall(plain(text)) if word.isdigit() or len(word) >= _STEM
    )


@cache
def _common() -> frozenset[str]:
    return frozenset(str(phrasebook()["common_latin"]).split())
