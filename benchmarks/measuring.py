"""What the benchmarks read off processes, and how they say it."""

import json
import math
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

MB = 1024 * 1024


class Started:
    """A process that a benchmark has started, or found by its id."""

    def __init__(self, name: str, pid: int, popen: "subprocess.Popen[bytes] | None" = None) -> None:
        self.name = name
        self.pid = pid
        self.popen = popen
        self._process = psutil.Process(pid)

    @property
    def cpu_s(self) -> float:
        """User and system time so far, of all its threads."""
        times = self._process.cpu_times()
        return float(times.user + times.system)

    @property
    def memory_mb(self) -> float:
        """Resident."""
        return float(self._process.memory_info().rss / MB)

    def check(self, log: Path) -> None:
        """Raise RuntimeError, with what it said last, if it has ended."""
        if self.popen is not None and self.popen.poll() is not None:
            raise RuntimeError(f"{self.name} has ended: {log.read_text(errors='replace')[-2_000:]}")

    def stop(self) -> None:
        if self.popen is None:
            return
        self.popen.terminate()
        try:
            self.popen.wait(15)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()


def cpu_s(processes: Iterable[Started]) -> float:
    return sum(process.cpu_s for process in processes)


@dataclass(kw_only=True, slots=True)
class Peak:
    """The most memory of one process while it was watched."""

    mb: float = 0.0
    before_mb: float = 0.0
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def peak_memory(process: Started, every_s: float = 0.05) -> Iterator[Peak]:
    """Watch a process's resident memory from a thread."""
    peak = Peak(before_mb=process.memory_mb)

    def watch() -> None:
        while not peak.over.wait(every_s):
            peak.mb = max(peak.mb, process.memory_mb)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        peak.over.set()
        thread.join()
        peak.mb = max(peak.mb, process.memory_mb)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def most_within(times: Sequence[float], window_s: float = 1.0) -> int:
    """The most events in any half-open window of that length."""
    ordered, first, most = sorted(times), 0, 0
    for place, at in enumerate(ordered):
        while at - ordered[first] >= window_s:
            first += 1
        most = max(most, place - first + 1)
    return most


def say(line: str) -> None:
    """Progress, for people: standard error."""
    print(line, file=sys.stderr, flush=True)


def report(figures: Mapping[str, Any]) -> None:
    """The result, for programs: the last line of standard output."""
    rounded = {
        name: round(value, 3) if isinstance(value, float) else value for name, value in figures.items()
    }
    print(json.dumps(rounded), flush=True)
