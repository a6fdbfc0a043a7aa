"""Each benchmark at its smallest, against the real processes: it ends with its figures. None is judged."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def figures(name: str, *options: str) -> dict[str, Any]:
    """The last line of what the benchmark prints."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr[-2_000:]
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


@pytest.mark.parametrize(
    ("name", "options", "keys"),
    [
        (
            "overhead",
            "--turns 12 --rounds 1 --workers 1",
            "cpu_ms_per_turn floor_cpu_ms ratio_to_floor turns_per_s usual_turns_per_s speedup_over_usual",
        ),
        ("parallel", "--sizes 5 --telegram 3 --model 0.1", "telegram_3_p99_s worker_5_p99_s worker_5_mb"),
        ("growth", "--chats 5 --turns 0 200 --rounds 1 --batch 5", "slowdown"),
    ],
)
def test_a_benchmark_ends_with_its_figures(name: str, options: str, keys: str) -> None:
    found = figures(name, *options.split())
    assert all(found[key] > 0 for key in keys.split())


def test_the_storm_of_handoffs_ends_with_its_verdict() -> None:
    found = figures("handoffs", "--operators", "3", "--handoffs", "5", "--kills", "1")
    assert (found["handoffs_open"], found["messages"]) == (5, 10)
    assert {"wrong_person", "lost", "doubled", "said_after_it_changed"} <= set(found)


def test_the_long_run_tells_the_growth_of_each_process() -> None:
    found = figures("soak", "--turns", "20", "--wave", "5")
    assert found["turns"] == 20
    assert set(found["memory_growth_percent"]) == {"bot", "worker", "scheduler", "redis", "loopback"}
    assert found["redis_passing_bytes_by_kind"]["dz:turn"] > 0
    assert len(found["redis_lasting_keys"]) == 2
