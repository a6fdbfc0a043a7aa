"""The worker beside RQ's own code, on a real server, on this test's event loop."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis import Redis as SyncRedis
from redis.asyncio import Redis
from rq import Queue, Retry, Worker
from rq.command import send_shutdown_command, send_stop_job_command
from rq.job import Callback, Job
from rq.suspension import resume, suspend

from bot.errors import LeaseLost
from bot.queue.running import running_job_id
from bot.queue.worker import AsyncWorker

KEY = "test:ran"


ran: list[str] = []
"""What the jobs of this module did, in the order in which they did it."""


async def note(word: str, pause_s: float = 0) -> None:
    await asyncio.sleep(pause_s)
    ran.append(word)


async def name_the_job() -> str | None:
    return running_job_id()


def note_plainly(word: str) -> str:
    ran.append(word)
    return word.upper()


async def end_elsewhere(process: int) -> str:
    ran.append("begun")
    if os.getpid() == process:
        await asyncio.sleep(30)
    return "ended"


async def fail(word: str) -> None:
    ran.append(word)
    raise ValueError(word)


async def try_again() -> Retry:
    ran.append("again")
    return Retry(max=2)


async def lose_the_lease() -> None:
    raise LeaseLost


def on_end(job: Job, *_: object) -> None:
    ran.append(f"ended {job.args[0]}")


def raise_on_end(*_: object) -> None:
    ran.append("callback")
    raise ValueError("callback")


@pytest.fixture
def queue(redis_url: str, redis: Redis) -> Iterator[Queue]:
    ran.clear()
    connection = SyncRedis.from_url(redis_url)
    yield Queue("turns", connection=connection)
    connection.close()


def make_worker(queue: Queue, redis: Redis, **options: object) -> AsyncWorker:
    return AsyncWorker([queue], connection=queue.connection, redis=redis, **options)  # type: ignore[arg-type]


async def work_off(queue: Queue, redis: Redis) -> None:
    await make_worker(queue, redis).run(burst=True)


@asynccontextmanager
async def working(queue: Queue, redis: Redis, **options: object) -> AsyncIterator[AsyncWorker]:
    worker = make_worker(queue, redis, **options)
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        worker.stop()
        await task


async def until(condition: Callable[[], object], timeout_s: float = 15) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - it comes about in Redis, where no event tells of it
            await asyncio.sleep(0.02)


async def rq(*arguments: str) -> str:
    """What RQ's command line prints."""
    command = [str(Path(sys.executable).with_name("rq")), *arguments]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    out, _ = await asyncio.wait_for(process.communicate(), 20)
    return out.decode()


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


async def test_rq_sees_the_worker_its_jobs_and_its_counts(queue: Queue, redis: Redis, redis_url: str) -> None:
    queue.enqueue(note, "a")
    queue.enqueue(fail, "b")
    slow = queue.enqueue(note, "c", 30)
    async with working(queue, redis, shutdown_grace_s=0) as worker:
        await until(lambda: len(ran) == 2)
        await until(lambda: queue.started_job_registry.get_job_ids() == [slow.id])
        (seen,) = Worker.all(queue.connection)
        assert (seen.name, seen.get_state(), seen.queue_names()) == (worker.name, "busy", ["turns"])
        assert (seen.successful_job_count, seen.failed_job_count) == (1, 1)
        (execution,) = slow.get_executions()
        assert execution.worker_name == worker.name
        info = await rq("info", "-u", redis_url)
        assert "1 workers, 1 queues" in info
        assert worker.name in info
    assert Worker.all(queue.connection) == []


async def test_rqs_own_worker_runs_what_ours_gave_back(queue: Queue, redis: Redis, redis_url: str) -> None:
    job = queue.enqueue(end_elsewhere, os.getpid())
    async with working(queue, redis, shutdown_grace_s=0):
        await until(lambda: ran == ["begun"])
    assert job.get_status() == "queued"
    await rq("worker", "turns", "--burst", "--worker-class", "rq.SimpleWorker", "-u", redis_url)
    assert job.return_value() == "ended"


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


async def test_a_suspended_fleet_takes_no_jobs(queue: Queue, redis: Redis) -> None:
    suspend(queue.connection)
    job = queue.enqueue(note, "a")
    async with working(queue, redis):
        await asyncio.sleep(0.3)
        assert job.get_status() == "queued"
        resume(queue.connection)
        await until(lambda: ran == ["a"])


async def test_it_obeys_rqs_commands(queue: Queue, redis: Redis) -> None:
    job = queue.enqueue(note, "a", 30)
    worker = make_worker(queue, redis)
    task = asyncio.create_task(worker.run())
    await until(lambda: job.id in queue.started_job_registry)
    await until(lambda: queue.connection.pubsub_numsub(worker.pubsub_channel_name)[0][1] == 1)
    send_stop_job_command(queue.connection, job.id)
    await until(lambda: job.get_status() == "stopped")
    send_shutdown_command(queue.connection, worker.name)
    await asyncio.wait_for(task, 10)
    assert ran == []
    assert Worker.all(queue.connection) == []


async def test_a_worker_that_redis_forgot_registers_again(queue: Queue, redis: Redis) -> None:
    async with working(queue, redis) as worker:
        await until(lambda: Worker.all(queue.connection))
        await redis.flushall()
        await redis.script_flush()
        await until(lambda: [one.name for one in Worker.all(queue.connection)] == [worker.name])
        job = queue.enqueue(note, "a")
        await until(lambda: job.id in queue.finished_job_registry)
    assert ran == ["a"]
