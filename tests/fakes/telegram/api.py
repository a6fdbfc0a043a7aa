"""One call from arguments to answer: its fault, its effect, its line in the audit."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.fakes.telegram.audit import LIMITED, Audit, Call
from tests.fakes.telegram.faults import Fault, FaultKind, FaultPlan
from tests.fakes.telegram.limits import Meter
from tests.fakes.telegram.messages import Method
from tests.fakes.telegram.updates import LONGEST_POLL_S, UpdateQueue
from tests.fakes.telegram.waiting import Waiting
from tests.fakes.telegram.webhook import Webhook
from tests.fakes.telegram.wire import ApiError, Arguments, too_many


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming:
    """A call that has arrived."""

    number: int
    method: str
    at: float
    chat_id: int | None
    arguments: Arguments


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a call came to and in which shape the caller gets it."""

    result: Any = None
    error: ApiError | None = None
    fault: FaultKind | None = None

    @property
    def dropped(self) -> bool:
        return self.fault in (FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER)

    @property
    def status(self) -> int:
        return self.error.code if self.error else 200

    def to_json(self) -> dict[str, Any]:
        return self.error.to_json() if self.error else {"ok": True, "result": self.result}


class BotApi:
    """The methods of the Bot API behind faults, limits and the audit."""

    def __init__(
        self,
        methods: Mapping[str, Method],
        *,
        updates: UpdateQueue,
        webhook: Webhook,
        audit: Audit,
        faults: FaultPlan,
        waiting: Waiting,
        meter: Meter | None,
    ) -> None:
        self._methods = {name.lower(): (name, method) for name, method in methods.items()}
        self._updates = updates
        self._webhook = webhook
        self._audit = audit
        self._faults = faults
        self._waiting = waiting
        self._meter = meter

    async def call(self, name: str, arguments: Arguments, *, at: float) -> Outcome:
        """Telegram takes the names of methods in any case."""
        known = self._methods.get(name.lower())
        method = known[0] if known else "getUpdates" if name.lower() == "getupdates" else name
        incoming = Incoming(
            number=self._audit.next_number(),
            method=method,
            at=at,
            chat_id=_chat_id(arguments),
            arguments=arguments,
        )
        struck = self._faults.strike(method, incoming.chat_id)
        if struck is None:
            outcome = await self._perform(incoming)
        else:
            outcome = await self._perform_with_fault(incoming, *struck)
        self._note(incoming, outcome)
        return outcome

    async def _perform(self, incoming: Incoming, fault: FaultKind | None = None) -> Outcome:
        try:
            if incoming.method == "getUpdates":
                result = await self._get_updates(incoming.arguments)
            else:
                result = self._take_effect(incoming)
        except ApiError as error:
            return Outcome(error=error, fault=fault)
        if incoming.chat_id is not None:
            self._waiting.changed(incoming.chat_id)
        return Outcome(result=result, fault=fault)

    def _take_effect(self, incoming: Incoming) -> Any:
        known = self._methods.get(incoming.method.lower())
        if known is None:
            raise ApiError(404, "Not Found")
        if self._meter is not None and incoming.method in LIMITED and incoming.chat_id is not None:
            self._meter.count(incoming.chat_id, private=incoming.chat_id > 0)
        return known[1](incoming.arguments)

    async def _get_updates(self, arguments: Arguments) -> Any:
        self._webhook.refuse_polling()
        self._updates.allow(arguments.nested("allowed_updates"))
        return await self._updates.poll(
            offset=arguments.integer("offset"),
            limit=max(1, min(arguments.integer("limit", 100), 100)),
            timeout_s=min(arguments.integer("timeout"), LONGEST_POLL_S),
        )

    async def _perform_with_fault(self, incoming: Incoming, fault: Fault, number: int) -> Outcome:
        match fault.kind:
            case FaultKind.TOO_MANY:
                return Outcome(error=too_many(fault.retry_after_s), fault=fault.kind)
            case FaultKind.ERROR | FaultKind.BAD_GATEWAY:
                return Outcome(error=ApiError(fault.status, _reason(fault.status)), fault=fault.kind)
            case FaultKind.DROP_BEFORE:
                return Outcome(error=ApiError(0, "dropped before it took effect"), fault=fault.kind)
            case FaultKind.LATENCY_BEFORE:
                await asyncio.sleep(fault.delay_s)
            case FaultKind.HOLD_BEFORE:
                await self._faults.hold(number)
        outcome = await self._perform(incoming, fault.kind)
        match fault.kind:
            case FaultKind.LATENCY_AFTER:
                await asyncio.sleep(fault.delay_s)
            case FaultKind.HOLD_AFTER:
                await self._faults.hold(number)
        return outcome

    def _note(self, incoming: Incoming, outcome: Outcome) -> None:
        error, result = outcome.error, outcome.result
        text = incoming.arguments.values.get("text")
        self._audit.add(
            Call(
                number=incoming.number,
                method=incoming.method,
                at=incoming.at,
                done_at=time.monotonic(),
                chat_id=incoming.chat_id,
                text=None if text is None else str(text),
                message_id=result.get("message_id") if isinstance(result, dict) else None,
                ok=error is None,
                error_code=error.code if error else None,
                description=error.description if error else None,
                retry_after_s=error.retry_after_s if error else None,
                fault=outcome.fault,
                delivered=not outcome.dropped,
            )
        )


def _chat_id(arguments: Arguments) -> int | None:
    value = str(arguments.values.get("chat_id", ""))
    return int(value) if value.lstrip("-").isdigit() else None


def _reason(status: int) -> str:
    return {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable"}.get(status, "Error")
