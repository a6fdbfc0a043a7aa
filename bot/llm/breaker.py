"""A circuit breaker: a model that keeps failing is left alone for a while."""

import time
from collections.abc import Callable


class Breaker:
    """Closed, until `failures` in a row open it for `pause_s`; then one trial at a time decides."""

    def __init__(self, *, failures: int, pause_s: float, now: Callable[[], float] = time.monotonic) -> None:
        self._limit = failures
        self._pause_s = pause_s
        self._now = now
        self._failed = 0
        self._trial = False
        self.opened_until = float("-inf")

    @property
    def admits(self) -> bool:
        """True: ask the model. During the trial of a model that was paused, only the trial asks it."""
        if self._failed < self._limit:
            return True
        return not self._trial and self.opened_until <= self._now()

    @property
    def is_on_trial(self) -> bool:
        return self._trial

    def begin(self) -> bool:
        """Call it before asking. True: this is the trial; hand that back to `end`."""
        if self._failed < self._limit:
            return False
        self._trial = True
        return True

    def end(self, trial: bool, *, failed: bool | None) -> None:
        """`failed` is None when the attempt says nothing about the model."""
        if trial:
            self._trial = False
        if failed:
            self._failed += 1
            if self._failed >= self._limit:
                self.opened_until = self._now() + self._pause_s
        elif failed is False:
            self._failed = 0
