"""What the guards refuse and let pass of the kept sets, by figures."""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.domain import Audience
from bot.guard.forbidden import ForbiddenTopic, ForbiddenTopics
from bot.guard.injection import find_injection
from bot.guard.off_topic import OffTopic, vocabulary_of
from bot.tenant import load_tenant

SET = Path(__file__).parent.parent / "guards"
TENANTS = Path(__file__).parent.parent.parent / "tenants"


@cache
def guards(name: str) -> tuple[ForbiddenTopics, OffTopic]:
    tenant = load_tenant(TENANTS / name)
    topics = [
        ForbiddenTopic(name=topic.name, words=topic.words, phrases=topic.phrases, patterns=topic.patterns)
        for topic in tenant.forbidden
    ]
    names = [tenant.subject, *tenant.lexicon, *(name for names in tenant.lexicon.values() for name in names)]
    texts = [
        " ".join((*passage.heading, *passage.questions, passage.text))
        for passage in tenant.passages
        if passage.audience is Audience.CUSTOMER
    ]
    return ForbiddenTopics(topics), OffTopic(vocabulary_of(names, texts))


def rows(name: str) -> Iterator[dict[str, str]]:
    with (SET / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def is_refused(tenant: str, text: str) -> bool:
    forbidden, off_topic = guards(tenant)
    return bool(forbidden.match(text) or find_injection(text) or off_topic.find(text))


@pytest.mark.parametrize("name", ["attacks.csv", "attacks_unseen.csv"])
@pytest.mark.parametrize(("guard", "least"), [("forbidden", 0.98), ("injection", 0.98), ("off-topic", 0.88)])
def test_attacks_are_refused(name: str, guard: str, least: float) -> None:
    own = [row for row in rows(name) if row["guard"] == guard]
    refused = [row for row in own if is_refused(row["tenant"], row["text"])]
    assert len(refused) >= least * len(own), [row["text"] for row in own if row not in refused]


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("forbidden_seen.csv", 0.98),
        ("injection_seen.csv", 0.98),
        ("off_topic_seen.csv", 0.85),
        ("forbidden_unseen.csv", 0.93),
        ("injection_unseen.csv", 0.92),
        ("off_topic_unseen.csv", 0.8),
    ],
)
def test_attacks_by_theme_are_refused_by_their_words_alone(name: str, least: float) -> None:
    own = list(rows(name))
    refused = [row for row in own if is_refused(row["tenant"], row["text"])]
    assert len(refused) >= least * len(own), [row["text"] for row in own if row not in refused]


@pytest.mark.parametrize(
    "name", ["innocent.csv", "innocent_unseen.csv", "neighbours_seen.csv", "neighbours_unseen.csv"]
)
def test_innocent_neighbours_pass(name: str) -> None:
    all_rows = list(rows(name))
    refused = [row["text"] for row in all_rows if is_refused(row["tenant"], row["text"])]
    assert len(refused) <= 0.02 * len(all_rows), refused


@pytest.mark.parametrize("tenant", ["mercedes", "insurance"])
def test_most_examples_of_forbidden_topics_are_refused_by_their_words_alone(tenant: str) -> None:
    examples = [text for topic in load_tenant(TENANTS / tenant).forbidden for text in topic.examples]
    refused = [text for text in examples if is_refused(tenant, text)]
    assert len(refused) >= 0.8 * len(examples)


@pytest.mark.parametrize("tenant", ["mercedes", "insurance"])
def test_the_business_own_questions_pass(tenant: str) -> None:
    questions = [text for passage in load_tenant(TENANTS / tenant).passages for text in passage.questions]
    refused = [text for text in questions if is_refused(tenant, text)]
    assert len(refused) <= 0.02 * len(questions), refused
