"""From a folder to a Tenant, or to every problem that is in the way."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from bot.errors import Problem, TenantError
from bot.tenant.actions import FILE as ACTIONS
from bot.tenant.actions import read_actions
from bot.tenant.agreeing import strange_actions, strange_departments, unspoken_terms
from bot.tenant.articles import FOLDER as ARTICLES
from bot.tenant.articles import read_articles
from bot.tenant.gate import read_gate
from bot.tenant.golden import read_golden
from bot.tenant.lexicon import read_lexicon
from bot.tenant.markdown import read_faq, read_legend
from bot.tenant.model import (
    Example,
    Faq,
    Forbidden,
    Legend,
    Profile,
    Tenant,
    Topic,
)
from bot.tenant.phones import phone_digits, phones_in
from bot.tenant.service import FILE as SERVICE
from bot.tenant.service import read_service
from bot.tenant.source import read_yaml
from bot.tenant.stock import read_stock_schema
from bot.tenant.tariffs import read_tariffs
from bot.tenant.terms import FILE as TERMS
from bot.tenant.terms import read_terms

_PROFILE_FILE = "tenant.yaml"


def load_tenant(path: Path) -> Tenant:
    """The tenant in a folder, without the articles that cannot be read: `articles.problems` says why.

    Raises TenantError that carries every problem of the other files.
    """
    found = _read(path)
    if not isinstance(found, Tenant):
        raise TenantError(found)
    return found


def check_tenant(path: Path) -> list[Problem]:
    """Every problem of a tenant folder, by file and line; empty if the whole of it can be used."""
    found = _read(path)
    return list(found.articles.problems) if isinstance(found, Tenant) else found


def find_tenant(name_or_path: str, root: Path) -> Path:
    """The folder of a tenant, named as it is under `root` or by its path. Raises TenantError."""
    for folder in (root / name_or_path, Path(name_or_path).expanduser()):
        if name_or_path.strip() and folder.is_dir() and folder.resolve() != root.resolve():
            return folder
    known = sorted(profile.parent.name for profile in root.glob(f"*/{_PROFILE_FILE}"))
    message = f'there is no tenant "{name_or_path}"; known here: {", ".join(known) or "none"}'
    raise TenantError([Problem(file=root, line=None, message=message)])


def _read(folder: Path) -> Tenant | list[Problem]:
    if not folder.is_dir():
        return [Problem(file=folder, line=None, message="there is no such folder")]
    parts: dict[str, Any] = {}
    problems: list[Problem] = []
    for part, (name, reader) in _READERS.items():
        try:
            parts[part] = reader(folder / name)
        except TenantError as error:
            problems += error.problems
    if "profile" in parts:
        problems += _foreign_phones(folder, parts)
        problems += _disagreements(folder, parts)
    if problems:
        problems += parts["articles"].problems
        return sorted(problems, key=lambda problem: (problem.file.name, problem.line or 0))
    return Tenant(**dict(parts.pop("profile")), **parts)


def _read_profile(path: Path) -> Profile:
    profile, lines = read_yaml(path, TypeAdapter(Profile))
    folder = path.resolve().parent.name
    problems = []
    if profile.name != folder:
        message = f'name: "{profile.name}" must be the name of the folder, "{folder}"'
        problems.append(Problem(file=path, line=lines["name",], message=message))
    for language in profile.translations:
        if language not in profile.languages:
            message = f'translations: "{language}" is not among the languages'
            problems.append(Problem(file=path, line=lines["translations", language], message=message))
    problems += _other_languages(path.parent, profile)
    if problems:
        raise TenantError(problems)
    return profile


def _other_languages(folder: Path, profile: Profile) -> Iterator[Problem]:
    for file in sorted(folder.glob("texts.*.yaml")):
        if file.suffixes[0].removeprefix(".") not in profile.languages:
            yield Problem(
                file=file, line=1, message=f"the file's language is not among those of {_PROFILE_FILE}"
            )


def _read_topics(path: Path) -> tuple[Topic, ...]:
    return read_yaml(path, TypeAdapter(Forbidden))[0].topics


def _read_examples(path: Path) -> tuple[Example, ...]:
    return read_yaml(path, TypeAdapter(tuple[Example, ...]))[0]


def _read_texts(folder: Path) -> Mapping[str, Mapping[str, str]]:
    texts = {}
    problems: list[Problem] = []
    for file in sorted(folder.glob("texts.*.yaml")):
        try:
            texts[file.suffixes[0].removeprefix(".")] = read_yaml(file, TypeAdapter(dict[str, str]))[0]
        except TenantError as error:
            problems += error.problems
    if problems:
        raise TenantError(problems)
    return texts


_READERS: Mapping[str, tuple[str, Callable[[Path], Any]]] = {
    "profile": (_PROFILE_FILE, _read_profile),
    "legend": ("legend.md", read_legend),
    "faq": ("faq.md", read_faq),
    "lexicon": ("lexicon.yaml", read_lexicon),
    "forbidden": ("forbidden.yaml", _read_topics),
    "examples": ("examples.yaml", _read_examples),
    "texts": ("", _read_texts),
    "tariffs": ("tariffs.yaml", read_tariffs),
    "golden": ("golden.csv", read_golden),
    "stock": ("stock.yaml", read_stock_schema),
    "golden_gate": ("golden_gate.csv", read_golden),
    "gate": ("gate.yaml", read_gate),
    "articles": (ARTICLES, read_articles),
    "terms": (TERMS, read_terms),
    "service": (SERVICE, read_service),
    "actions": (ACTIONS, read_actions),
}


def _disagreements(folder: Path, parts: Mapping[str, Any]) -> Iterator[Problem]:
    """Of what is said about serving people, with the profile and the table."""
    profile: Profile = parts["profile"]
    if parts.get("terms") is not None:
        yield from unspoken_terms(folder / TERMS, parts["terms"], profile)
    if "service" in parts:
        yield from strange_departments(folder / SERVICE, parts["service"], profile)
    if parts.get("actions") and "stock" in parts:
        yield from strange_actions(folder / ACTIONS, parts["actions"], profile, parts["stock"])


def _foreign_phones(folder: Path, parts: Mapping[str, Any]) -> Iterator[Problem]:
    """Numbers in the knowledge that nobody at the business answers, according to `tenant.yaml`."""
    profile: Profile = parts["profile"]
    legend: Legend | None = parts.get("legend")
    faq: Faq | None = parts.get("faq")
    texts = [("legend.md", section.line, section.text) for section in (legend.sections if legend else ())]
    texts += [("faq.md", entry.line, entry.answer) for entry in (faq.entries if faq else ())]
    for name, line, text in texts:
        for phone in phones_in(text):
            if phone_digits(phone) not in profile.phones:
                message = f"the phone {phone} is not among the contacts and departments of {_PROFILE_FILE}"
                yield Problem(file=folder / name, line=line, message=message)
