"""The shapes that several files of a tenant's folder share."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _list(value: object) -> object:
    """Nothing behind a name is an empty list."""
    return () if value is None else value


def _by_language(value: object) -> object:
    """Plain text is the wording in Russian."""
    return {"ru": value} if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_list)]
Wordings = Annotated[Mapping[str, str], BeforeValidator(_by_language), Field(min_length=1)]
Lines = Mapping[tuple[str | int, ...], int]
"""The line of every place in a YAML file."""


class Frozen(BaseModel):
    """What a file says, whole: unknown fields and empty texts are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, str_min_length=1)
