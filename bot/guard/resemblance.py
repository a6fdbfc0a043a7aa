"""Tells by its meaning what kind of message a message is like, whatever its words are.

A linear discriminant on the vectors of sentences: the business's own questions and other harmless messages on
one side, each kind of unwanted ones on the other. The border of a kind is drawn where hardly any of the
harmless ones lie beyond it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.data_files import read_data

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Encode = Callable[[Sequence[str]], NDArray[np.float32]]

_MOST_OWN = 1_500
_FEWEST_EXAMPLES = 8
_HARMLESS = "harmless"
_PASSING = 0.998
"""So large a share of the harmless messages lies on this side of every border."""
_SHRINKAGE = 0.3
"""How much of the mean variance is added to each direction: there are fewer examples than directions."""
_FEWEST_WORDS = 3
"""What is shorter leans on what was said before, which a vector of its own does not know."""
_WORD = re.compile(r"[^\W_]+")


class Resemblance:
    """The kinds of message that one tenant does not answer. Learns in a tenth of a second."""

    def __init__(
        self,
        encode: "Encode",
        *,
        own: Sequence[str],
        forbidden: Sequence[str] = (),
        encode_all: "Encode | None" = None,
    ) -> None:
        """`own`: questions that the business answers; `forbidden`: messages of its forbidden topics.

        `encode`: texts as ``(n, dim) float32, L2-normalised``; `encode_all` does the same for the examples,
        and may keep them.
        """
        self._encode = encode
        step = -(-len(own) // _MOST_OWN) or 1
        harmless = (*own[::step], *_examples()[_HARMLESS])
        unwanted = {kind: texts for kind, texts in _examples().items() if kind != _HARMLESS}
        if len(forbidden) >= _FEWEST_EXAMPLES:
            unwanted["forbidden"] = tuple(forbidden)
        self._kinds = tuple(unwanted)
        everything = [*harmless, *(text for texts in unwanted.values() for text in texts)]
        vectors = (encode_all or encode)(everything)
        sizes = [len(harmless), *map(len, unwanted.values())]
        self._directions, self._borders = _discriminants(vectors, sizes)

    def kind_of(self, text: str) -> str:
        """The unwanted kind that a message is surely like, or ""."""
        if len(_WORD.findall(text)) < _FEWEST_WORDS:
            return ""
        beyond = self._directions @ self._encode([text])[0] - self._borders
        best = int(beyond.argmax())
        return self._kinds[best] if beyond[best] > 0 else ""


def _discriminants(
    vectors: "NDArray[np.float32]", sizes: Sequence[int]
) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    """For each group but the first the direction ``(kinds, dim)`` away from it, and how far is too far."""
    import numpy as np

    groups = np.split(vectors.astype(np.float64), np.cumsum(sizes)[:-1])
    means = [group.mean(axis=0) for group in groups]
    spread = [np.atleast_2d(np.cov(group.T, bias=True)) for group in groups]
    common = np.mean(spread, axis=0)
    common += np.eye(len(common)) * _SHRINKAGE * np.trace(common) / len(common)
    directions = np.linalg.solve(common, (np.stack(means[1:]) - means[0]).T).T
    borders = np.quantile(directions @ groups[0].T, _PASSING, axis=1)
    return directions, borders


@cache
def _examples() -> Mapping[str, tuple[str, ...]]:
    data: dict[str, list[str]] = read_data(Path(__file__).with_name("resemblance.yaml"))
    return {kind: tuple(map(str, texts)) for kind, texts in data.items()}
