"""The shapes that several files of a tenant's folder share."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


def _list(value: object) -> object:
    """Nothing behind a name is an empty list."""
    return () if value is None else value


def by_language(value: object) -> object:
    """Plain text is the wording in Russian."""
    return {"ru": value} if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_list)]
Wordings = Annotated[Mapping[str, str], BeforeValidator(by_language), Field(min_length=1)]


def _slug(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,19}", value):
        raise ValueError(f'"{value}" must be a short name of a-z, 0-9 and _, such as test_drive')
    return value


Slug = Annotated[str, AfterValidator(_slug)]
"""What a button and a stored row remember a thing by: short, and never changed."""
Lines = Mapping[tuple[str | int, ...], int]
"""The line of every place in a YAML file."""


class Frozen(BaseModel):
    """What a file says, whole: unknown fields and empty texts are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, str_min_length=1)


def worded(wordings: Mapping[str, str], language: str) -> str:
    """The wording in a language, or the first there is."""
    return wordings.get(language) or next(iter(wordings.values()))


class Label(Frozen):
    """One choice on a button."""

    id: Slug
    title: Wordings

    def called(self, language: str) -> str:
        return worded(self.title, language)


def twice(things: Iterable[str]) -> str | None:
    """The first that occurs a second time."""
    seen: set[str] = set()
    for thing in things:
        if thing in seen:
            return thing
        seen.add(thing)
    return None
