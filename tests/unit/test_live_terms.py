"""Terms that change while all runs: an edit counts within a second, and what is broken changes nothing."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.people.privacy.live_terms import LiveTerms
from bot.tenant.terms import FILE, Terms, read_terms


def write(folder: Path, version: str = "1", *, full: str = "Всё.") -> None:
    (folder / FILE).write_text(f'version: "{version}"\nshort:\n  ru: Коротко. Продолжим?\n')
    (folder / "terms.ru.md").write_text(full)


def opened(folder: Path) -> LiveTerms:
    terms = read_terms(folder / FILE)
    assert terms is not None
    return LiveTerms(terms, folder, look_every_s=0.0)


@pytest.fixture
def live(tmp_path: Path) -> LiveTerms:
    write(tmp_path)
    return opened(tmp_path)


async def test_nothing_is_read_again_while_nothing_changes(live: LiveTerms) -> None:
    terms: Terms = live.now
    assert await live.look() is terms


async def test_another_version_counts_at_once(live: LiveTerms, tmp_path: Path) -> None:
    write(tmp_path, "2024.10")
    assert (await live.look()).version == live.now.version == "2024.10"


async def test_the_folder_is_looked_at_once_a_second(tmp_path: Path) -> None:
    write(tmp_path)
    now, first = [0.0], opened(tmp_path).now
    live = LiveTerms(first, tmp_path, clock=lambda: now[0])
    write(tmp_path, "2024.10")
    assert (await live.look()).version == "1"
    now[0] = 1.0
    assert (await live.look()).version == "2024.10"


@pytest.mark.parametrize("broken", ["version: [", 'version: "2"\nshort: {}\n', "# nothing\n", None])
async def test_what_is_broken_or_gone_leaves_the_terms_before(
    live: LiveTerms, tmp_path: Path, broken: str | None
) -> None:
    file = tmp_path / FILE
    file.unlink() if broken is None else file.write_text(broken)
    with capture_logs() as logs:
        assert (await live.look()).version == "1"
    assert logs[0]["event"] in ("terms_refused", "terms_gone")
    write(tmp_path, "3-mended")
    assert (await live.look()).version == "3-mended"


async def test_a_text_that_changed_without_its_version_is_told_of(live: LiveTerms, tmp_path: Path) -> None:
    write(tmp_path, full="Совсем другое.")
    with capture_logs() as logs:
        assert (await live.look()).full("ru", days="") == "Совсем другое."
    assert "terms_changed_without_a_new_version" in [each["event"] for each in logs]
