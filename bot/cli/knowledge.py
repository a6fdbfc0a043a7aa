"""`python -m bot knowledge ...`: collect documents, and find what contradicts itself."""

import asyncio
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

from bot.domain import join_heading
from bot.errors import SettingsError
from bot.knowledge.collecting.collector import Limits, collect_forum, collect_wiki
from bot.knowledge.collecting.polite import PoliteClient
from bot.knowledge.collecting.table import CollectedTable, Page, Status
from bot.knowledge.collecting.wikipedia import Wikipedia
from bot.knowledge.contradictions import contradictions
from bot.tenant import load_tenant
from bot.tenant.wording import slug

NOTHING_COLLECTED = 1


def run(options: Namespace) -> int:
    """Raises TenantError, SettingsError, and ServiceError when the server cannot be asked at all."""
    if options.knowledge_command == "check":
        return check(options.path)
    if options.limit < 1 or options.pause < 0 or getattr(options, "depth", 0) < 0:
        raise SettingsError("--limit must be 1 or more, --pause and --depth 0 or more")
    return asyncio.run(_collect(options))


def check(path: Path) -> int:
    """Print every pair of passages that may contradict each other; people decide. Always status 0."""
    tenant = load_tenant(path)
    for problem in tenant.articles.problems:
        print(problem)
    disputed = list(contradictions(tenant.passages, tenant.lexicon))
    for found in disputed:
        print(f"{found.figures[0]} / {found.figures[1]}")
        for passage, sentence in zip(found.passages, found.sentences, strict=True):
            print(f"    {join_heading(passage)}: {sentence}")
    print(f"{path}: {len(tenant.passages)} passages, possible contradictions: {len(disputed)}")
    return 0


async def _collect(options: Namespace) -> int:
    name = slug(" ".join(options.keywords))[:60] or "forum"
    table = CollectedTable(options.into, name)
    limits = Limits(pages=options.limit, depth=getattr(options, "depth", 0))
    async with PoliteClient(contact=options.contact, pause_s=options.pause) as client:
        if options.knowledge_command == "collect":
            pages = collect_wiki(Wikipedia(client, options.api), table, options.keywords, limits)
        else:
            pages = collect_forum(client, table, options.sitemap, options.keywords, limits)
        counts = await _tell(pages)
    told = ", ".join(f"{status.value}: {counts[status]}" for status in Status)
    print(f"{table.file}: {told}")
    return (
        0
        if counts[Status.OK] or table.file.stat().st_size > len("url,context,status\r\n")
        else NOTHING_COLLECTED
    )


async def _tell(pages: AsyncIterator[Page]) -> Counter[Status]:
    counts: Counter[Status] = Counter()
    async for page in pages:
        counts[page.status] += 1
        print(f"{sum(counts.values()):>5}  {page.status.value:<22} {page.url}", file=sys.stderr)
    return counts
