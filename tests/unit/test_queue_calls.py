"""Reading what a job calls."""

import pickle
import zlib

import pytest
from rq.exceptions import DeserializationError
from rq.serializers import DefaultSerializer

from bot.queue.calls import Call, read_call
from bot.queue.scripts import lua_literal


async def coroutine() -> None: ...


def plain() -> None: ...


class Thing:
    async def method(self) -> str:
        return "called"


def read(*parts: object, squeeze: bool = False) -> Call:
    data = pickle.dumps(parts)
    return read_call(zlib.compress(data) if squeeze else data, DefaultSerializer)


@pytest.mark.parametrize("squeeze", [True, False])
def test_it_reads_a_call_compressed_or_not(squeeze: bool) -> None:
    call = read(f"{__name__}.coroutine", None, (1,), {"two": 2}, squeeze=squeeze)
    assert call == Call(coroutine, (1,), {"two": 2}, True)


def test_a_plain_function_is_known_as_such() -> None:
    assert not read(f"{__name__}.plain", None, (), {}).is_coroutine


async def test_a_method_of_a_pickled_object_is_called() -> None:
    call = read("method", Thing(), (), {})
    assert call.is_coroutine
    assert await call.function() == "called"


def test_garbage_is_a_deserialization_error() -> None:
    with pytest.raises(DeserializationError):
        read_call(b"\x80garbage", DefaultSerializer)


def test_an_unknown_function_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing"):
        read("bot.nowhere.nothing", None, (), {})


def test_a_name_that_would_end_a_lua_string_is_refused() -> None:
    assert lua_literal("dz") == "'dz'"
    with pytest.raises(ValueError, match="cannot be a name"):
        lua_literal("d'z")
