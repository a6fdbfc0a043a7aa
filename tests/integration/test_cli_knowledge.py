"""`python -m bot knowledge` as an owner types it."""

import asyncio
import shutil
from pathlib import Path

import pytest

from bot.__main__ import main
from tests.fakes.mediawiki import FakePage, FakeWiki

BAKERY = Path("tests/fixtures/tenants/bakery")


def test_contradictions_are_told_with_both_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(shutil.copytree(BAKERY, tmp_path / "bakery"))
    (folder / "articles").mkdir()
    for name, hours in (("a", "3"), ("b", "5")):
        text = f"# {name}\n\n## Закваска\n\nЗакваска бродит на столе {hours} часа.\n"
        (folder / "articles" / f"{name}.md").write_text(text, "utf-8")
    assert main(["knowledge", "check", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "3 / 5" in said
    assert "a > Закваска: Закваска бродит на столе 3 часа." in said
    assert "possible contradictions: 1" in said


def test_a_broken_article_is_a_problem_of_the_tenant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(BAKERY, tmp_path / "bakery"))
    (folder / "articles").mkdir()
    (folder / "articles" / "scan.pdf").write_bytes(b"%PDF")
    assert main(["tenant", "check", str(folder)]) == 1
    assert "scan.pdf: the PDF is broken" in capsys.readouterr().out


async def test_pages_are_collected_into_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with FakeWiki(pages={"Чайка": FakePage(text="Чайка — птица.")}) as wiki:
        arguments = ["knowledge", "collect", "--keywords", "чайк", "--into", str(tmp_path), "--api", wiki.api]
        status = await asyncio.to_thread(main, [*arguments, "--contact", "me@example.com", "--pause", "0"])
    assert status == 0
    assert (tmp_path / "чайк.csv").read_text("utf-8").splitlines()[1].endswith(",Чайка — птица.,Ok")
    assert "Ok: 1, No find special words: 0, Error: 0" in capsys.readouterr().out


async def test_a_server_that_is_not_there_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.knowledge.collecting.polite._TRIES", 1)
    arguments = ["knowledge", "collect", "--keywords", "чайк", "--into", str(tmp_path), "--contact", "me"]
    status = await asyncio.to_thread(main, [*arguments, "--api", "http://127.0.0.1:9/w/api.php"])
    assert status == 2
    assert capsys.readouterr().err.startswith("dezhurny: http://127.0.0.1:9/w/api.php: ")


@pytest.mark.parametrize("option", ["--limit=0", "--depth=-1", "--pause=-1"])
def test_a_limit_that_means_nothing_is_refused(tmp_path: Path, option: str) -> None:
    arguments = ["knowledge", "collect", "--keywords", "a", "--into", str(tmp_path), "--contact", "me"]
    assert main([*arguments, option]) == 2
