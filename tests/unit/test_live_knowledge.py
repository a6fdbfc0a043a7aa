"""An edited folder is used in the very next answer; a broken one leaves what was there in service."""

import asyncio
import os
import shutil
import threading
import time
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.knowledge.live import LiveKnowledge
from bot.knowledge.passage_index import PassageIndex
from bot.tenant import Tenant

BAKERY = Path("tests/fixtures/tenants/bakery")


def build(tenant: Tenant) -> PassageIndex:
    return PassageIndex(tenant.passages, tenant.lexicon)


class Watched:
    """A tenant's folder, what watches it, and a clock that goes on a second at each look."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(shutil.copytree(BAKERY, folder / "bakery"))
        self.seconds = 0.0
        self.live = LiveKnowledge(self.folder, build, now=lambda: self.seconds)

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")

    def write(self, name: str, text: str) -> None:
        path = self.folder / "articles" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")

    async def answer(self, question: str, *, after_s: float = 1.0) -> str:
        self.seconds += after_s
        found = (await self.live.current()).built.search(question, 1)
        return found[0].passage.text if found else ""


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


async def test_an_edited_document_is_used_in_the_very_next_answer(watched: Watched) -> None:
    before = watched.live.knowledge.number
    watched.edit("legend.md", "Ржаной хлеб готов к 11:00.", "Ржаной хлеб готов к 12:30.")
    assert "12:30" in await watched.answer("когда готов ржаной хлеб")
    assert watched.live.knowledge.number != before


async def test_a_new_article_is_found_and_a_removed_one_is_not(watched: Watched) -> None:
    watched.write("levain.md", "# Закваска\n\n## Уход за закваской\n\nКормите закваску мукой.\n")
    assert await watched.answer("уход за закваской") == "Кормите закваску мукой."
    (watched.folder / "articles" / "levain.md").unlink()
    assert await watched.answer("уход за закваской") != "Кормите закваску мукой."


async def test_the_folder_is_looked_at_once_a_second_at_most(watched: Watched) -> None:
    watched.edit("legend.md", "к 11:00", "к 12:30")
    assert "11:00" in await watched.answer("когда готов ржаной хлеб", after_s=0.9)
    assert "12:30" in await watched.answer("когда готов ржаной хлеб", after_s=0.1)


async def test_a_broken_file_leaves_the_old_knowledge_in_service_and_is_told_once(watched: Watched) -> None:
    watched.edit("faq.md", "### Есть ли ржаной?", "### ???")
    with capture_logs() as logs:
        assert await watched.answer("когда готов ржаной хлеб")
        assert await watched.answer("когда готов ржаной хлеб")
    refused = [line for line in logs if line["event"] == "knowledge_refused"]
    assert [(Path(line["file"]).name, line["line"]) for line in refused] == [("faq.md", 11)]
    assert [problem.line for problem in watched.live.refusals] == [11]


async def test_a_mended_file_is_taken_into_service(watched: Watched) -> None:
    watched.edit("faq.md", "### Есть ли ржаной?", "### ???")
    await watched.answer("ржаной")
    watched.edit("faq.md", "### ???", "### Есть ли бородинский?")
    assert await watched.answer("есть ли бородинский?")
    assert watched.live.refusals == ()


async def test_an_article_that_breaks_leaves_its_old_text_in_service(watched: Watched) -> None:
    watched.write("levain.md", "# Закваска\n\nКормите закваску мукой.\n")
    await watched.answer("закваска")
    (watched.folder / "articles" / "levain.md").write_bytes("Кормите".encode("cp1251"))
    assert await watched.answer("чем кормить закваску") == "Кормите закваску мукой."
    assert [problem.file.name for problem in watched.live.refusals] == ["levain.md"]


def test_a_start_goes_on_without_an_article_that_is_broken(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(BAKERY, tmp_path / "bakery"))
    (folder / "articles").mkdir()
    (folder / "articles" / "scan.pdf").write_bytes(b"%PDF")
    live = LiveKnowledge(folder, build)
    assert [problem.file.name for problem in live.refusals] == ["scan.pdf"]
    assert live.knowledge.built.search("ржаной хлеб")


async def test_all_who_ask_meanwhile_get_the_same_new_knowledge(watched: Watched) -> None:
    watched.edit("legend.md", "к 11:00", "к 12:30")
    watched.seconds += 1
    found = await asyncio.gather(*(watched.live.current() for _ in range(20)))
    assert len({id(knowledge) for knowledge in found}) == 1
    assert found[0] is watched.live.knowledge


async def test_an_edit_that_keeps_the_size_is_seen_by_its_time(watched: Watched) -> None:
    path = watched.folder / "legend.md"
    watched.edit("legend.md", "к 11:00", "к 12:00")
    os.utime(path, ns=(1, 1))
    assert "12:00" in await watched.answer("когда готов ржаной хлеб")


async def test_a_contradiction_that_an_edit_brings_is_told_once(watched: Watched) -> None:
    assert watched.live.contradictions == ()
    with capture_logs() as logged:
        watched.write("rye.md", "# Хлеб\n\n## Ржаной хлеб\n\nРжаной хлеб готов к 13:00.\n")
        await watched.answer("когда готов ржаной хлеб")
        watched.write("levain.md", "# Закваска\n\n## Уход за закваской\n\nКормите закваску мукой.\n")
        await watched.answer("уход за закваской")
    told = [event for event in logged if event["event"] == "sources_contradict"]
    assert [sorted(event["figures"]) for event in told] == [["11:00", "13:00"]]
    assert len(watched.live.contradictions) == 1


async def test_something_plainer_answers_until_the_whole_is_built(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(BAKERY, tmp_path / "bakery"))
    may_build = threading.Event()

    def slowly(tenant: Tenant) -> str:
        may_build.wait(10)
        return "whole"

    live = LiveKnowledge(folder, slowly, at_first=lambda tenant: "plain")
    ripening = asyncio.create_task(live.ripen())
    assert (await live.current()).built == "plain"
    may_build.set()
    await ripening
    assert (await live.current()).built == "whole"


async def test_an_edit_is_not_undone_by_what_was_being_built(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(BAKERY, tmp_path / "bakery"))
    builds: list[threading.Event] = [threading.Event(), threading.Event()]
    builds[1].set()

    def build(tenant: Tenant) -> str:
        turn = builds.pop(0)
        turn.wait(10)
        return tenant.legend.sections[0].text

    seconds = [0.0]
    live = LiveKnowledge(folder, build, at_first=lambda tenant: "plain", now=lambda: seconds[0])
    first = builds[0]
    ripening = asyncio.create_task(live.ripen())
    await asyncio.to_thread(time.sleep, 0.05)
    legend = folder / "legend.md"
    legend.write_text(legend.read_text("utf-8").replace("с 2015 года", "с 2014 года"), "utf-8")
    seconds[0] += 1
    assert "2014" in (await live.current()).built
    first.set()
    await ripening
    assert "2014" in (await live.current()).built


class Unwell(Watched):
    """One whose build fails for a reason that is not in the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.error: Exception | None = None
        self.live = LiveKnowledge(self.folder, self.build, now=lambda: self.seconds)

    def build(self, tenant: Tenant) -> PassageIndex:
        if self.error is not None:
            raise self.error
        return build(tenant)


