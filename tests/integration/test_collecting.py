"""Pages collected from a server that behaves as MediaWiki does, and from a forum with a sitemap."""

import csv
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from bot.errors import ServiceError
from bot.knowledge.collecting.collector import Limits, collect_forum, collect_wiki
from bot.knowledge.collecting.polite import PoliteClient
from bot.knowledge.collecting.table import CollectedTable, Page
from bot.knowledge.collecting.wikipedia import Wikipedia
from bot.tenant.articles import read_articles
from tests.fakes.mediawiki import FakePage, FakeWiki, lagging


@pytest_asyncio.fixture
async def wiki() -> AsyncIterator[FakeWiki]:
    pages = {
        "Чайка": FakePage(
            text="Чайка — птица.", links=("Море", "Чайка серебристая", "Чайка малая", "Чайник")
        ),
        "Чайка серебристая": FakePage(text="Серебристая чайка крупная.", links=("Чайка", "Чайка (пьеса)")),
        "Чайка малая": FakePage(text="Малая чайка мала."),
        "Чайка (пьеса)": FakePage(text="Пьеса о чайке.", links=("Чайка далёкая",)),
        "Чайка далёкая": FakePage(text="Далеко от поиска."),
        "Море": FakePage(text="Море солёное."),
    }
    async with FakeWiki(pages=pages) as server:
        yield server


class Collection:
    """A folder, and a client that notes how long it would have slept."""

    def __init__(self, folder: Path, wiki: FakeWiki) -> None:
        self.table = CollectedTable(folder, "gulls")
        self.slept: list[float] = []
        self._wiki = wiki

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def client(self) -> PoliteClient:
        return PoliteClient(contact="me@example.com", pause_s=0.5, sleep=self._sleep)

    async def collect(
        self, *keywords: str, pages: int = 50, depth: int = 2, stop_after: int = 0
    ) -> list[Page]:
        found = []
        async with self.client() as client:
            wiki = Wikipedia(client, self._wiki.api)
            async for page in collect_wiki(wiki, self.table, keywords, Limits(pages=pages, depth=depth)):
                found.append(page)
                if len(found) == stop_after:
                    break
        return found

    async def forum(self, *keywords: str) -> list[Page]:
        async with self.client() as client:
            sitemap = f"{self._wiki.host}/sitemap.xml"
            pages = collect_forum(client, self.table, sitemap, keywords, Limits())
            return [page async for page in pages]

    @property
    def rows(self) -> list[tuple[str, str]]:
        with self.table.file.open(encoding="utf-8", newline="") as file:
            return [(row["url"].rsplit("/", 1)[-1], row["status"]) for row in csv.DictReader(file)]


@pytest.fixture
def collection(tmp_path: Path, wiki: FakeWiki) -> Collection:
    return Collection(tmp_path, wiki)


async def test_what_is_searched_and_what_it_links_to_is_collected(
    collection: Collection, wiki: FakeWiki
) -> None:
    wiki.pages["Чайка малая"].text = "Совсем другое."
    await collection.collect("чайк")
    assert dict(collection.rows) == {
        "Чайка": "Ok",
        "Чайка_серебристая": "Ok",
        "Чайка_(пьеса)": "Ok",
        "Чайка_малая": "No find special words",
        "Чайка_далёкая": "No find special words",
    }


@pytest.mark.parametrize(("depth", "reached"), [(0, False), (1, True)])
async def test_links_are_followed_no_deeper_than_told(
    collection: Collection, wiki: FakeWiki, depth: int, reached: bool
) -> None:
    await collection.collect("чайк", depth=depth)
    assert ("Чайка далёкая" in wiki.titles_asked) is reached


async def test_no_more_pages_are_kept_than_told(collection: Collection) -> None:
    assert len(await collection.collect("чайк", pages=2)) == 2


async def test_searching_and_links_are_continued_to_their_end(collection: Collection, wiki: FakeWiki) -> None:
    wiki.pages |= {f"Чайка {number}": FakePage(text="чайка") for number in range(7)}
    await collection.collect("чайк")
    assert len(collection.rows) == 12
    assert any("sroffset" in asked for asked in wiki.asked)


async def test_a_page_behind_two_names_is_collected_once(collection: Collection, wiki: FakeWiki) -> None:
    wiki.redirects["Чайка речная"] = "Чайка малая"
    wiki.pages["Чайка"].links = ("Чайка речная", "Чайка малая")
    await collection.collect("чайк")
    assert [name for name, _ in collection.rows].count("Чайка_малая") == 1


