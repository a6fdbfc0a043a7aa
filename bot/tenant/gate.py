"""The gate of a release: how good the measured answers have to be."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from bot.tenant.source import read_yaml


class Tolerance(BaseModel):
    """The range that a measure has to keep to. The bounds themselves pass."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_least: Annotated[float, Field(allow_inf_nan=False)] | None = None
    at_most: Annotated[float, Field(allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def bounds_something(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("a tolerance needs at_least or at_most")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError("at_least must not be more than at_most")
        return self


Gate = Mapping[str, Tolerance]
"""By the name of the measure, nested ones with dots: ``kinds.fact.accuracy``."""


def read_gate(path: Path) -> Gate | None:
    """The tolerances of a file; None where there is no file. Raises TenantError."""
    if not path.exists():
        return None
    return read_yaml(path, TypeAdapter(dict[str, Tolerance]))[0]
