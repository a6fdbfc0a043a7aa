import io

from rich.console import Console

from bot.embedded.progress import plain_lines, shown_progress


def test_plain_lines_come_at_the_start_now_and_then_and_at_the_end() -> None:
    lines: list[str] = []
    clock = iter(float(second) for second in range(1000))
    report = plain_lines(lines.append, every_s=10, now=lambda: next(clock))
    for done in range(31):
        report("fetching", done * 1_000_000, 30_000_000)
    assert lines[0] == "fetching: 0 of 30 MB"
    assert lines[-1] == "fetching: 30 of 30 MB"
    assert len(lines) < 8


def test_a_new_step_is_told_at_once() -> None:
    lines: list[str] = []
    report = plain_lines(lines.append, now=lambda: 0.0)
    report("fetching", 1_000_000, 9_000_000)
    report("joining", 2_000_000, 9_000_000)
    assert lines == ["fetching: 1 of 9 MB", "joining: 2 of 9 MB"]


def test_a_terminal_gets_one_line_that_moves() -> None:
    screen = io.StringIO()
    with shown_progress(Console(file=screen, force_terminal=True, width=80)) as report:
        report("fetching the model", 5_000_000, 10_000_000)
    assert "fetching the model" in screen.getvalue()


def test_nothing_to_tell_leaves_the_terminal_alone() -> None:
    screen = io.StringIO()
    with shown_progress(Console(file=screen, force_terminal=True, width=80)):
        pass
    assert screen.getvalue() == ""


def test_a_pipe_gets_plain_text() -> None:
    pipe = io.StringIO()
    with shown_progress(Console(file=pipe)) as report:
        report("fetching the model", 5_000_000, 10_000_000)
    assert pipe.getvalue() == "fetching the model: 5 of 10 MB\n"
