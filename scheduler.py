"""The scheduler: wakes up on time and starts what must not be forgotten. Two of them do nothing twice."""

import asyncio
import signal
import sys

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.errors import AssistantError
from bot.logs import configure_logs
from bot.settings import Settings, load_settings
from bot.wiring import build_inbox, open_redis

SWEEP_EVERY_S = 10


async def schedule(settings: Settings) -> None:
    redis = open_redis(settings, connections=4)
    inbox = build_inbox(settings, redis)
    scheduler = AsyncIOScheduler()
    scheduler.add_job(
        inbox.sweep,
        IntervalTrigger(seconds=SWEEP_EVERY_S),
        kwargs={"at_most_every_s": SWEEP_EVERY_S / 2},
        id="sweep",
        coalesce=True,
        max_instances=1,
    )
    stopped = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, stopped.set)
    scheduler.start()
    await stopped.wait()
    scheduler.shutdown(wait=False)
    await redis.aclose()


def main() -> int:
    try:
        settings = load_settings()
        configure_logs(settings.log_level, process="scheduler")
        asyncio.run(schedule(settings))
    except AssistantError as error:
        print(f"dezhurny: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
