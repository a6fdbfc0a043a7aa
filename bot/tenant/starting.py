"""A new tenant's folder from a dozen answers: small, whole and without problems."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from bot.tenant.hours import parse_hours
from bot.tenant.values import Email, Phone, TenantName, TimeZone, Url

_STARTER = Path(__file__).with_name("starter")
_FILES = (
    "tenant.yaml",
    "legend.md",
    "faq.md",
    "lexicon.yaml",
    "forbidden.yaml",
    "examples.yaml",
    "terms.yaml",
    "terms.ru.md",
    "terms.en.md",
    "service.yaml",
)
_HOURS = ("workdays", "saturday", "sunday")
_FIELDS: Mapping[str, Any] = {
    "name": TenantName,
    "time_zone": TimeZone,
    "phone": Phone,
    "email": Email,
    "website": Url,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class StarterQuestion:
    """One thing to ask the owner. Without a `default` it must be answered."""

    name: str
    ask: str
    default: str = ""


def starter_questions() -> Sequence[StarterQuestion]:
    return tuple(StarterQuestion(**question) for question in _wording()["questions"])


def starter_text(text: str, /, **values: object) -> str:
    """What the command says besides the questions."""
    return str(_wording()[text]).format(**values)


def fault_of(name: str, answer: str) -> str:
    """Why an answer cannot stand, or ""."""
    if not answer:
        return starter_text("needed")
    try:
        if name in _HOURS:
            parse_hours(answer)
        elif name in _FIELDS:
            TypeAdapter(_FIELDS[name]).validate_python(answer)
    except ValidationError as error:
        return str(error.errors()[0]["msg"]).removeprefix("Value error, ")
    except ValueError as error:
        return str(error)
    return ""


def write_tenant(folder: Path, answers: Mapping[str, str]) -> None:
    """Write the files. Raises FileExistsError when there is such a folder."""
    folder.mkdir(parents=True)
    for name in _FILES:
        template = Template((_STARTER / name).read_text(encoding="utf-8"))
        values = _told(name, answers)
        (folder / name).write_text(template.substitute(values), encoding="utf-8")


def _told(name: str, answers: Mapping[str, str]) -> Mapping[str, str]:
    """As the readers of each file take them: braces in terms would be places to fill."""
    if name.startswith("terms."):
        return {question: re.sub(r"[{}]", r"\g<0>\g<0>", answer) for question, answer in answers.items()}
    return answers if name.endswith(".md") else _quoted(answers)


def _quoted(answers: Mapping[str, str]) -> dict[str, str]:
    """As YAML reads them, whatever signs they hold: JSON strings are YAML."""
    return {name: json.dumps(value, ensure_ascii=False) for name, value in answers.items()}


@cache
def _wording() -> dict[str, Any]:
    wording: dict[str, Any] = yaml.load(
        (_STARTER / "questions.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader
    )
    return wording
