"""Held answers and proposals in both databases."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from bot.domain import ChannelName, ChatRef, Light, Outcome
from bot.domain.reviews import ProposalStatus, ReviewMode, ReviewStatus
from bot.store.proposals import ProposalStore
from bot.store.reviews import Held, ReviewStore
from bot.store.turns import TurnStore
from tests.records import answer, turn_record

AT = datetime(2026, 11, 25, 5, tzinfo=UTC)
HELD = Held(
    chat=ChatRef(channel=ChannelName.TELEGRAM, chat_id="42"),
    person_id="42",
    person_name="Анна",
    language="ru",
    turn_id="telegram:42:1",
    mode=ReviewMode.ADVISER,
    question="Вопрос 1",
    answer="Ответ",
    light=Light.YELLOW,
    held_sealed="x",
    created_at=AT,
    remind_at=AT + timedelta(minutes=5),
    due_at=AT + timedelta(minutes=10),
)


def test_a_turn_is_held_once_with_its_first_words(engine: Engine) -> None:
    store = ReviewStore(engine, "mercedes")
    first = store.hold(HELD)
    assert store.hold(replace(HELD, answer="Другой")) == first


def test_one_of_many_who_decide_at_once_does(engine: Engine) -> None:
    store = ReviewStore(engine, "mercedes")
    review = store.hold(HELD)

    def decide(number: int) -> bool:
        status = ReviewStatus.APPROVED if number % 2 else ReviewStatus.DECLINED
        return store.decide(review.review_id, status, by=str(number), final="", sealed=None, at=AT)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(decide, range(40))) == 1


def test_what_expired_can_be_decided_but_what_is_decided_never_expires(engine: Engine) -> None:
    store = ReviewStore(engine, "mercedes")
    number = store.hold(HELD).review_id
    assert store.expire(number)
    assert store.decide(number, ReviewStatus.APPROVED, by="x", final="", sealed=None, at=AT)
    assert not store.expire(number)


def test_the_logged_turn_says_what_was_sent_with_its_own_outcome(engine: Engine) -> None:
    reviews, turns = ReviewStore(engine, "mercedes"), TurnStore(engine)
    held = answer("Проверяет", outcome=Outcome.SCRIPTED, trace={"held_outcome": "unknown"})
    turns.record([turn_record(1, answer=held)])
    number = reviews.hold(HELD).review_id
    reviews.decide(number, ReviewStatus.APPROVED, by="x", final="Ответ", sealed=None, at=AT)
    review = reviews.review(number)
    assert review is not None
    reviews.log_final(review)
    logged = turns.turn("telegram:42:1")
    assert logged is not None
    assert (logged.answer.text, logged.answer.outcome) == ("Ответ", Outcome.UNKNOWN)


def test_of_another_tenant_nothing_is_seen(engine: Engine) -> None:
    number = ReviewStore(engine, "mercedes").hold(HELD).review_id
    assert ReviewStore(engine, "bakery").review(number) is None


def test_the_same_proposal_of_the_same_person_waits_once(engine: Engine) -> None:
    store = ProposalStore(engine, "bakery")
    for _ in range(2):
        store.propose(turn_id="t", question="Торты?", answer="Да.", by="telegram:1", at=AT)
    assert len(store.waiting()) == 1


def test_what_the_writing_raises_leaves_the_proposal_waiting(engine: Engine) -> None:
    store = ProposalStore(engine, "bakery")
    store.propose(turn_id="t", question="Торты?", answer="Да.", by="telegram:1", at=AT)
    (proposal,) = store.waiting()

    def refuse() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        store.decide(proposal.proposal_id, ProposalStatus.ACCEPTED, by="x", at=AT, first=refuse)
    assert store.waiting() == [proposal]
