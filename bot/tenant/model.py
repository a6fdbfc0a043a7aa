"""What a tenant is: a business's own data, read once and never changed while it is in use."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from bot.domain import Passage
from bot.tenant.actions import Action
from bot.tenant.articles import Articles
from bot.tenant.gate import Gate
from bot.tenant.golden import GoldenQuestion
from bot.tenant.hours import CalendarDay, Hours, Span
from bot.tenant.phones import phone_digits
from bot.tenant.service import Service
from bot.tenant.shapes import Frozen, Names
from bot.tenant.stock import StockSchema
from bot.tenant.tariffs import Tariffs
from bot.tenant.terms import Terms
from bot.tenant.values import Email, Language, Pattern, Phone, TelegramName, TenantName, TimeZone, Url
from bot.tenant.wording import asked_of, pieces, slug


class WorkingHours(Frozen):
    monday: Hours
    tuesday: Hours
    wednesday: Hours
    thursday: Hours
    friday: Hours
    saturday: Hours
    sunday: Hours

    @property
    def week(self) -> tuple[tuple[Span, ...], ...]:
        """From Monday, as `date.weekday()` counts."""
        days = (self.monday, self.tuesday, self.wednesday, self.thursday, self.friday)
        return (*days, self.saturday, self.sunday)


class Holiday(Frozen):
    """A day whose hours differ from its weekday's; without hours it is closed."""

    day: Annotated[CalendarDay, BeforeValidator(CalendarDay.parse)]
    hours: Hours = ()
    name: str | None = None


class Contacts(Frozen):
    phone: Phone
    email: Email
    address: str
    website: Url
    telegram: TelegramName | None = None


class Department(Frozen):
    """A part of the business; what it does not say itself is as in the whole business."""

    name: str
    does: str | None = None
    phone: Phone | None = None
    email: Email | None = None
    hours: WorkingHours | None = None
    ignores_holidays: bool = False
    """True: its own hours hold on every holiday too."""
    names: Names = ()
    """What else people call it."""
    translations: Mapping[Language, str] = {}
    """How it is called in the other languages."""

    def called(self, language: str) -> str:
        return self.translations.get(language, self.name)


class Persona(Frozen):
    name: str
    manner: str
    greeting: str


class Wording(Frozen):
    """How the tenant is called in one language."""

    title: str
    subject: str
    persona_name: str


