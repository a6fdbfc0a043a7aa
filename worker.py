"""The worker: answers many chats at once on one event loop. Any number may run, on any number of hosts.

With ``--queue voice`` it hears recordings instead.
"""

import argparse
import gc
import sys
from functools import partial

if __name__ == "__main__":
    gc.disable()  # until `keep_what_is_there`: it would search all that is built, again and again

from bot.cli.process import call_at_stop, keep_what_is_there, run_process
from bot.settings import Settings

QUEUE = "turns"
SWEEP_EVERY_S = 2.0


async def work(settings: Settings) -> None:
    from bot import jobs
    from bot.queue.persistence import repeat
    from bot.queue.worker import AsyncWorker
    from bot.store.engine import database_url
    from bot.store.migrate import migrate_when_reachable
    from bot.wiring import open_blocking_redis, open_redis
    from bot.wiring.worker import open_worker_services

    await migrate_when_reachable(database_url(settings.database_url, settings.data_dir))
    async with open_worker_services(settings) as services:
        jobs.services.set(services)
        worker = AsyncWorker(
            [QUEUE],
            connection=open_blocking_redis(settings),
            redis=open_redis(settings, connections=16),
            concurrency=settings.worker_concurrency,
        )
        sweep = partial(repeat, SWEEP_EVERY_S, partial(services.inbox.sweep, at_most_every_s=SWEEP_EVERY_S))
        call_at_stop(worker.stop)
        keep_what_is_there()
        steady = (services.turn_log.run, services.cancellations.run, services.thumbs.run)
        await worker.run(alongside=[*steady, sweep])


def main() -> int:
    """Each kind of worker imports only what it needs."""
    parser = argparse.ArgumentParser(prog="worker.py", description=__doc__)
    parser.add_argument("--queue", choices=(QUEUE, "voice"), default=QUEUE)
    if parser.parse_args().queue == QUEUE:
        return run_process("worker", work)
    from bot.cli import voice_worker

    return run_process("voice", voice_worker.work)


if __name__ == "__main__":
    sys.exit(main())