@pytest.mark.parametrize("error", [MemoryError("1 GB"), RuntimeError("secret"), ValueError("x"), OSError(28)])
async def test_a_build_that_fails_leaves_the_old_knowledge_and_is_told_by_class(
    tmp_path: Path, error: Exception
) -> None:
    unwell = Unwell(tmp_path)
    unwell.error = error
    unwell.edit("legend.md", "к 11:00", "к 12:30")
    with capture_logs() as logs:
        assert "11:00" in await unwell.answer("когда готов ржаной хлеб")
    assert [line["error"] for line in logs if line["event"] == "knowledge_failed"] == [type(error).__name__]
    assert "secret" not in str(logs)
    assert [problem.message for problem in unwell.live.refusals] == [
        f"cannot be used: {type(error).__name__}"
    ]


async def test_a_build_that_failed_is_tried_again_after_a_pause(tmp_path: Path) -> None:
    unwell = Unwell(tmp_path)
    unwell.error = MemoryError()
    unwell.edit("legend.md", "к 11:00", "к 12:30")
    await unwell.answer("хлеб")
    unwell.error = None
    assert "11:00" in await unwell.answer("когда готов ржаной хлеб", after_s=10)
    assert "12:30" in await unwell.answer("когда готов ржаной хлеб", after_s=30)
    assert unwell.live.refusals == ()


async def test_an_edit_after_a_build_that_failed_need_not_wait_for_the_pause(tmp_path: Path) -> None:
    unwell = Unwell(tmp_path)
    unwell.error = RuntimeError()
    unwell.edit("legend.md", "к 11:00", "к 12:30")
    await unwell.answer("хлеб")
    unwell.error = None
    unwell.edit("legend.md", "к 12:30", "к 13:45")
    assert "13:45" in await unwell.answer("когда готов ржаной хлеб")
