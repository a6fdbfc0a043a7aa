"""MediaWiki's API: searching, the plain text of a page, and its links."""

from dataclasses import dataclass
from typing import Any

from bot.knowledge.collecting.polite import PoliteClient

_MAXLAG_S = "5"
_MOST_PARTS = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class WikiPage:
    """A page as the API gives it, after its redirects."""

    title: str
    url: str
    text: str
    links: tuple[str, ...]


class Wikipedia:
    """One wiki, by the address of its ``api.php``."""

    def __init__(self, client: PoliteClient, api: str) -> None:
        self._client = client
        self._api = api

    async def search(self, words: str, limit: int) -> list[str]:
        """The titles of articles found for words, as many as `limit`. Raises ServiceError."""
        titles: list[str] = []
        more: dict[str, str] = {}
        while len(titles) < limit:
            count = str(min(limit - len(titles), 50))
            answer = await self._ask({"list": "search", "srsearch": words, "srlimit": count, **more})
            titles += [str(found["title"]) for found in answer.get("query", {}).get("search", ())]
            more = answer.get("continue", {})
            if not more:
                break
        return titles[:limit]

    async def page(self, title: str) -> WikiPage | None:
        """A page with its text and its links to articles; None if there is none. Raises ServiceError."""
        text, url, links = "", "", list[str]()
        more: dict[str, str] = {}
        for _ in range(_MOST_PARTS):
            answer = await self._ask(
                {
                    "prop": "extracts|info|links",
                    "titles": title,
                    "redirects": "1",
                    "explaintext": "1",
                    "inprop": "url",
                    "plnamespace": "0",
                    "pllimit": "max",
                    **more,
                }
            )
            pages: list[dict[str, Any]] = answer.get("query", {}).get("pages", [])
            if not pages or pages[0].get("missing") or pages[0].get("invalid"):
                return None
            page = pages[0]
            title, url = str(page["title"]), str(page.get("fullurl", url))
            text = str(page.get("extract", "")) or text
            links += [str(link["title"]) for link in page.get("links", ())]
            more = answer.get("continue", {})
            if not more:
                break
        return WikiPage(title=title, url=url, text=text, links=tuple(dict.fromkeys(links)))

    async def _ask(self, parameters: dict[str, str]) -> dict[str, Any]:
        common = {"action": "query", "format": "json", "formatversion": "2", "maxlag": _MAXLAG_S}
        return await self._client.get_json(self._api, common | parameters)
