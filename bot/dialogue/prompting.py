"""Builds the prompt that suits a model: compose from facts, or phrase a stored text.

The system message and the examples depend on the tenant alone, so that a server can keep them cached:
the time to the first token does not grow with the knowledge.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

from bot.data_files import read_data
from bot.domain import Recollection, Speaker
from bot.llm.model import Message, Prompt, Sampling
from bot.tenant import Tenant

_UNKNOWN = re.compile(r"(?i:не[\\_\-‑–]+знаю)|НЕ +ЗНАЮ")
_UNKNOWN_ALONE = re.compile(
    r"[\W_]*(?:(?:к сожалению|я|увы)[\W_]+)*(?:не[\W_]*знаю|i (?:do not|don.t) know)[\W_]*", re.IGNORECASE
)
_TASKS = (
    "compose_facts",
    "compose_read",
    "compose_task",
    "choose_task",
    "phrase_task",
    "repair",
    "verify_task",
)
YES: Final = "ДА"
NO: Final = "НЕТ"
_VERIFIED_CHARACTERS = 400
"""As much of a passage as a small model reads within some two seconds."""
_RECITED = 8
"""As many words in a row are no chance."""
_HEADING = re.compile(
    r"^(\W*)(факты|разговор|сообщение клиента|facts)([^\n:]{0,30}):", re.IGNORECASE | re.MULTILINE
)
_QUOTES = re.compile(r"<<<|>>>")
_FACT_CHARACTERS = 1_500
"""The most of one passage that a prompt quotes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompts:
    """A tenant's static beginnings. `version` names the wording in logs; any change to it shows."""

    compose_prefix: tuple[Message, ...]
    phrase_prefix: tuple[Message, ...]
    verify_prefix: tuple[Message, ...]
    sampling: Sampling
    version: str

    def compose(
        self, question: str, facts: Sequence[tuple[str, str]], recollection: Recollection, language: str
    ) -> Prompt:
        """The facts, each with its place, stand in a message of their own: no customer can write any."""
        quoted = _user(_template("compose_facts").format(facts=_facts(facts)))
        task = _template("compose_task").format(
            history=_quoted(_history(recollection)), language=language, question=_quoted(question)
        )
        read = Message(role="assistant", content=_template("compose_read").strip())
        return Prompt(messages=(*self.compose_prefix, quoted, read, _user(task)), sampling=self.sampling)

    def choose(self, question: str, recollection: Recollection) -> Prompt:
        """A request that is to be answered by calling a function, if one suits."""
        task = _template("choose_task").format(
            history=_quoted(_history(recollection)), question=_quoted(question)
        )
        return Prompt(messages=(*self.compose_prefix, _user(task)), sampling=self.sampling)

    def phrase(self, question: str, draft: str) -> Prompt:
        task = _template("phrase_task").format(question=question, draft=draft)
        return Prompt(messages=(*self.phrase_prefix, _user(task)), sampling=self.sampling)

    def verify(self, question: str, heading: str, text: str) -> Prompt:
        """A request that is to be answered with YES or NO: whether the text answers the question."""
        quoted = f"{heading}: {text[:_VERIFIED_CHARACTERS]}"
        task = _template("verify_task").format(text=quoted, question=question)
        return Prompt(
            messages=(*self.verify_prefix, _user(task)),
            sampling=replace(self.sampling, temperature=0.0, max_tokens=2),
            alternatives=(YES, NO),
        )

    def repair(self, prompt: Prompt, answer: str, claims: Sequence[str]) -> Prompt:
        """The same request with the faulty answer and what was wrong with it."""
        correction = _user(_template("repair").format(claims="; ".join(claims)))
        said = Message(role="assistant", content=answer)
        return Prompt(messages=(*prompt.messages, said, correction), sampling=prompt.sampling)


def says_unknown(draft: str) -> bool:
    """Whether a model says that it does not know, with the mark or with nothing but the words."""
    return bool(_UNKNOWN.search(draft)) or bool(_UNKNOWN_ALONE.fullmatch(draft))


