"""Whether something that was asked for stands in an answer, whatever its spelling or word forms."""

from collections.abc import Sequence
from functools import lru_cache

from bot.evaluation.reading import figures_in, lemmatiser, plain, tokens_of, words

_LEAST_STEM = 4
_SLACK = 2
"""So many words more than the part's own may stand between its words."""


def includes(text: str, part: str, *, in_order: bool = False) -> bool:
    """Whether all words of the part stand close together in the text, in any form of theirs.

    A number is equal by what it is worth. `in_order`: side by side and in the part's order.
    """
    wanted, said = _tokens(part), _tokens(text)
    if not wanted:
        return bool(part.strip()) and plain(part) in plain(text)
    size = len(wanted)
    for start in range(len(said)):
        if not any(_is_same(token, said[start]) for token in wanted[: 1 if in_order else size]):
            continue
        if in_order:
            window = said[start : start + size]
            if len(window) == size and all(map(_is_same, wanted, window)):
                return True
        elif _holds(said[start : start + size + (_SLACK if size > 1 else 0)], wanted):
            return True
    return False


@lru_cache(maxsize=4_000)
def _tokens(text: str) -> tuple[str, ...]:
    return tuple(tokens_of(text))


def _holds(window: Sequence[str], wanted: Sequence[str]) -> bool:
    left = list(window)
    for token in wanted:
        match = next((word for word in left if _is_same(token, word)), None)
        if match is None:
            return False
        left.remove(match)
    return True


def _is_same(wanted: str, said: str) -> bool:
    if wanted == said:
        return True
    if not wanted[0].isalpha() or not said[0].isalpha() or wanted.startswith("tel"):
        return False
    return _lemma(wanted) == _lemma(said) or (len(wanted) >= _LEAST_STEM and said.startswith(wanted))


@lru_cache(maxsize=20_000)
def _lemma(word: str) -> str:
    return " ".join(lemmatiser().all_lemmas(word))


def named_figure(text: str, value: float) -> float | None:
    """The figure of the text that comes nearest to the value; None where it has none.

    Numerals in words count where a number as small as that is asked for, and «нет» is 0.
    """
    folded = plain(text)
    found = [figure.value for figure in figures_in(folded)]
    if abs(value) <= 12:
        found += [
            float(words()["numerals"][lemma]) for lemma in _lemmas(text) if lemma in words()["numerals"]
        ]
    if value == 0 and any(sign in f"{folded} " for sign in words()["none"]):
        found.append(0.0)
    return min(found, key=lambda figure: abs(figure - value), default=None)


def _lemmas(text: str) -> list[str]:
    return lemmatiser().all_lemmas(text)


def content_recall(text: str, reference: str) -> float:
    """The share of the reference's words, those that carry meaning, that stand in the text in some form."""
    wanted = set(lemmatiser().lemmas(reference))
    return len(wanted & set(_lemmas(text))) / len(wanted) if wanted else 1.0


def lacks_figures(text: str, reference: str) -> list[str]:
    """The figures, times and phones of the reference that the text does not name."""
    said = set(tokens_of(text))
    return [token for token in tokens_of(reference) if any(map(str.isdigit, token)) and token not in said]
