"""A client of Redis whose calls travel together when there are many, at a third of the cost."""

import asyncio
from copy import copy
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

JOINED = frozenset({"EVALSHA", "LRANGE", "HGET", "HGETALL", "MGET", "ZSCORE"})
"""What turns and broadcasts call all the time. None of these blocks, so that nobody waits for somebody
else's wait."""

_LANES = 2
"""While one group of calls is on its way, the next one gathers; more lanes would make smaller groups."""
_MOST = 200
_LONGEST_WAIT_S = 0.02
"""Nobody waits longer for the calls before: while Redis is away those may take seconds."""

_Call = tuple[tuple[Any, ...], dict[str, Any], "asyncio.Future[Any]"]


class JoinedRedis(Redis):
    """A call leaves at once if few are on their way, else with all the others that wait by then.

    To the caller it is the same: own answer, own exception, and a connection that breaks is tried again
    by redis-py's rules, all calls of the group together.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._on_their_way = 0
        self._waiting: list[_Call] = []
        self._lanes: set[asyncio.Task[None]] = set()

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        if args[0] not in JOINED:
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        if self._on_their_way >= _LANES:
            answer = asyncio.get_running_loop().create_future()
            self._waiting.append((args, options, answer))
            if len(self._waiting) == 1:
                self._open_lane_soon()
            return await answer
        self._on_their_way += 1
        try:
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        finally:
            self._on_their_way -= 1
            self._open_lane()

    def _open_lane_soon(self) -> None:
        asyncio.get_running_loop().call_later(_LONGEST_WAIT_S, self._open_lane)

    def _open_lane(self) -> None:
        if not self._waiting:
            return
        self._on_their_way += 1
        lane = asyncio.get_running_loop().create_task(self._empty_waiting())
        self._lanes.add(lane)
        lane.add_done_callback(self._lanes.discard)

    async def _empty_waiting(self) -> None:
        try:
            while self._waiting:
                group = [call for call in self._waiting[:_MOST] if not call[2].done()]
                del self._waiting[:_MOST]
                if self._waiting:
                    self._open_lane_soon()
                await self._send(group)
        finally:
            self._on_their_way -= 1

    async def _send(self, group: list[_Call]) -> None:
        pipeline = self.pipeline(transaction=False)
        for args, options, _ in group:
            pipeline.execute_command(*args, **options)
        try:
            answers = await pipeline.execute(raise_on_error=False)
        except (RedisError, OSError) as error:
            # One for each caller, since raising an exception writes into it.
            answers = [copy(error) for _ in group]
        except BaseException:
            for _, _, future in group:
                future.cancel()
            raise
        for (_, _, future), answer in zip(group, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
