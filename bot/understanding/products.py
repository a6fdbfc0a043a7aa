"""Which of the business's products a message is about, with probabilities: naive Bayes over its own texts."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from bot.language.lemmas import Lemmatiser

_SMOOTHING = 0.5
_NAMED = 3.0
"""How much a name of the product counts beside the other words of its texts, in nats."""
_SHOWN = 0.1
"""Less likely labels are not told."""
SPOKEN_OF = 0.3
"""From so much on a label is what the message speaks of; below it is a guess, not to be told to people."""


class ProductLabels:
    """Knows the products of one tenant by their names and by the texts that name them.

    Built from the tenant's own folder, so that it learns anew whenever the knowledge changes.
    """

    def __init__(self, products: Mapping[str, Sequence[str]], texts: Sequence[str]) -> None:
        """`products`: each label with what people call it. `texts`: the passages of the knowledge."""
        self._lemmatiser = Lemmatiser({})
        self._names = {
            label: tuple(filter(str.strip, map(self._spaced, (label, *names))))
            for label, names in products.items()
        }
        self._proper = frozenset(word for label in products for word in self._spaced(label).split())
        self._counts: dict[str, Counter[str]] = {label: Counter() for label in products}
        everything: Counter[str] = Counter()
        for text in texts:
            meaningful = self._lemmatiser.lemmas(text)
            everything.update(meaningful)
            for label in self._named_in(text):
                self._counts[label].update(meaningful)
        self._totals = {label: sum(counts.values()) for label, counts in self._counts.items()}
        self._everything, self._total = everything, sum(everything.values())
        self._weights_of = lru_cache(maxsize=10_000)(self._weigh)

    def is_nothing_but_labels(self, text: str) -> bool:
        """Whether each word is a label's or a number: «GLC 300» is said alike in any language."""
        words = self._lemmatiser.all_lemmas(text)
        return not self._proper.isdisjoint(words) and all(
            word.isdecimal() or word in self._proper for word in words
        )

    def of(self, text: str) -> dict[str, float]:
        """The likely labels with their probabilities, the likeliest first; empty when none is spoken of."""
        named = set(self._named_in(text))
        words = [lemma for lemma in self._lemmatiser.lemmas(text) if lemma in self._everything]
        if not words and not named:
            return {}
        none = (0.0,) * len(self._names)
        told = map(sum, zip(none, *map(self._weights_of, words), strict=True))
        scores = {
            label: score + (_NAMED if label in named else 0.0)
            for label, score in zip(self._names, told, strict=True)
        }
        # Nothing of the kind is a label too: its evidence is nought.
        highest = max((0.0, *scores.values()))
        weights = {label: math.exp(score - highest) for label, score in scores.items()}
        total = sum(weights.values()) + math.exp(-highest)
        shares = {label: round(weight / total, 3) for label, weight in weights.items()}
        likely = sorted(shares.items(), key=lambda pair: -pair[1])
        return {label: share for label, share in likely if share >= _SHOWN}

    def _weigh(self, word: str) -> tuple[float, ...]:
        """How much likelier the word is in each label's texts than in all, in nats."""
        size = len(self._everything) or 1
        usual = math.log((self._everything[word] + _SMOOTHING) / (self._total + _SMOOTHING * size))
        return tuple(
            math.log((self._counts[label][word] + _SMOOTHING) / (total + _SMOOTHING * size)) - usual
            if (total := self._totals[label])
            else 0.0
            for label in self._names
        )

    def _spaced(self, text: str) -> str:
        """The lemmas with a space around each, so that a name is found only at whole words."""
        return " ".join(("", *self._lemmatiser.all_lemmas(text), ""))

    def _named_in(self, text: str) -> list[str]:
        text = self._spaced(text)
        return [label for label, names in self._names.items() if any(name in text for name in names)]
