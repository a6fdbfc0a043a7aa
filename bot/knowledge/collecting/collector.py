"""Goes from page to page, as far as it is told, and remembers where it was."""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.errors import ServiceError
from bot.knowledge.collecting.polite import PoliteClient
from bot.knowledge.collecting.table import CollectedTable, Page, Status
from bot.knowledge.collecting.wikipedia import WikiPage, Wikipedia

_SEARCHED = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How many pages are kept, and how many links may lie between a page and the search."""

    pages: int = 200
    depth: int = 2


@dataclass(kw_only=True, slots=True)
class _Plan:
    """What is still to be fetched: titles with how far they are from the search."""

    waiting: list[tuple[str, int]] = field(default_factory=list)
    seen: dict[str, None] = field(default_factory=dict)
    kept: int = 0

    def add(self, title: str, depth: int) -> None:
        if title not in self.seen:
            self.seen[title] = None
            self.waiting.append((title, depth))

    def as_json(self) -> dict[str, Any]:
        return {"waiting": self.waiting, "seen": list(self.seen), "kept": self.kept}

    @classmethod
    def of(cls, value: dict[str, Any]) -> "_Plan":
        waiting = [(str(title), int(depth)) for title, depth in value["waiting"]]
        return cls(waiting=waiting, seen=dict.fromkeys(value["seen"]), kept=int(value["kept"]))


async def collect_wiki(
    wiki: Wikipedia, table: CollectedTable, keywords: Sequence[str], limits: Limits
) -> AsyncIterator[Page]:
    """Pages found by the keywords, then those behind their links that have a keyword in the title.

    Each is in the table when it is given out. Started again, it goes on where it was. Raises ServiceError
    only when the search itself fails.
    """
    special = special_words(keywords)
    plan = await _wiki_plan(wiki, table, keywords)
    while plan.waiting and plan.kept < limits.pages:
        title, depth = plan.waiting.pop(0)
        try:
            found = await wiki.page(title)
        except ServiceError as error:
            page = Page(url=title, context=str(error), status=Status.ERROR)
        else:
            if found is not None and found.title != title:
                if found.title in plan.seen:
                    continue  # a redirect to a page that is there already
                plan.seen[found.title] = None
            page = _judged(title, found, special)
            if page.status is Status.OK and found is not None and depth < limits.depth:
                for link in found.links:
                    if special.search(link):
                        plan.add(link, depth + 1)
        plan.kept += page.status is Status.OK
        table.add(page, plan.as_json())
        yield page


async def _wiki_plan(wiki: Wikipedia, table: CollectedTable, keywords: Sequence[str]) -> _Plan:
    if stored := table.start():
        return _Plan.of(stored)
    plan = _Plan()
    for keyword in keywords:
        for title in await wiki.search(keyword, _SEARCHED):
            plan.add(title, 0)
    table.keep(plan.as_json())
    return plan


def _judged(title: str, found: WikiPage | None, special: re.Pattern[str]) -> Page:
    if found is None:
        return Page(url=title, context="there is no such page", status=Status.ERROR)
    status = Status.OK if special.search(found.text) else Status.FOREIGN
    return Page(url=found.url, context=found.text if status is Status.OK else "", status=status)


def special_words(keywords: Sequence[str]) -> re.Pattern[str]:
    """Any of the words, in any case and with any ending."""
    return re.compile("|".join(rf"\b{re.escape(word.strip())}" for word in keywords), re.IGNORECASE)


async def collect_forum(
    client: PoliteClient, table: CollectedTable, sitemap: str, keywords: Sequence[str], limits: Limits
) -> AsyncIterator[Page]:
    """The pages that a sitemap names, questions with their answers where the pages mark them as such.

    Sitemaps of sitemaps are followed. Raises ServiceError when the sitemap itself cannot be had.
    """
    from bot.knowledge.collecting.forum import page_addresses, text_of

    special = special_words(keywords) if keywords else re.compile("")
    stored = table.start()
    plan = _Plan.of(stored) if stored else _Plan()
    if not stored:
        for address in await page_addresses(client, sitemap):
            plan.add(address, 0)
        table.keep(plan.as_json())
    while plan.waiting and plan.kept < limits.pages:
        address, _ = plan.waiting.pop(0)
        try:
            text = text_of(await client.get(address))
        except ServiceError as error:
            page = Page(url=address, context=str(error), status=Status.ERROR)
        else:
            status = Status.OK if text and special.search(text) else Status.FOREIGN
            page = Page(url=address, context=text if status is Status.OK else "", status=status)
        plan.kept += page.status is Status.OK
        table.add(page, plan.as_json())
        yield page
