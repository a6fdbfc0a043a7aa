"""The short form of `make chaos`: the real processes, killed, cut and flooded, and what came of it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
WITHIN_S = 300

pytestmark = pytest.mark.timeout(WITHIN_S + 60)


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    """The figures of one run, for all tests of this module."""
    command = [sys.executable, "-m", "benchmarks.chaos", "--short"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        try:
            output, _ = run.communicate(timeout=WITHIN_S)
        finally:
            run.terminate()
    figures: dict[str, Any] = json.loads(output.splitlines()[-1])
    return figures


@pytest.mark.parametrize(
    "name",
    [
        "lost",
        "doubled",
        "out_of_order",
        "redis_killed_lost",
        "redis_gone_lost",
        "database_gone_lost",
        "unlogged",
        "sends_during_pause",
        "poison_others_lost",
        "poison_others_set_aside",
        "sigterm_lost",
        "sigterm_doubled",
        "sigterm_bad_exits",
        "model_down_unspared",
        "model_down_dishonest",
    ],
)
def test_kills_cuts_and_floods_leave_nothing_of(figures: dict[str, Any], name: str) -> None:
    assert figures[name] == 0


@pytest.mark.parametrize(
    "name", ["redelivered_answers", "slow_model_notices", "slow_model_messages", "poison_set_aside"]
)
def test_there_is_exactly_one_of(figures: dict[str, Any], name: str) -> None:
    assert figures[name] == 1


def test_a_poison_message_is_tried_three_times(figures: dict[str, Any]) -> None:
    assert figures["poison_tries"] == 3


def test_the_run_had_kills_and_conversations(figures: dict[str, Any]) -> None:
    assert figures["kills"] >= 10
    assert figures["conversations"] >= 100
