"""The worker beside RQ's own code, on a real server: each job runs once, in order, with its retries."""

import asyncio

import pytest
from redis.asyncio import Redis
from rq import Queue, Retry
from rq.job import Callback

from tests.integration.worker_kit import (
    fail,
    lose_the_lease,
    name_the_job,
    note,
    note_plainly,
    on_end,
    ran,
    try_again,
    until,
    work_off,
    working,
)


@pytest.fixture(autouse=True)
def nothing_ran() -> None:
    ran.clear()


async def test_it_runs_coroutines_and_plain_functions(queue: Queue, redis: Redis) -> None:
    jobs = [queue.enqueue(note, "a"), queue.enqueue(note_plainly, "b"), queue.enqueue(name_the_job)]
    await work_off(queue, redis)
    assert sorted(ran) == ["a", "b"]
    assert [job.return_value() for job in jobs] == [None, "B", jobs[2].id]
    assert sorted(queue.finished_job_registry.get_job_ids()) == sorted(job.id for job in jobs)


async def test_jobs_run_at_once_up_to_the_concurrency(queue: Queue, redis: Redis) -> None:
    for _ in range(6):
        queue.enqueue(note, "a", 0.2)
    most = 0
    async with working(queue, redis, concurrency=3):
        while len(ran) < 6:
            most = max(most, len(queue.started_job_registry.get_job_ids()))
            await asyncio.sleep(0.02)
    assert most == 3


async def test_they_start_in_the_order_of_the_queue(queue: Queue, redis: Redis) -> None:
    for number in range(100):
        queue.enqueue(note, str(number))
    await work_off(queue, redis)
    assert ran == [str(number) for number in range(100)]


async def test_a_thousand_jobs_each_run_once(queue: Queue, redis: Redis) -> None:
    queue.enqueue_many([Queue.prepare_data(note, (str(n),), result_ttl=0) for n in range(1000)])
    async with working(queue, redis), working(queue, redis):
        await until(lambda: len(ran) >= 1000)
    assert sorted(ran) == sorted(str(number) for number in range(1000))
    assert [key for key in await redis.keys("rq:*") if b"worker" not in bytes(key)] == [b"rq:queues"]  # type: ignore[arg-type]


async def test_a_job_that_raises_is_retried_then_fails(queue: Queue, redis: Redis) -> None:
    job = queue.enqueue(fail, "a", retry=Retry(max=2))
    await work_off(queue, redis)
    assert ran == ["a", "a", "a"]
    assert job.get_status() == "failed"
    assert queue.failed_job_registry.get_job_ids() == [job.id]
    result = job.latest_result()
    assert result
    assert "ValueError: a" in (result.exc_string or "")


async def test_a_retry_with_an_interval_waits_in_the_scheduled_registry(queue: Queue, redis: Redis) -> None:
    job = queue.enqueue(fail, "a", retry=Retry(max=1, interval=1))
    async with working(queue, redis):
        await until(lambda: job.id in queue.scheduled_job_registry)
        assert ran == ["a"]
        await until(lambda: job.id in queue.failed_job_registry)
    assert ran == ["a", "a"]


async def test_a_returned_retry_is_obeyed(queue: Queue, redis: Redis) -> None:
    job = queue.enqueue(try_again)
    await work_off(queue, redis)
    assert ran == ["again"] * 3
    assert job.get_status() == "failed"


async def test_a_job_that_takes_too_long_times_out(queue: Queue, redis: Redis) -> None:
    job = queue.enqueue(note, "late", 30, job_timeout=1)
    await work_off(queue, redis)
    assert ran == []
    result = job.latest_result()
    assert result
    assert "JobTimeoutException: Task exceeded maximum timeout value (1 seconds)" in (result.exc_string or "")


async def test_callbacks_and_dependents_run(queue: Queue, redis: Redis) -> None:
    first = queue.enqueue(note, "a", on_success=Callback(on_end))
    queue.enqueue(fail, "b", on_failure=Callback(on_end))
    queue.enqueue(note, "after", depends_on=first)
    second = queue.enqueue(note, "c")
    queue.enqueue(note, "after c", depends_on=second)
    await work_off(queue, redis)
    assert sorted(ran) == ["a", "after", "after c", "b", "c", "ended a", "ended b"]


async def test_a_job_that_cannot_be_read_fails_and_hurts_no_other(queue: Queue, redis: Redis) -> None:
    broken = queue.enqueue("bot.nowhere.nothing")
    garbage = queue.enqueue(note, "x")
    queue.connection.hset(garbage.key, "data", b"\x80garbage")
    queue.enqueue(note, "a")
    await work_off(queue, redis)
    assert ran == ["a"]
    assert sorted(queue.failed_job_registry.get_job_ids()) == sorted([broken.id, garbage.id])


async def test_a_job_whose_turn_has_another_owner_ends_quietly(queue: Queue, redis: Redis) -> None:
    job = queue.enqueue(lose_the_lease)
    await work_off(queue, redis)
    assert job.get_status() == "finished"


async def test_a_job_that_is_twice_in_the_queue_runs_once(queue: Queue, redis: Redis) -> None:
    job = queue.enqueue(note, "a", 0.2)
    queue.push_job_id(job.id)
    await work_off(queue, redis)
    assert ran == ["a"]
