"""How a business serves people: `service.yaml`, every part of it with a default."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

import phonenumbers
from pydantic import AfterValidator, Field, TypeAdapter, model_validator

from bot.tenant.shapes import Frozen, Label, twice
from bot.tenant.source import read_yaml, says_nothing

FILE = "service.yaml"
_DAY_MIN = 24 * 60
Minutes = Annotated[int, Field(ge=1, le=_DAY_MIN)]


def _region(value: str) -> str:
    if value not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f'"{value}" is not a country such as RU, KZ or DE')
    return value


def _different(labels: tuple[Label, ...]) -> tuple[Label, ...]:
    if (doubled := twice(label.id for label in labels)) is not None:
        raise ValueError(f'the id "{doubled}" occurs twice')
    return labels


Labels = Annotated[tuple[Label, ...], Field(min_length=1, max_length=8), AfterValidator(_different)]


@cache
def _usual() -> Mapping[str, tuple[Label, ...]]:
    shape = TypeAdapter(dict[str, tuple[Label, ...]])
    return read_yaml(Path(__file__).with_name("labels.yaml"), shape)[0]


class Callbacks(Frozen):
    """A person of the business calls the customer."""

    department: str | None = None
    """Who calls, and in whose hours, by the name in `tenant.yaml`; None: the whole business."""
    call_within_min: Minutes = 30
    """What is promised in working hours."""
    after_opening_min: Minutes = 60
    """What is promised to those who asked while it was closed."""
    plan_outside_hours: bool = True
    retry_after_min: Minutes = 20
    most_tries: Annotated[int, Field(ge=1, le=10)] = 3
    remind_after_min: Minutes = 10
    escalate_after_min: Minutes = 30
    region: Annotated[str, AfterValidator(_region)] = "RU"
    """Where a number without a country code is taken to be from."""
    results: Labels = Field(default_factory=lambda: _usual()["results"])

    @model_validator(mode="after")
    def reminds_first(self) -> Self:
        if self.remind_after_min >= self.escalate_after_min:
            raise ValueError("remind_after_min must be less than escalate_after_min")
        return self


class Dialogues(Frozen):
    silence_min: Annotated[int, Field(ge=5, le=7 * _DAY_MIN)] = 30
    """After so much silence a dialogue is over."""
    keeps_summary: bool = True
    """Whether a summary may be kept for the next visit of who agrees to it."""


class Ratings(Frozen):
    csat: bool = True
    good_from: Annotated[int, Field(ge=2, le=10)] = 8
    """Of ten points; below it people are asked for `reasons_low`, from it for `reasons_high`."""
    nps: bool = True
    nps_every_days: Annotated[int, Field(ge=1, le=3650)] = 90
    reasons_low: Labels = Field(default_factory=lambda: _usual()["reasons_low"])
    reasons_high: Labels = Field(default_factory=lambda: _usual()["reasons_high"])


class Handoffs(Frozen):
    """A person of the business takes the dialogue over."""

    enabled: bool = True
    red_light: bool = True
    """Whether an answer with a red light calls an operator by itself."""
    wait_min: Minutes = 5
    """So long a customer waits for an operator before a call back is offered instead."""


class Review(Frozen):
    mode: Literal["automatic", "partial", "adviser"] = "automatic"
    """Which answers wait for a person: none, those without a green light, all."""
    wait_min: Minutes = 10
    """So long a customer waits for a person to confirm an answer; staff are reminded after half of it."""


class Service(Frozen):
    callbacks: Callbacks = Field(default_factory=Callbacks)
    dialogues: Dialogues = Dialogues()
    ratings: Ratings = Field(default_factory=Ratings)
    handoffs: Handoffs = Handoffs()
    review: Review = Review()


def read_service(path: Path) -> Service:
    """The settings; the defaults where the file says nothing. Raises TenantError."""
    return Service() if says_nothing(path) else read_yaml(path, TypeAdapter(Service))[0]
