"""What texts mean, as one matrix: which passages are nearest to a question."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.knowledge.largest import largest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FEW = 6_000
"""Texts that are compared whole; with more, a projection finds those that are worth it."""
_PROJECTED = 32
_SAMPLE = 20_000
_WORTH_COMPARING = 400


class Meanings:
    """The vectors of the texts of passages; `is_wording` where one is a question or a heading."""

    def __init__(
        self, vectors: "NDArray[np.float32]", owners: Sequence[int], is_wording: Sequence[bool]
    ) -> None:
        """`vectors`: ``(n, dim) float32, L2-normalised``; texts of one passage stand together."""
        import numpy as np

        self._owners = np.asarray(owners, dtype=np.int32)
        self._is_wording = np.asarray(is_wording, dtype=bool)
        self._axes: NDArray[np.float32] | None = None
        self._starts = np.searchsorted(self._owners, np.arange(int(self._owners[-1]) + 2))
        if len(vectors) <= _FEW:
            self._vectors = vectors
            return
        chosen = np.random.default_rng(0).choice(len(vectors), min(_SAMPLE, len(vectors)), replace=False)
        sample = vectors[np.sort(chosen)]
        axes = np.linalg.eigh(sample.T @ sample)[1][:, -_PROJECTED:].astype(np.float32)
        self._axes = axes
        self._near = vectors @ axes
        self._vectors = vectors.astype(np.float16)

    def nearest(self, asked: "NDArray[np.float32]", limit: int) -> dict[int, float]:
        """The passages whose nearest text is nearest to the vector, best first, with its cosine."""
        import numpy as np

        if self._axes is None:
            texts = np.arange(len(self._vectors))
            alike = self._vectors @ asked
        else:
            rough = self._near @ (asked @ self._axes)
            texts = largest(rough, _WORTH_COMPARING)
            alike = self._vectors[texts].astype(np.float32) @ asked
        found: dict[int, float] = {}
        for place in np.argsort(-alike, kind="stable"):
            found.setdefault(int(self._owners[texts[place]]), float(alike[place]))
            if len(found) == limit:
                break
        return found

    def alike(self, passage: int, asked: "NDArray[np.float32]") -> tuple[list[float], float]:
        """The cosines of the wordings of a passage, in their order, and that of its nearest other text."""
        texts = slice(self._starts[passage], self._starts[passage + 1])
        alike: list[float] = (self._vectors[texts].astype("float32", copy=False) @ asked).tolist()
        wordings: list[float] = []
        body = 0.0
        for cosine, is_wording in zip(alike, self._is_wording[texts].tolist(), strict=True):
            if is_wording:
                wordings.append(cosine)
            else:
                body = max(body, cosine)
        return wordings, body
