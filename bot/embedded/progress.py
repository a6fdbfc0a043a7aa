"""How a long step shows that it goes on: one line that moves in a terminal, a few plain ones elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

Report = Callable[[str, int, int], None]
"""Called with what is being done, the bytes that are done, and the bytes in all."""


@contextmanager
def shown_progress(console: Console | None = None) -> Iterator[Report]:
    """Show reports on `console`, by default standard error."""
    console = console if console is not None else Console(stderr=True)
    if not console.is_terminal:
        yield plain_lines(console.print)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console)
    task = bar.add_task("")

    def report(what: str, done: int, total: int) -> None:
        bar.start()  # only now: mostly there is nothing to fetch, and nothing to show
        bar.update(task, description=what, completed=done, total=total)

    try:
        yield report
    finally:
        bar.stop()


def plain_lines(
    write: Callable[[str], None], *, every_s: float = 10.0, now: Callable[[], float] = time.monotonic
) -> Report:
    """A report that writes a line at each new step, then every `every_s`, then at its end."""
    last = ("", -every_s, -1)

    def report(what: str, done: int, total: int) -> None:
        nonlocal last
        finished = done >= total and last[2] < total
        if what != last[0] or now() - last[1] >= every_s or finished:
            last = (what, now(), done)
            write(f"{what}: {done / 1e6:.0f} of {total / 1e6:.0f} MB")

    return report
