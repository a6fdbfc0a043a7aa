"""What must not go on by itself once it is put back from a backup of SQLite."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.domain.broadcasts import BroadcastStatus

_HAS_BROADCASTS = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'broadcasts'"
_PAUSE = "UPDATE broadcasts SET status = ? WHERE finished_at IS NULL AND status <> ?"


def pause_broadcasts(database: Path) -> int:
    """Have every broadcast that is not over wait for an admin; returns how many those are.

    Whom it has reached since the copy was made, and who has said no since, is not in there. Raises
    sqlite3.Error.
    """
    with closing(sqlite3.connect(database, isolation_level=None)) as restored:
        if restored.execute(_HAS_BROADCASTS).fetchone() is None:
            return 0  # of an older schema
        statuses = (BroadcastStatus.PAUSED.value, BroadcastStatus.STOPPED.value)
        return restored.execute(_PAUSE, statuses).rowcount
