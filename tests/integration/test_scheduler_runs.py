"""From the decision that a job runs to its end, whatever is lost on the way."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from sqlalchemy import Engine

from bot.errors import StoreError
from bot.people.clockwork.dispatching import TRIES, Dispatcher
from bot.people.clockwork.jobs import DutyRunner, Job
from bot.people.clockwork.leading import Leadership
from bot.queue.duties import Duties
from bot.store.job_runs import JobRun, JobRunStore, LeaseStore, RunOutcome

DUE = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
DIGEST = Job(name="digest", every_s=60)


class Elapsed:
    """A steady clock that a test turns."""

    def __init__(self) -> None:
        self.s = 0.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def elapsed() -> Elapsed:
    return Elapsed()


@pytest.fixture
def queue(redis_url: str, redis: AsyncRedis) -> Iterator[Redis]:
    client = Redis.from_url(redis_url)
    yield client
    client.close()


@pytest.fixture
def runs(engine: Engine) -> JobRunStore:
    return JobRunStore(engine, "bakery")


@pytest.fixture
def dispatcher(runs: JobRunStore, queue: Redis, elapsed: Elapsed) -> Dispatcher:
    return Dispatcher({"digest": DIGEST}, runs, Duties(queue), elapsed=elapsed)


def queued(queue: Redis) -> int:
    return int(queue.llen("rq:queue:turns"))


def only(runs: JobRunStore) -> JobRun:
    return runs.last()["digest"]


def test_what_is_due_is_queued_once(dispatcher: Dispatcher, runs: JobRunStore, queue: Redis) -> None:
    assert dispatcher.start(DIGEST, "a", DUE)
    assert not dispatcher.start(DIGEST, "a", DUE)
    assert queued(queue) == 1
    dispatcher.look_after()
    assert queued(queue) == 1


def test_while_a_run_is_open_there_is_no_other(dispatcher: Dispatcher, runs: JobRunStore) -> None:
    assert dispatcher.start(DIGEST, "a", DUE)
    assert not dispatcher.start(DIGEST, "b", DUE)
    runs.end(only(runs).run_id, RunOutcome.DONE, started_at=DUE, at=DUE)
    assert dispatcher.start(DIGEST, "b", DUE)
    assert not dispatcher.start(DIGEST, "a", DUE)


def test_what_an_admin_asks_for_is_queued_by_the_next_look(
    dispatcher: Dispatcher, runs: JobRunStore, queue: Redis
) -> None:
    assert runs.claim("digest", "tap:1", DUE, asked_by="telegram:1")
    dispatcher.look_after()
    assert queued(queue) == 1


def test_a_decision_whose_maker_died_before_the_queue_is_made_good(
    dispatcher: Dispatcher, runs: JobRunStore, queue: Redis, elapsed: Elapsed
) -> None:
    assert runs.claim("digest", "a", DUE, tries=1)
    dispatcher.look_after()
    assert queued(queue) == 0
    elapsed.s += 3
    dispatcher.look_after()
    assert queued(queue) == 1


def test_a_queue_that_was_lost_is_filled_again_and_not_for_ever(
    dispatcher: Dispatcher, runs: JobRunStore, queue: Redis, elapsed: Elapsed
) -> None:
    dispatcher.start(DIGEST, "a", DUE)
    for _ in range(TRIES * 2):
        queue.flushall()
        dispatcher.look_after()
        elapsed.s += 3
        dispatcher.look_after()
    assert only(runs).outcome is RunOutcome.LOST
    assert only(runs).tries == TRIES


async def test_a_run_that_fails_rests_and_is_tried_again(
    dispatcher: Dispatcher, runs: JobRunStore, queue: Redis, elapsed: Elapsed
) -> None:
    async def fail() -> None:
        raise StoreError("full")

    dispatcher.start(DIGEST, "a", DUE)
    queue.flushall()
    with pytest.raises(StoreError):
        await DutyRunner({"digest": fail}, runs).do("digest", only(runs).run_id)
    assert only(runs).is_open
    dispatcher.look_after()
    elapsed.s += 10
    dispatcher.look_after()
    assert queued(queue) == 0
    elapsed.s += 10
    dispatcher.look_after()
    assert queued(queue) == 1
    assert only(runs).error == "StoreError"


async def test_a_run_that_is_over_is_not_done_again(runs: JobRunStore) -> None:
    done = []

    async def note() -> None:
        done.append(1)

    run_id = runs.claim("digest", "a", DUE)
    assert run_id is not None
    runner = DutyRunner({"digest": note}, runs)
    await runner.do("digest", run_id)
    await runner.do("digest", run_id)
    assert done == [1]
    assert only(runs).outcome is RunOutcome.DONE


async def test_a_job_that_this_version_does_not_know_is_let_be(runs: JobRunStore) -> None:
    run_id = runs.claim("digest", "a", DUE)
    assert run_id is not None
    await DutyRunner({}, runs).do("digest", run_id)
    assert only(runs).outcome is RunOutcome.FAILED


def test_only_the_last_runs_of_a_job_are_remembered(runs: JobRunStore, engine: Engine) -> None:
    for number in range(430):
        run_id = runs.claim("digest", str(number), DUE)
        assert run_id is not None
        runs.end(run_id, RunOutcome.DONE, started_at=DUE, at=DUE)
    assert runs.run("digest", "0") is None
    assert runs.run("digest", "429") is not None


def test_one_of_two_leads_and_the_other_follows_when_it_is_silent(engine: Engine, elapsed: Elapsed) -> None:
    store = LeaseStore(engine, "bakery")
    one, other = (Leadership(store, name, dead_after_s=8, elapsed=elapsed) for name in ("one", "other"))
    assert one.beat()
    for _ in range(30):
        elapsed.s += 1
        assert one.beat()
        assert not other.beat()
    elapsed.s += 7
    assert not other.beat()
    elapsed.s += 1
    assert other.beat()
    assert not one.beat()


def test_who_leaves_is_followed_at_once(engine: Engine) -> None:
    store = LeaseStore(engine, "bakery")
    one, other = Leadership(store, "one"), Leadership(store, "other")
    assert one.beat()
    one.give_back()
    assert other.beat()
    assert not one.beat()