async def test_a_page_that_fails_is_noted_and_the_rest_goes_on(
    collection: Collection, wiki: FakeWiki
) -> None:
    wiki.broken.add("Чайка малая")
    await collection.collect("чайк")
    assert dict(collection.rows)["Чайка малая"] == "Error"
    assert dict(collection.rows)["Чайка_серебристая"] == "Ok"


async def test_the_server_is_left_alone_for_as_long_as_it_asks(
    collection: Collection, wiki: FakeWiki
) -> None:
    wiki.troubles.extend(
        (lagging(7.0), web.Response(status=429, headers={"Retry-After": "11"}), web.Response(status=503))
    )
    await collection.collect("чайк", pages=1)
    assert collection.slept[:4] == [7.0, 11.0, 4.0, 0.5]


async def test_a_server_that_never_recovers_is_given_up(collection: Collection, wiki: FakeWiki) -> None:
    wiki.troubles.extend(web.Response(status=503) for _ in range(20))
    with pytest.raises(ServiceError, match="HTTP 503, 5 times"):
        await collection.collect("чайк")


@pytest.mark.parametrize("body", ["<html>", "[]", '{"error": {"code": "readonly", "info": "no"}}'])
async def test_an_answer_of_another_kind_is_told(collection: Collection, wiki: FakeWiki, body: str) -> None:
    wiki.troubles.append(web.Response(text=body))
    with pytest.raises(ServiceError):
        await collection.collect("чайк")


async def test_the_collector_says_who_it_is_and_minds_the_lag(collection: Collection, wiki: FakeWiki) -> None:
    await collection.collect("чайк", pages=1)
    (agent,) = wiki.agents
    assert "DezhurnyKnowledgeCollector" in agent
    assert "me@example.com" in agent
    assert {asked["maxlag"] for asked in wiki.asked} == {"5"}


async def test_a_killed_collection_goes_on_where_it_was(collection: Collection, wiki: FakeWiki) -> None:
    await collection.collect("чайк", stop_after=2)
    with collection.table.file.open("ab") as file:
        file.write('https://cut.example,"оборва'.encode())
    asked = len(wiki.asked)
    await collection.collect("чайк")
    names = [name for name, _ in collection.rows]
    assert len(names) == len(set(names)) == 5
    assert not any("srsearch" in later for later in wiki.asked[asked:])


async def test_what_is_collected_is_an_article(collection: Collection, tmp_path: Path) -> None:
    await collection.collect("чайк")
    (article,) = read_articles(tmp_path).read
    assert ("Чайка",) in {section.heading for section in article.sections}


FORUM = {
    "/sitemap.xml": '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap>'
    "<loc>{host}/questions.xml</loc></sitemap></sitemapindex>",
    "/questions.xml": '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    "<url><loc>{host}/q/1</loc></url><url><loc>{host}/q/2</loc></url><url><loc>{host}/secret</loc></url>"
    "<url><loc>https://elsewhere.example/q/3</loc></url><url><loc>{host}/gone</loc></url></urlset>",
    "/robots.txt": "User-agent: *\nDisallow: /secret\n",
    "/q/1": '<html><script type="application/ld+json">{"@type": "QAPage", "mainEntity": {"@type": "Question",'
    ' "name": "Чем кормить чайку?", "acceptedAnswer": {"text": "<p>Рыбой.</p>"}}}</script><nav>Меню</nav>',
    "/q/2": "<html><body><nav>Чайка</nav><main><h1>О море</h1><p>Солёное.</p></main></body></html>",
    "/secret": "<p>чайка</p>",
}


async def test_a_forums_questions_and_answers_are_collected(collection: Collection, wiki: FakeWiki) -> None:
    wiki.files |= FORUM
    pages = await collection.forum("чайк")
    assert collection.rows == [("1", "Ok"), ("2", "No find special words"), ("gone", "Error")]
    assert pages[0].context == "Чем кормить чайку?\n\nРыбой."


async def test_a_forum_without_keywords_is_collected_whole(collection: Collection, wiki: FakeWiki) -> None:
    wiki.files |= FORUM
    pages = await collection.forum()
    assert pages[1].context == "О море\nСолёное."


@pytest.mark.parametrize("sitemap", ["<html>", '<!DOCTYPE a [<!ENTITY b "c">]><urlset/>'])
async def test_what_is_no_sitemap_is_told(collection: Collection, wiki: FakeWiki, sitemap: str) -> None:
    wiki.files["/sitemap.xml"] = sitemap
    with pytest.raises(ServiceError, match="sitemap"):
        await collection.forum()
