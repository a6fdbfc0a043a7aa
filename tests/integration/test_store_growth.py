"""What a batch costs as the log grows. Slow, so only on demand: GROWTH=1 pytest -s <this file>."""

import os
import time
from statistics import median

import pytest

from bot.store.turns import TurnStore
from tests.records import turn_record

BATCH = 100
PEOPLE = 5_000


@pytest.mark.skipif("GROWTH" not in os.environ, reason="slow; set GROWTH=1")
@pytest.mark.timeout(600)
def test_a_batch_costs_the_same_at_a_hundred_thousand_rows(store: TurnStore) -> None:
    costs: list[float] = []
    for start in range(0, 101_000, BATCH):
        records = [
            turn_record(number, person_id=str(number % PEOPLE), dialogue_id=str(number % 20_000))
            for number in range(start, start + BATCH)
        ]
        begun = time.perf_counter()
        store.record(records)
        costs.append(1000 * (time.perf_counter() - begun))
    for rows in (1_000, 10_000, 50_000, 100_000):
        around = costs[rows // BATCH - 10 : rows // BATCH + 10]
        print(f"\n{rows:>7} rows: {median(around):.1f} ms for a batch of {BATCH}", end="")
    assert store.counts().turns == len(costs) * BATCH
