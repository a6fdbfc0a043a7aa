"""What a draft must pass before it is sent: every claim supported, no forbidden subject, fit to read."""

from collections.abc import Callable, Sequence

from bot.dialogue.prompting import recites_rules
from bot.dialogue.work import Work, opening_of
from bot.domain import Speaker, Verdict
from bot.guard.claims import foreign_script, unknown_labels, unsupported_claims
from bot.guard.forbidden import ForbiddenTopics
from bot.guard.phrasing import unfaithful_phrasing
from bot.guard.proper_names import ProductNames, unsupported_addresses, unsupported_names
from bot.understanding.messages import is_blank, language_of

_DRAFT_CHECKS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("foreign script", foreign_script),
    ("nothing to read", is_blank),
    ("rules recited", recites_rules),
)
_TELLING_LETTERS = 20
"""Fewer letters do not tell a language."""


class DraftChecks:
    """The checks of one tenant. Each finding is a verdict in the turn's log."""

    def __init__(self, *, forbidden: ForbiddenTopics, public: Sequence[str], products: ProductNames) -> None:
        """`public`: facts that support a claim at any time, such as the business's contacts."""
        self._products = products
        self._forbidden = forbidden
        self._public = tuple(public)

    def faults(self, work: Work, draft: str) -> list[str]:
        """What is wrong with a draft; empty when it may be sent."""
        faults = self._claims_too_much(work, draft)
        work.verdicts.append(Verdict(check="claims", passed=not faults, detail="; ".join(faults)))
        for check, is_faulty in _DRAFT_CHECKS:
            if is_faulty(draft):
                faults.append(check)
                work.verdicts.append(Verdict(check=check, passed=False))
        if not work.composed:
            reason = unfaithful_phrasing(opening_of(work.stored)[0], draft, work.masked.text)
            work.verdicts.append(Verdict(check="phrasing", passed=not reason, detail=reason))
            faults += [reason] if reason else []
        return faults

    def may_be_shown(self, work: Work, sentences: str) -> bool:
        """Whether what is written of an answer so far may be seen while the rest is being written."""
        if not sentences or recites_rules(sentences):
            return False
        return not self._claims_too_much(work, sentences) and self.forbidden_in(work, sentences) is None

    def forbidden_in(self, work: Work, draft: str) -> str | None:
        """The forbidden topic that a draft touches and the business's own text does not."""
        topic = self._forbidden.find(draft)
        own = (self._forbidden.find(fact) for fact in work.facts)
        return None if topic is None or topic in own else topic

    def note_language(self, work: Work, draft: str) -> None:
        """Another language than the question's is still an answer, though not a good one."""
        spoken = language_of(draft, work.language)
        if spoken != work.language and sum(map(str.isalpha, draft)) >= _TELLING_LETTERS:
            work.verdicts.append(Verdict(check="language", passed=False, detail=spoken))

    def _claims_too_much(self, work: Work, draft: str) -> list[str]:
        """What was said before proves nothing, whoever said it: a fault that slipped out must not return."""
        said = [remark.text for remark in work.recollection.remarks if remark.speaker is Speaker.CUSTOMER]
        facts, asked = [*work.facts, *self._public], [*said, work.masked.text]
        faults = unsupported_claims(draft, facts, asked=asked)
        if work.composed:
            faults += unsupported_names(draft, facts, products=self._products, asked=asked)
            faults += unsupported_addresses(draft, facts)
        return faults + unknown_labels(draft, tuple(work.masked.hidden))
