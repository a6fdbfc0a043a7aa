"""The handle on a fake Telegram that runs as its own process."""

from collections.abc import Collection
from dataclasses import asdict
from types import TracebackType
from typing import Any, Self

from aiohttp import ClientSession, ClientTimeout, TCPConnector

from tests.fakes.telegram.audit import Call
from tests.fakes.telegram.faults import Fault
from tests.fakes.telegram.people import Injected
from tests.fakes.telegram.state import SeenMessage


class RemoteTelegram:
    """`FakeTelegram`'s operations by name over its control address; an async context manager."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = ClientSession(
            self.base_url, connector=TCPConnector(limit=0), timeout=ClientTimeout(total=None)
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def do(self, operation: str, **arguments: Any) -> Any:
        """Any operation of `control.py`. Raises TimeoutError for a wait in vain, ValueError for a mistake."""
        if self._session is None:
            raise ValueError("enter the handle first")
        async with self._session.post(f"/control/{operation}", json=arguments) as response:
            answer = await response.json()
        if response.status == 408:
            raise TimeoutError(answer["error"])
        if response.status != 200:
            raise ValueError(answer["error"])
        return answer["result"]

    async def inject(self, action: str, chat_id: int, **arguments: Any) -> Injected:
        """What a person does, e.g. ``inject("message", 42, text="привет")``."""
        return Injected(**await self.do(f"inject.{action}", chat_id=chat_id, **arguments))

    async def redeliver(self, update_id: int) -> None:
        await self.do("inject.redeliver", update_id=update_id)

    async def messages(self, chat_id: int) -> list[SeenMessage]:
        return [_seen(value) for value in await self.do("messages", chat_id=chat_id)]

    async def sent(self, chat_id: int) -> list[SeenMessage]:
        return [_seen(value) for value in await self.do("sent", chat_id=chat_id)]

    async def draft(self, chat_id: int) -> str | None:
        text: str | None = await self.do("draft", chat_id=chat_id)
        return text

    async def wait_for_reply(
        self, chat_id: int, count: int = 1, timeout_s: float = 10.0, *, after: int | None = None
    ) -> list[SeenMessage]:
        found = await self.do(
            "wait_for_reply", chat_id=chat_id, count=count, timeout_s=timeout_s, after=after
        )
        return [_seen(value) for value in found]

    async def wait_for_text(self, chat_id: int, fragment: str, timeout_s: float = 10.0) -> SeenMessage:
        return _seen(await self.do("wait_for_text", chat_id=chat_id, fragment=fragment, timeout_s=timeout_s))

    async def calls(
        self, methods: Collection[str] | None = None, *, chat_id: int | None = None, ok: bool | None = None
    ) -> list[Call]:
        wanted = None if methods is None else list(methods)
        return [Call(**value) for value in await self.do("calls", methods=wanted, chat_id=chat_id, ok=ok)]

    async def sends_during_pause(self) -> list[Call]:
        return [Call(**value) for value in await self.do("sends_during_pause")]

    async def worst_second(self, chat_id: int | None = None) -> int:
        return int(await self.do("worst_second", chat_id=chat_id))

    async def add_fault(self, fault: Fault) -> int:
        return int(await self.do("add_fault", **asdict(fault)))

    async def remove_fault(self, number: int) -> None:
        """Also lets go the calls that the fault holds."""
        await self.do("remove_fault", number=number)

    async def wait_held(self, number: int, timeout_s: float = 10.0) -> None:
        await self.do("wait_held", number=number, timeout_s=timeout_s)

    async def send_webhooks_to(self, *urls: str) -> None:
        """Addresses that take turns, as bots behind a load balancer."""
        await self.do("receivers", urls=list(urls))


def _seen(value: dict[str, Any]) -> SeenMessage:
    lists: dict[str, Any] = {name: tuple(item) for name, item in value.items() if isinstance(item, list)}
    return SeenMessage(**{**value, **lists})
