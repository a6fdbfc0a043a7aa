"""The pages of a forum: which there are, and what is asked and answered on one."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree.ElementTree import ParseError, fromstring

from bot.errors import ServiceError
from bot.knowledge.collecting.polite import AGENT

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

    from bot.knowledge.collecting.polite import PoliteClient

_MOST_SITEMAPS = 200


async def page_addresses(client: "PoliteClient", sitemap: str) -> list[str]:
    """The addresses on the sitemap's own host that it names, also by other sitemaps.

    Without those that the host's robots.txt asks to leave alone. Raises ServiceError.
    """
    host = urlsplit(sitemap).hostname
    waiting, found, read = [sitemap], dict[str, None](), set[str]()
    while waiting and len(read) < _MOST_SITEMAPS:
        address = waiting.pop(0)
        if address in read:
            continue
        read.add(address)
        is_index, addresses = _sitemap(address, await client.get(address))
        own = (other for other in addresses if urlsplit(other).hostname == host)
        if is_index:
            waiting += own
        else:
            found.update(dict.fromkeys(own))
    rules = await _rules(client, sitemap)
    return [address for address in found if rules.can_fetch(AGENT, address)]


async def _rules(client: "PoliteClient", sitemap: str) -> RobotFileParser:
    rules = RobotFileParser()
    try:
        lines = (await client.get(urljoin(sitemap, "/robots.txt"))).decode("utf-8", "replace").splitlines()
    except ServiceError:
        lines = []  # no rules, no bans
    rules.parse(lines)
    return rules


def _sitemap(address: str, body: bytes) -> tuple[bool, list[str]]:
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise ServiceError(f"{address}: a sitemap declares no entities", permanent=True)
    try:
        root = fromstring(body)
    except ParseError as error:
        raise ServiceError(f"{address}: this is no sitemap: {error}", permanent=True) from error
    places = [place.text.strip() for place in root.iter() if place.tag.endswith("}loc") and place.text]
    return root.tag.endswith("}sitemapindex"), places


def text_of(body: bytes) -> str:
    """What is asked and answered on a page: by schema.org's marks, else the page's text. Empty if none."""
    from selectolax.lexbor import LexborHTMLParser

    page = LexborHTMLParser(body)
    return "\n\n".join(_marked(page)) or _whole(page)


def _marked(page: "LexborHTMLParser") -> Iterator[str]:
    """`QAPage` and `FAQPage` as they stand in the page's JSON-LD."""
    for script in page.css('script[type="application/ld+json"]'):
        try:
            marked = json.loads(script.text())
        except ValueError:
            continue
        for part in marked if isinstance(marked, list) else [marked]:
            if isinstance(part, dict) and part.get("@type") in ("QAPage", "FAQPage"):
                for question in _listed(part.get("mainEntity")):
                    yield from _asked(question)


def _asked(question: dict[str, Any]) -> Iterator[str]:
    yield _plain(question.get("name")) or _plain(question.get("text"))
    for kind in ("acceptedAnswer", "suggestedAnswer"):
        for answer in _listed(question.get(kind)):
            if text := _plain(answer.get("text")):
                yield text


def _listed(value: object) -> list[dict[str, Any]]:
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, dict)]


def _plain(value: object) -> str:
    from selectolax.lexbor import LexborHTMLParser

    return (
        " ".join(LexborHTMLParser(value).text(separator=" ").split())
        if isinstance(value, str) and value
        else ""
    )


def _whole(page: "LexborHTMLParser") -> str:
    for silent in page.css("script, style, noscript, nav, header, footer, aside, form"):
        silent.decompose()
    root = page.css_first("main") or page.css_first("article") or page.body
    if root is None:
        return ""
    lines = (" ".join(line.split()) for line in root.text(separator="\n").splitlines())
    return "\n".join(line for line in lines if line)
