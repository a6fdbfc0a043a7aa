"""Sound as every part of the room hands it on."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE: Final = 16_000
"""Samples a second, of one channel: what Whisper hears."""


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """`values`: (n,) float32 from -1 to 1, `rate` of them a second. All that is heard is at RATE."""

    values: "NDArray[np.float32]"
    rate: int = RATE

    @property
    def duration_s(self) -> float:
        return len(self.values) / self.rate
