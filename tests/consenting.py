"""People who agreed to a tenant's terms some time ago, for runs that are about something else."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import BusyLoadingError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry
from sqlalchemy import insert

from bot.store.consents import CONSENTS
from bot.store.engine import open_engine
from bot.store.migrate import migrate
from bot.store.rows import PEOPLE
from bot.tenant import load_tenant

MERCEDES = Path(__file__).parents[1] / "tenants" / "mercedes"
_AT_ONCE = 2_000


def agree(database_url: str, people: Iterable[int], tenant: Path = MERCEDES) -> None:
    """Write it into a new database."""
    ids = [str(number) for number in people]
    now = datetime.now(UTC)
    seen = {"channel": "telegram", "name": "", "language": "ru", "first_seen_at": now, "last_seen_at": now}
    given = {"tenant": tenant.name, "version": _version(tenant), "keeps_summary": False, "given_at": now}
    migrate(database_url)
    engine = open_engine(database_url)
    with engine.begin() as connection:
        for start in range(0, len(ids), _AT_ONCE):
            part = ids[start : start + _AT_ONCE]
            connection.execute(insert(PEOPLE), [{**seen, "external_id": external_id} for external_id in part])
        rows = [row.id for row in connection.execute(PEOPLE.select())]
        for start in range(0, len(rows), _AT_ONCE):
            part_of_rows = rows[start : start + _AT_ONCE]
            connection.execute(insert(CONSENTS), [{**given, "person_id": row} for row in part_of_rows])
    engine.dispose()


def agree_lately(redis_url: str, people: Iterable[int], tenant: Path = MERCEDES) -> None:
    """Leave in Redis what each one's last visit would have left there; waits for the server for a while."""
    retry = Retry(ConstantBackoff(0.1), 1_200)
    errors = [RedisConnectionError, BusyLoadingError]
    with (
        Redis.from_url(redis_url, retry=retry, retry_on_error=errors) as redis,
        redis.pipeline(transaction=False) as pipe,
    ):
        for number in people:
            pipe.set(f"dz:consent:telegram:{number}", f"yes {_version(tenant)}", ex=24 * 3600)
        pipe.execute()


@cache
def _version(tenant: Path) -> str:
    terms = load_tenant(tenant).terms
    assert terms is not None, "nobody is asked for anything"
    return terms.version
