"""A server on loopback that answers as MediaWiki's API does, and as a forum with a sitemap."""

from collections import deque
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web

_PER_PART = 2
"""Results and links in one answer; the rest comes by continuation."""


@dataclass(kw_only=True)
class FakePage:
    text: str
    links: tuple[str, ...] = ()


@dataclass(kw_only=True)
class FakeWiki:
    """`pages` by title, `redirects` from a title to another; `troubles` are answered first, one a request."""

    pages: dict[str, FakePage] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    """Other files of the host, by path: ``{host}`` in them is its address."""
    troubles: deque[web.Response] = field(default_factory=deque)
    broken: set[str] = field(default_factory=set)
    """Titles and paths that are answered by HTTP 404."""
    asked: list[dict[str, str]] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    host: str = ""

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_get("/w/api.php", self._api)
        application.router.add_get("/{path:.*}", self._file)
        self._runner = web.AppRunner(application)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.host = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    @property
    def api(self) -> str:
        return f"{self.host}/w/api.php"

    @property
    def titles_asked(self) -> list[str]:
        return list(dict.fromkeys(asked["titles"] for asked in self.asked if "titles" in asked))

    async def _api(self, request: web.Request) -> web.Response:
        self.agents.add(request.headers.get("User-Agent", ""))
        asked = dict(request.query)
        self.asked.append(asked)
        if self.troubles:
            return self.troubles.popleft()
        if asked.get("titles") in self.broken:
            return web.Response(status=404)
        if asked.get("list") == "search":
            return web.json_response(self._search(asked))
        return web.json_response(self._page(asked))

    def _search(self, asked: dict[str, str]) -> dict[str, Any]:
        word = asked["srsearch"].lower()
        found = [title for title, page in self.pages.items() if word in page.text.lower()]
        start = int(asked.get("sroffset", 0))
        end = start + min(_PER_PART, int(asked["srlimit"]))
        answer: dict[str, Any] = {"query": {"search": [{"title": title} for title in found[start:end]]}}
        if end < len(found):
            answer["continue"] = {"sroffset": str(end), "continue": "-||"}
        return answer

    def _page(self, asked: dict[str, str]) -> dict[str, Any]:
        title = self.redirects.get(asked["titles"], asked["titles"])
        if title not in self.pages:
            return {"query": {"pages": [{"title": title, "missing": True}]}}
        page = self.pages[title]
        start = int(asked.get("plcontinue", 0))
        links = [{"ns": 0, "title": link} for link in page.links[start : start + _PER_PART]]
        found = {"title": title, "fullurl": f"{self.host}/wiki/{title.replace(' ', '_')}", "links": links}
        if not start:
            found["extract"] = page.text
        answer: dict[str, Any] = {"query": {"pages": [found]}}
        if start + _PER_PART < len(page.links):
            answer["continue"] = {"plcontinue": str(start + _PER_PART), "continue": "||extracts|info"}
        return answer

    async def _file(self, request: web.Request) -> web.Response:
        if request.path in self.broken or request.path not in self.files:
            return web.Response(status=404)
        text = self.files[request.path].replace("{host}", self.host)
        return web.Response(text=text, content_type="text/html")


def lagging(seconds: float) -> web.Response:
    """What MediaWiki says with status 200 while its databases lag by more than `maxlag`."""
    error = {"code": "maxlag", "info": f"Waiting for a host: {seconds} seconds lagged", "lag": seconds}
    return web.json_response({"error": error}, headers={"Retry-After": "5"})
