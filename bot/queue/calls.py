"""What a job calls."""

import inspect
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rq.exceptions import DeserializationError
from rq.serializers import Serializer
from rq.utils import import_attribute


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments. `is_coroutine`: it runs on the event loop, else in a thread."""

    function: Callable[..., Any]
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    is_coroutine: bool


def read_call(data: bytes, serializer: Serializer) -> Call:
    """Raises DeserializationError, or what importing the function raises."""
    try:
        raw = zlib.decompress(data)
    except zlib.error:
        raw = data
    try:
        name, instance, args, kwargs = serializer.loads(raw)
    except Exception as error:  # whatever the serializer raises
        raise DeserializationError from error
    if instance:
        function = getattr(instance, name)
        return Call(function, args, kwargs, inspect.iscoroutinefunction(function))
    function, is_coroutine = _imported(name)
    return Call(function, args, kwargs, is_coroutine)


@lru_cache(maxsize=256)
def _imported(name: str) -> tuple[Callable[..., Any], bool]:
    function: Callable[..., Any] = import_attribute(name)
    return function, inspect.iscoroutinefunction(function)
