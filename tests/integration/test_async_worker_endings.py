"""Jobs of workers that stop, die or lose their lease."""

import pytest
from redis.asyncio import Redis
from rq import Queue, Retry
from rq.job import Callback
from rq.suspension import resume, suspend

from tests.integration.worker_kit import note, on_end, raise_on_end, ran, until, working


@pytest.fixture(autouse=True)
def nothing_ran() -> None:
    ran.clear()


async def test_jobs_given_back_are_next_in_their_order_with_all_retries(queue: Queue, redis: Redis) -> None:
    jobs = [queue.enqueue(note, word, 30, retry=Retry(max=3)) for word in "ab"]
    async with working(queue, redis, concurrency=2, shutdown_grace_s=0):
        await until(lambda: len(queue.started_job_registry.get_job_ids()) == 2)
        behind = queue.enqueue(note, "c")
    assert queue.job_ids == [*(job.id for job in jobs), behind.id]
    assert [job.retries_left for job in queue.jobs[:2]] == [3, 3]
    assert queue.started_job_registry.get_job_ids() == []


async def test_a_stopping_worker_lets_jobs_finish_within_the_grace(queue: Queue, redis: Redis) -> None:
    job = queue.enqueue(note, "a", 0.3)
    async with working(queue, redis, shutdown_grace_s=10):
        await until(lambda: job.id in queue.started_job_registry)
    assert ran == ["a"]
    assert job.get_status() == "finished"


async def test_jobs_of_a_dead_worker_come_back_to_the_front(queue: Queue, redis: Redis) -> None:
    job = queue.enqueue(note, "first", retry=Retry(max=1))
    entry = f"{queue.pop_job_id()}:dead"
    job.set_status("started")  # type: ignore[arg-type]
    await redis.zadd("rq:wip:turns", {entry: 1})
    queue.enqueue(note, "second")
    suspend(queue.connection)
    async with working(queue, redis):
        await until(lambda: len(queue) == 2)
        resume(queue.connection)
        await until(lambda: len(ran) == 2)
    assert ran == ["first", "second"]


async def test_a_dead_workers_job_without_retries_fails_as_with_rq(queue: Queue, redis: Redis) -> None:
    job = queue.enqueue(note, "a", on_failure=Callback(on_end))
    await redis.zadd("rq:wip:turns", {f"{queue.pop_job_id()}:dead": 1})
    job.set_status("started")  # type: ignore[arg-type]
    async with working(queue, redis):
        await until(lambda: job.id in queue.failed_job_registry)
    assert ran == ["ended a"]


async def test_a_broken_failure_callback_does_not_stop_the_worker(queue: Queue, redis: Redis) -> None:
    job = queue.enqueue(note, "a", on_failure=Callback(raise_on_end))
    await redis.zadd("rq:wip:turns", {f"{queue.pop_job_id()}:dead": 1})
    job.set_status("started")  # type: ignore[arg-type]
    async with working(queue, redis, lease_s=0.3):
        await until(lambda: "callback" in ran)
        after = queue.enqueue(note, "b")
        await until(lambda: after.id in queue.finished_job_registry)
    assert ran == ["callback", "b"]


async def test_a_job_whose_lease_is_lost_is_cancelled(queue: Queue, redis: Redis) -> None:
    job = queue.enqueue(note, "a", 30)
    async with working(queue, redis, lease_s=0.3, shutdown_grace_s=10):
        await until(lambda: job.id in queue.started_job_registry)
        await redis.delete("rq:wip:turns")
    assert ran == []
