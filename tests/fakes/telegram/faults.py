"""Faults to order: what goes wrong, with which calls, how often, for how long."""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from tests.fakes.telegram.audit import EDITS, SENDS


class FaultKind(StrEnum):
    LATENCY_BEFORE = "latency_before"
    """`delay_s` pass, then the call takes effect."""
    LATENCY_AFTER = "latency_after"
    """The call takes effect at once, the answer comes `delay_s` later."""
    DROP_BEFORE = "drop_before"
    """The connection is cut; nothing happened."""
    DROP_AFTER = "drop_after"
    """The call took effect, the connection is cut before the answer: the unknown state."""
    TOO_MANY = "too_many"
    """429 with `retry_after_s`."""
    ERROR = "error"
    """HTTP `status` with Telegram's usual body; nothing happened."""
    BAD_GATEWAY = "bad_gateway"
    """HTTP `status` with an HTML body, as a proxy in front of Telegram gives; nothing happened."""
    MALFORMED = "malformed"
    """The call took effect, the answer is JSON cut in the middle."""
    HOLD_BEFORE = "hold_before"
    """The call stops before it takes effect until it is released."""
    HOLD_AFTER = "hold_after"
    """The call took effect, the answer waits until it is released."""


GROUPS = {"sends": SENDS, "edits": EDITS, "messages": SENDS | EDITS}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """Strikes the calls of `methods` (names, or `sends`, `edits`, `messages`; empty: every method)."""

    kind: FaultKind
    methods: tuple[str, ...] = ()
    chat_id: int | None = None
    times: int | None = None
    """How many calls it strikes; None: no end."""
    for_s: float | None = None
    """How long it stays, from when it was ordered; None: until removed."""
    skip: int = 0
    """How many matching calls pass first."""
    probability: float = 1.0
    delay_s: float = 0.0
    retry_after_s: int = 1
    status: int = 500


@dataclass(kw_only=True, slots=True)
class _Active:
    number: int
    fault: Fault
    methods: frozenset[str]
    ends_at: float | None
    struck: int = 0
    passed: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)


class FaultPlan:
    """The faults now in force. Chance is drawn from one seeded generator."""

    def __init__(self, *, seed: int = 0, now: Callable[[], float] = time.monotonic) -> None:
        self._active: dict[int, _Active] = {}
        self._random = random.Random(seed)
        self._now = now
        self._last_number = 0

    def add(self, fault: Fault) -> int:
        """Puts a fault in force and returns its number."""
        self._last_number += 1
        methods = frozenset(
            name.lower() for method in fault.methods for name in GROUPS.get(method, frozenset({method}))
        )
        ends_at = None if fault.for_s is None else self._now() + fault.for_s
        self._active[self._last_number] = _Active(
            number=self._last_number, fault=fault, methods=methods, ends_at=ends_at
        )
        return self._last_number

    def remove(self, number: int) -> None:
        """Takes a fault out of force and lets the calls that it holds go."""
        active = self._active.pop(number, None)
        if active is not None:
            active.released.set()

    def clear(self) -> None:
        for number in list(self._active):
            self.remove(number)

    def struck(self, number: int) -> int:
        """How many calls the fault has struck so far."""
        return self._active[number].struck

    def strike(self, method: str, chat_id: int | None) -> tuple[Fault, int] | None:
        """The fault that this call meets, counted as struck, with its number."""
        if not self._active:
            return None
        for active in self._active.values():
            if self._matches(active, method.lower(), chat_id):
                active.struck += 1
                return active.fault, active.number
        return None

    def _matches(self, active: _Active, method: str, chat_id: int | None) -> bool:
        fault = active.fault
        if active.methods and method not in active.methods:
            return False
        if fault.chat_id is not None and fault.chat_id != chat_id:
            return False
        if fault.times is not None and active.struck >= fault.times:
            return False
        if active.ends_at is not None and self._now() >= active.ends_at:
            return False
        if fault.probability < 1.0 and self._random.random() >= fault.probability:
            return False
        active.passed += 1
        return active.passed > fault.skip

    async def hold(self, number: int) -> None:
        """Stops the caller until the fault is released or removed."""
        active = self._active.get(number)
        if active is not None:
            active.reached.set()
            await active.released.wait()

    async def wait_held(self, number: int, timeout_s: float = 10.0) -> None:
        """Returns when a call has run into the hold; raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            await self._active[number].reached.wait()
