"""The worker: answers many chats at once on one event loop. Any number may run, on any number of hosts."""

import asyncio
import signal
import sys
from functools import partial

from bot import jobs
from bot.errors import AssistantError
from bot.logs import configure_logs
from bot.queue.persistence import repeat
from bot.queue.worker import AsyncWorker
from bot.settings import Settings, load_settings
from bot.store.engine import database_url
from bot.store.migrate import migrate
from bot.wiring import load_configured_tenant, open_blocking_redis, open_redis, open_worker_services

QUEUE = "turns"
SWEEP_EVERY_S = 2.0


async def work(settings: Settings) -> None:
    tenant = load_configured_tenant(settings)
    await asyncio.to_thread(migrate, database_url(settings.database_url, settings.data_dir))
    async with open_worker_services(settings, tenant) as services:
        jobs.services.set(services)
        worker = AsyncWorker(
            [QUEUE],
            connection=open_blocking_redis(settings),
            redis=open_redis(settings, connections=16),
            concurrency=settings.worker_concurrency,
        )
        sweep = partial(repeat, SWEEP_EVERY_S, partial(services.inbox.sweep, at_most_every_s=SWEEP_EVERY_S))
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(signal_number, worker.stop)
        await worker.run(alongside=[services.turn_log.run, services.cancellations.run, sweep])


def main() -> int:
    try:
        settings = load_settings()
        configure_logs(settings.log_level, process="worker")
        asyncio.run(work(settings))
    except AssistantError as error:
        print(f"dezhurny: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
