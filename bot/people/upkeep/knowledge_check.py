"""A daily look at the tenant's folder: what is broken in it, and what contradicts itself."""

import asyncio
import json
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from redis.asyncio import Redis

from bot.domain import join_heading
from bot.errors import TenantError
from bot.knowledge.contradictions import contradictions
from bot.people.staff_posts import StaffPosts
from bot.people.upkeep.problem_words import problem_in_words
from bot.stock.checking import check_rows
from bot.tenant import check_tenant, load_tenant
from bot.texts.catalogue import Texts
from bot.texts.jobs import DigestText
from bot.texts.literal import literal

_MOST_TOLD = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """Either a `problem` by file and line, or two passages with their sentences."""

    problem: str = ""
    passages: tuple[str, str] = ("", "")
    sentences: tuple[str, str] = ("", "")

    @property
    def fingerprint(self) -> str:
        return sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]


def remarks_on(folder: Path) -> list[Remark]:
    """All there is to say of a tenant's folder. Takes a processor for seconds."""
    faults = [str(fault) for fault in (*check_tenant(folder), *check_rows(folder).faults)]
    found = [Remark(problem=fault.replace(f"{folder}/", "")) for fault in faults]
    try:
        tenant = load_tenant(folder)
    except TenantError:
        return found
    for dispute in contradictions(tenant.passages, tenant.lexicon):
        one, other = (join_heading(passage) for passage in dispute.passages)
        found.append(Remark(passages=(one, other), sentences=dispute.sentences))
    return found


class KnowledgeCheck:
    """One tenant's. Methods raise redis-py's errors and StoreError."""

    def __init__(
        self, folder: Path, posts: StaffPosts, texts: Texts, redis: Redis, *, prefix: str = "dz"
    ) -> None:
        self._folder = folder
        self._posts = posts
        self._texts = texts
        self._redis = redis
        self._known = f"{prefix}:knowledge_remarks:{folder.name}"

    async def check(self) -> None:
        """Tell the admins what was not to be remarked the last time."""
        found = {remark.fingerprint: remark for remark in await _elsewhere(self._folder)}
        known = set(json.loads(await self._redis.get(self._known) or "[]"))
        new = [remark for fingerprint, remark in found.items() if fingerprint not in known]
        if new:
            key = sha256("".join(remark.fingerprint for remark in new).encode()).hexdigest()[:16]
            await self._posts.tell_admins(f"knowledge:{key}", self._told(new))
        await self._redis.set(self._known, json.dumps(sorted(found)))

    def _told(self, remarks: Sequence[Remark]) -> str:
        language = self._posts.language
        lines = [self._line(remark, language) for remark in remarks[:_MOST_TOLD]]
        if len(remarks) > _MOST_TOLD:
            rest = len(remarks) - _MOST_TOLD
            lines.append(self._texts.say(DigestText.KNOWLEDGE_MORE, language, count=rest))
        return self._texts.say(DigestText.KNOWLEDGE_WORSE, language, problems="\n".join(lines))

    def _line(self, remark: Remark, language: str) -> str:
        if remark.problem:
            problem = problem_in_words(remark.problem, self._texts, language)
            return self._texts.say(DigestText.KNOWLEDGE_PROBLEM, language, problem=problem)
        (one, other), (first, second) = remark.passages, remark.sentences
        return self._texts.say(
            DigestText.KNOWLEDGE_DISPUTE,
            language,
            one=literal(one),
            other=literal(other),
            first=literal(first),
            second=literal(second),
        )


async def _elsewhere(folder: Path) -> list[Remark]:
    """In a process of its own: here it would stand in the way of turns."""
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh) as other:
        return await asyncio.get_running_loop().run_in_executor(other, remarks_on, folder)
