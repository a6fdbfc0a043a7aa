"""`python -m bot proposals list|accept N|reject N`: the right answers that staff have written."""

import argparse
import asyncio
import sys

from bot.domain.reviews import Proposal
from bot.people.review.proposals import Decision, Proposals
from bot.people.review.proposals_faq import FaqRefused
from bot.settings import Settings
from bot.store.proposals import ProposalStore
from bot.tenant import find_tenant, load_tenant
from bot.wiring import TENANTS
from bot.wiring.stock import opened_engine

NOTHING_DONE = 1


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Raises TenantError where the folder is not in order."""
    folder = find_tenant(settings.tenant, TENANTS)
    tenant = load_tenant(folder)
    with opened_engine(settings) as engine:
        proposals = Proposals(ProposalStore(engine, tenant.name), tenant, folder)
        match options.proposals_command:
            case "accept":
                return asyncio.run(_accept(proposals, options.number))
            case "reject":
                return _told(options.number, asyncio.run(proposals.reject(options.number, None)), "rejected")
            case _:
                return _list(asyncio.run(proposals.waiting()))


async def _accept(proposals: Proposals, number: int) -> int:
    try:
        return _told(number, await proposals.accept(number, None), "accepted, it stands in faq.md")
    except FaqRefused as error:
        print(f"dezhurny: proposal {number} cannot stand in faq.md yet: {error}", file=sys.stderr)
        return NOTHING_DONE


def _told(number: int, decision: Decision, done: str) -> int:
    if decision is Decision.DONE:
        print(f"{number}: {done}")
        return 0
    reason = "is decided already" if decision is Decision.TOO_LATE else "is not there"
    print(f"dezhurny: proposal {number} {reason}", file=sys.stderr)
    return NOTHING_DONE


def _list(waiting: list[Proposal]) -> int:
    for one in waiting:
        print(f"{one.proposal_id}  {one.proposed_at:%Y-%m-%d %H:%M} UTC  by {one.proposed_by}")
        print(f"   question: {one.question}")
        answer = one.answer.replace("\n", "\n             ")
        print(f"   answer:   {answer}")
    print(f"{len(waiting)} to be decided: python -m bot proposals accept N, or reject N")
    return 0
