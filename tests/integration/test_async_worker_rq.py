"""The worker as RQ's own command line, worker and commands see it."""

import asyncio
import os

import pytest
from redis.asyncio import Redis
from rq import Queue, Worker
from rq.command import send_shutdown_command, send_stop_job_command
from rq.suspension import resume, suspend

from tests.integration.worker_kit import (
    end_elsewhere,
    fail,
    make_worker,
    note,
    ran,
    rq,
    until,
    working,
)


@pytest.fixture(autouse=True)
def nothing_ran() -> None:
    ran.clear()


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
