from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from structlog.testing import capture_logs

from bot.store.engine import open_engine
from bot.store.turns import TurnStore
from scheduler import purge
from tests.records import turn_record


async def test_turns_past_the_window_go_and_the_others_stay(store: TurnStore) -> None:
    now = datetime.now(UTC)
    old, new = now - timedelta(days=91), now - timedelta(days=89)
    store.record(
        [turn_record(1, received_at=old, answered_at=old), turn_record(2, received_at=new, answered_at=new)]
    )
    await purge(store, 90)
    assert store.turn("telegram:42:1") is None
    assert store.turn("telegram:42:2") is not None


async def test_a_database_that_is_away_postpones_the_purge() -> None:
    away: Engine = open_engine("postgresql://nobody@127.0.0.1:1/none")
    with capture_logs() as logs:
        await purge(TurnStore(away), 90)
    away.dispose()
    assert [entry["event"] for entry in logs] == ["purge_postponed"]
