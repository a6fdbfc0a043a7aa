"""Plain filters are called where they stand: aiogram would send them to threads, thirty a message."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import Router
from aiogram.dispatcher.event.handler import FilterObject


def call_plain_filters_at_once(root: Router) -> None:
    """Those of all handlers below the router. None of ours computes for long or waits for anything."""
    for router in root.chain_tail:
        for observer in router.observers.values():
            for handler in observer.handlers:
                for plain in handler.filters or ():
                    if not plain.awaitable:
                        _call_at_once(plain)


def _call_at_once(plain: FilterObject) -> None:
    plain.callback = _awaitable(plain.callback)
    plain.awaitable = True


def _awaitable(callback: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    async def called(*args: Any, **values: Any) -> Any:
        return callback(*args, **values)

    return called
