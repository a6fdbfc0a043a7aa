"""Two operators who tap one card at the same moment: `python -m benchmarks.races`.

Each race is run by two processes that wait for each other, against SQLite and PostgreSQL. What is counted is
what the two were told, and what the database says in the end.
"""

import argparse
import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path

from cryptography.fernet import Fernet
from sqlalchemy import Engine

from benchmarks.measuring import report, say
from bot.domain import ChannelName, ChatRef
from bot.domain.callbacks import Opened, Request, Requester
from bot.domain.moments import utc_now
from bot.domain.staff import Member, Role
from bot.logs import configure_logs
from bot.people.callbacks.requests import Callbacks
from bot.store.engine import open_engine
from bot.store.migrate import migrate
from bot.store.sealing import Sealer
from bot.tenant import load_tenant
from bot.wiring.callbacks import build_callbacks
from tests.postgres import PostgresServer

TENANT = Path(__file__).parents[1] / "tenants" / "mercedes"
RACERS = ("501", "502")
_SLOWEST_S = 60.0


def callbacks_in(engine: Engine) -> Callbacks:
    sealer = Sealer([Fernet.generate_key().decode()])
    tenant = load_tenant(TENANT)
    return build_callbacks(tenant, tenant, engine, sealer, utc_now)


async def ask(url: str, races: int) -> list[int]:
    """So many people wait to be called; the numbers of their requests."""
    engine = open_engine(url)
    callbacks = callbacks_in(engine)
    now, numbers = datetime.now(UTC), []
    for number in range(races):
        chat = ChatRef(channel=ChannelName.TELEGRAM, chat_id=str(10_000 + number))
        opened = await callbacks.open(
            Request(
                requester=Requester(chat=chat, external_id=chat.chat_id),
                request_key=f"race-{number}",
                phone="+79161234567",
                reason="",
                call_from=now,
                due_at=now + timedelta(minutes=30),
                created_at=now,
            )
        )
        assert isinstance(opened, Opened)
        numbers.append(opened.callback.callback_id)
    engine.dispose()
    return numbers


def race(url: str, racer: str, numbers: Sequence[int], start: Barrier) -> list[bool]:
    """Whether this racer was told that it is theirs, race by race."""
    configure_logs("warning", process="racer")
    return asyncio.run(_race(url, racer, numbers, start))


async def _race(url: str, racer: str, numbers: Sequence[int], start: Barrier) -> list[bool]:
    engine = open_engine(url)
    callbacks = callbacks_in(engine)
    member = Member(channel=ChannelName.TELEGRAM, external_id=racer, name=racer, role=Role.OPERATOR)
    told = []
    for number in numbers:
        start.wait(_SLOWEST_S)
        told.append((await callbacks.take(number, member)).done)
    engine.dispose()
    return told


async def holders(url: str, numbers: Sequence[int]) -> list[str]:
    """Who has each of them in the end."""
    engine = open_engine(url)
    callbacks = callbacks_in(engine)
    found = [await callbacks.find(number) for number in numbers]
    engine.dispose()
    return [callback.taken_by if callback is not None else "" for callback in found]


def run(url: str, races: int) -> dict[str, float]:
    migrate(url)
    numbers = asyncio.run(ask(url, races))
    spawning = multiprocessing.get_context("spawn")
    with spawning.Manager() as manager, spawning.Pool(len(RACERS)) as pool:
        start = manager.Barrier(len(RACERS))
        began = time.perf_counter()
        running = [pool.apply_async(race, (url, racer, numbers, start)) for racer in RACERS]
        told = [one.get(_SLOWEST_S * 10) for one in running]
        took_s = time.perf_counter() - began
    held = asyncio.run(holders(url, numbers))
    first = [f"telegram:{RACERS[0]}" if won else f"telegram:{RACERS[1]}" for won in told[0]]
    return {
        "races": races,
        "won_by_one": sum(one is not other for one, other in zip(*told, strict=True)),
        "told_otherwise_than_stored": sum(one != other for one, other in zip(first, held, strict=True)),
        "won_by_first_racer": sum(told[0]),
        "seconds": round(took_s, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--races", type=int, default=1_000)
    races = parser.parse_args().races
    configure_logs("warning", process="races")
    with tempfile.TemporaryDirectory() as folder:
        figures = {"sqlite": run(f"sqlite:///{folder}/races.db", races)}
    with PostgresServer() as server:
        figures["postgresql"] = run(server.url(), races)
    for database, found in figures.items():
        say(f"{database}: {found['won_by_one']} of {found['races']} races were won by exactly one")
    report(
        {f"{database}_{name}": value for database, found in figures.items() for name, value in found.items()}
    )


if __name__ == "__main__":
    main()
