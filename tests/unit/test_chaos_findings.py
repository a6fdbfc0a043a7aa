"""What the chaos tells of a stage that did not come to its end."""

from benchmarks.chaos.plan import finding
from benchmarks.chaos.verdict import AT_MOST, EXACTLY, Ledger


async def breaks_down() -> None:
    raise RuntimeError("no first answer")


async def ends_well() -> None:
    pass


async def test_a_stage_that_fails_is_named_and_the_run_goes_on() -> None:
    ledger = Ledger()
    await finding(ledger, "storm", breaks_down())
    await finding(ledger, "hosts", ends_well())
    assert ledger.failed == {"storm": "no first answer"}
    assert "stage storm" in ledger.broken()
    assert "stage hosts" not in ledger.broken()


async def test_a_run_of_good_figures_is_still_broken_by_a_failed_stage() -> None:
    ledger = Ledger()
    ledger.add({**EXACTLY, **AT_MOST})
    assert ledger.broken() == []
    await finding(ledger, "alone", breaks_down())
    assert ledger.broken() == ["stage alone"]


def test_figures_that_are_missing_are_broken() -> None:
    assert set(Ledger().broken()) == {*EXACTLY, *AT_MOST}