def recites_rules(draft: str) -> bool:
    """Whether a draft tells the customer what the models are told."""
    words = _words(draft)
    return any(tuple(words[at : at + _RECITED]) in _rules() for at in range(len(words) - _RECITED + 1))


@cache
def _rules() -> frozenset[tuple[str, ...]]:
    """Every run of words in the rules, without what stands there of the tenant: that may be told."""
    parts = [part for name in ("compose", "phrase") for part in re.split(r"\{\w+\}", _template(name))]
    return frozenset(
        tuple(words[at : at + _RECITED])
        for words in map(_words, parts)
        for at in range(len(words) - _RECITED + 1)
    )


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower().replace("ё", "е"))


def build_prompts(tenant: Tenant, sampling: Sampling) -> Prompts:
    compose = _system(
        _template("compose").format(
            persona=tenant.persona.name,
            title=tenant.title,
            manner=tenant.persona.manner,
            subject=tenant.subject,
            policies="\n".join(f"- {policy}" for policy in tenant.policies),
            contacts=public_facts(tenant),
        )
    )
    phrase = _system(_template("phrase").format(title=tenant.title, manner=tenant.persona.manner))
    examples = tuple(
        message
        for example in tenant.examples[:2]
        for message in (
            _user(_template("phrase_task").format(question=example.question, draft=example.draft)),
            Message(role="assistant", content=example.phrased),
        )
    )
    verify = (_system(_template("verify")), *_verified_examples())
    tasks = "".join(_template(name) for name in _TASKS)
    static = "".join(message.content for message in (compose, phrase, *examples, *verify)) + tasks
    return Prompts(
        compose_prefix=(compose,),
        phrase_prefix=(phrase, *examples),
        verify_prefix=verify,
        sampling=sampling,
        version=hashlib.sha256(static.encode()).hexdigest()[:12],
    )


@cache
def _verified_examples() -> tuple[Message, ...]:
    path = Path(__file__).with_name("prompts") / "verify_examples.yaml"
    known = read_data(path)
    return tuple(
        message
        for example in known["examples"]
        for message in (
            _user(
                _template("verify_task").format(
                    text=known["texts"][example["text"]], question=example["question"]
                )
            ),
            Message(role="assistant", content=example["answer"]),
        )
    )


def public_facts(tenant: Tenant) -> str:
    """What is true of the business at any time: how to reach it."""
    contacts = tenant.contacts
    lines = [f"Телефон: {contacts.phone}", f"Почта: {contacts.email}", f"Адрес: {contacts.address}"]
    lines.append(f"Сайт: {contacts.website}")
    if contacts.telegram:
        lines.append(f"Telegram: {contacts.telegram}")
    lines += [f"{room.name}: {room.phone}" for room in tenant.departments if room.phone]
    return "\n".join(lines)


def _facts(facts: Sequence[tuple[str, str]]) -> str:
    if not facts:
        return "(нет)"
    return "\n\n".join(f"[{place}]\n{text[:_FACT_CHARACTERS]}" for place, text in facts)


def _history(recollection: Recollection) -> str:
    names = {Speaker.CUSTOMER: "Клиент", Speaker.ASSISTANT: "Ты"}
    lines = [f"{names[remark.speaker]}: {remark.text}" for remark in recollection.remarks]
    return "\n".join(filter(None, (recollection.summary, *lines))) or "(начало разговора)"


def _quoted(text: str) -> str:
    """What people wrote, with nothing in it that looks like a part of the prompt."""
    return _HEADING.sub(r"\1\2\3,", _QUOTES.sub("", text))


def _system(text: str) -> Message:
    return Message(role="system", content=text.strip())


def _user(text: str) -> Message:
    return Message(role="user", content=text.strip())


@cache
def _template(name: str) -> str:
    return (Path(__file__).with_name("prompts") / f"{name}.md").read_text(encoding="utf-8")
