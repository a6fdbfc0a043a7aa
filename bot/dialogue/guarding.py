"""What is declined before anything is looked up: orders to the assistant, forbidden and foreign subjects."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.dialogue.work import Work
from bot.domain import Recollection, Remark, Speaker, Verdict
from bot.guard.forbidden import ForbiddenTopics
from bot.guard.injection import find_earlier_injection, find_injection
from bot.guard.off_topic import OffTopic
from bot.texts.catalogue import Text

_BY_MEANING = {
    "orders": ("injection", Text.INJECTION),
    "forbidden": ("forbidden_topic", Text.REFUSED),
}
"""What a message that is like one of these by its meaning is told; others, that they are foreign."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entrance:
    """The guards of one tenant on what comes in."""

    forbidden: ForbiddenTopics
    off_topic: OffTopic
    resembles: Callable[[str], str] | None = None
    """Which unwanted kind a message is like by its meaning, or ""."""

    def refusal(self, work: Work) -> Text | None:
        """What to say instead of an answer, or None for what may be answered. Each finding is a verdict."""
        said = [remark.text for remark in work.recollection.remarks if remark.speaker is Speaker.CUSTOMER]
        injection = find_injection(work.question, said)
        if injection is not None:
            return self._decline(work, "injection", f"{injection.kind} in {injection.where}", Text.INJECTION)
        topic = self.forbidden.find(work.question)
        if topic is not None:
            return self._decline(work, "forbidden_topic", topic, Text.REFUSED)
        if work.understood.small_talk is not None:
            return None
        outside = self.off_topic.find(work.question)
        if outside is not None:
            return self._decline(work, "off_topic", outside.subject, Text.OFF_TOPIC)
        return self._by_meaning(work)

    def _by_meaning(self, work: Work) -> Text | None:
        if self.resembles is None or self.off_topic.is_about_us(work.question):
            return None
        kind = self.resembles(work.question)
        if not kind:
            return None
        check, text = _BY_MEANING.get(kind, ("off_topic", Text.OFF_TOPIC))
        return self._decline(work, check, kind, text)

    def _decline(self, work: Work, check: str, detail: str, text: Text) -> Text:
        work.verdicts.append(Verdict(check=check, passed=False, detail=detail))
        return text


def without_orders(recollection: Recollection) -> Recollection:
    """What a model may be shown of the dialogue: no customer's remark that gives it orders."""
    kept = tuple(remark for remark in recollection.remarks if not _gives_orders(remark))
    if len(kept) == len(recollection.remarks):
        return recollection
    return Recollection(
        dialogue_id=recollection.dialogue_id,
        summary=recollection.summary,
        remarks=kept,
        focus=recollection.focus,
    )


def _gives_orders(remark: Remark) -> bool:
    return remark.speaker is Speaker.CUSTOMER and find_earlier_injection([remark.text]) is not None
