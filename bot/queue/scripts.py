"""The Lua scripts that stand beside this module."""

from importlib.resources import files

from redis.asyncio import Redis
from redis.commands.core import AsyncScript


def load_script(redis: Redis, name: str, *prelude: str) -> AsyncScript:
    """The script `name`.lua behind the given Lua text. It loads itself again after a restart of Redis."""
    return redis.register_script("\n".join((*prelude, read_lua(name))))


def read_lua(name: str) -> str:
    return files(__package__).joinpath("lua", f"{name}.lua").read_text("utf-8")


def lua_literal(value: str | int | float) -> str:
    """A Lua constant. Strings are taken from our own settings and may not hold a quote or a backslash."""
    if isinstance(value, str):
        if any(sign in value for sign in "'\\\n"):
            raise ValueError(f"cannot be a name in Redis: {value!r}")
        return f"'{value}'"
    return str(value)