class Profile(Frozen):
    """What `tenant.yaml` says."""

    name: TenantName
    title: str
    subject: str
    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    """The first is the language of the knowledge."""
    time_zone: TimeZone
    working_hours: WorkingHours
    holidays: tuple[Holiday, ...] = ()
    contacts: Contacts
    persona: Persona
    departments: tuple[Department, ...] = ()
    policies: tuple[str, ...] = ()
    """Rules of the house, a sentence each, that hold for every answer."""
    shows_sources: bool = False
    """Whether a line under each answer says where it comes from."""
    voice_out: Literal["off", "on_request", "voice_for_voice"] = "off"
    """Whether answers are spoken too: never, to those who asked for it, or also to whoever speaks."""
    translations: Mapping[Language, Wording] = {}

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def phones(self) -> frozenset[str]:
        """The digits of every number that the business answers."""
        own = (self.contacts.phone, *(department.phone for department in self.departments))
        return frozenset(phone_digits(phone) for phone in own if phone is not None)

    def department(self, name: str | None) -> Department | None:
        """By its name; None for the whole business and for a name that nobody has."""
        return next((department for department in self.departments if department.name == name), None)

    def wording(self, language: str) -> Wording:
        own = Wording(title=self.title, subject=self.subject, persona_name=self.persona.name)
        return self.translations.get(language, own)

    def hours_on(self, day: date, department: Department | None = None) -> tuple[Span, ...]:
        """When it is open on a local day."""
        holiday = self.holiday_on(day, department)
        return self._usual_on(day, department) if holiday is None else holiday.hours

    def holiday_on(self, day: date, department: Department | None = None) -> Holiday | None:
        """The holiday that sets the hours of that day; one of one year goes before a yearly one."""
        if department is not None and (department.ignores_holidays or not self._usual_on(day, department)):
            return None
        falling = (holiday for holiday in self.holidays if holiday.day.falls_on(day))
        return max(falling, key=lambda holiday: holiday.day.year is not None, default=None)

    def _usual_on(self, day: date, department: Department | None) -> tuple[Span, ...]:
        own = department.hours if department is not None else None
        return (own or self.working_hours).week[day.weekday()]

    def is_open(self, at: datetime, department: Department | None = None) -> bool:
        """`at` is aware, in any zone."""
        if at.tzinfo is None:
            raise ValueError("at must be aware")
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return any(
            span.opens_min <= minute < span.closes_min for span in self.hours_on(local.date(), department)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """One heading of the legend with the text under it. `line` is the heading's."""

    heading: tuple[str, ...]
    text: str
    line: int
    wordings: tuple[str, ...] = ()
    """Questions that it answers, as people ask them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Legend:
    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FaqEntry:
    """A question with its other wordings and its one answer. `line` is the question's."""

    section: str
    question: str
    wordings: tuple[str, ...]
    answer: str
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Faq:
    title: str
    entries: tuple[FaqEntry, ...]


class Topic(Frozen):
    """A subject that is not talked about. `patterns` are regular expressions."""

    name: str
    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    examples: tuple[str, ...] = ()
    """Messages that must be refused: for tests."""

    @model_validator(mode="after")
    def can_be_recognised(self) -> Self:
        if not (self.words or self.phrases or self.patterns):
            raise ValueError("a topic needs words, phrases or patterns")
        return self


class Forbidden(Frozen):
    topics: tuple[Topic, ...]


class Example(Frozen):
    """A dry draft and the same thing said in the persona's manner."""

    question: str
    draft: str
    phrased: str


class Tenant(Profile):
    """A whole folder: the profile's fields and everything that lies beside it."""

    legend: Legend
    faq: Faq
    lexicon: Mapping[str, tuple[str, ...]]
    """The proper term and what people call it."""
    forbidden: tuple[Topic, ...]
    examples: tuple[Example, ...]
    texts: Mapping[str, Mapping[str, str]] = {}
    """Per language, the wordings of the catalogue that the tenant replaces."""
    stock: StockSchema | None = None
    """The table of what is for sale, if there is one."""
    tariffs: Tariffs | None = None
    """What is computed; None where nothing is."""
    golden: tuple[GoldenQuestion, ...] = ()
    golden_gate: tuple[GoldenQuestion, ...] = ()
    """The frozen part: for the gate of a release alone, never shown."""
    gate: Gate | None = None
    """The tolerances of that gate; None: those of the product."""
    articles: Articles = Articles()
    terms: Terms | None = None
    """What people agree to before the first answer; None: nothing is asked."""
    service: Service = Field(default_factory=Service)
    actions: tuple[Action, ...] = ()
    """What the assistant may do for a customer."""

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The knowledge in pieces small enough to quote, also what is for staff alone.

        Ids change only when a heading does.
        """
        articles = (passage for article in self.articles.read for passage in article.passages)
        return (*self._faq_passages(), *self._legend_passages(), *articles)

    def _faq_passages(self) -> tuple[Passage, ...]:
        return tuple(
            Passage(
                passage_id=f"faq/{slug(entry.question)}",
                document=self.faq.title,
                heading=(entry.section, entry.question),
                text=entry.answer,
                questions=(entry.question, *entry.wordings),
            )
            for entry in self.faq.entries
        )

    def _legend_passages(self) -> tuple[Passage, ...]:
        return tuple(
            Passage(
                passage_id="/".join(("legend", *map(slug, section.heading)))
                + (f"#{part}" if part > 1 else ""),
                document=self.legend.title,
                heading=section.heading,
                text=text,
                questions=asked_of(section.heading, section.wordings),
            )
            for section in self.legend.sections
            for part, text in enumerate(pieces(section.text), start=1)
        )
