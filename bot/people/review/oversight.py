"""How staff look after the answers: why they were given, what is right, what leaves, how good they are."""

from dataclasses import dataclass

from bot.people.review.decisions import ReviewDecisions
from bot.people.review.marks import Marking
from bot.people.review.proposals import Proposals
from bot.people.review.reviewing import Reviewing
from bot.people.review.why import Why


@dataclass(frozen=True, kw_only=True, slots=True)
class Oversight:
    why: Why
    proposals: Proposals
    reviewing: Reviewing
    decisions: ReviewDecisions
    marking: Marking
