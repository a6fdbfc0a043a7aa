"""The list of forbidden topics as admins have changed it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from bot.guard.forbidden import ForbiddenTopic
from bot.tenant.model import Topic


def read_topic(topic: Topic) -> ForbiddenTopic:
    """As messages are matched with it."""
    return ForbiddenTopic(name=topic.name, words=topic.words, phrases=topic.phrases, patterns=topic.patterns)


@dataclass(frozen=True, kw_only=True, slots=True)
class TopicChanges:
    """What is laid over the folder's list. `removed`: names of topics that stand in the folder."""

    added: tuple[Topic, ...] = ()
    removed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, value: Any) -> Self:
        """Read what `to_json` gave; None: nothing was ever changed."""
        return cls(
            added=tuple(Topic.model_validate(topic) for topic in (value or {}).get("added", ())),
            removed=frozenset((value or {}).get("removed", ())),
        )

    def to_json(self) -> dict[str, Any]:
        added = [
            {"name": topic.name, "words": list(topic.words), "phrases": list(topic.phrases)}
            for topic in self.added
        ]
        return {"added": added, "removed": sorted(self.removed)}

    def over(self, topics: Sequence[Topic]) -> tuple[Topic, ...]:
        """The list in force, the folder's own topics first."""
        return (*(topic for topic in topics if topic.name not in self.removed), *self.added)

    def adding(self, topic: Topic) -> Self:
        return replace(self, added=(*self.added, topic))

    def removing(self, name: str) -> Self:
        """An added topic is gone for good; one of the folder's is only set aside."""
        kept = tuple(topic for topic in self.added if topic.name != name)
        if len(kept) < len(self.added):
            return replace(self, added=kept)
        return replace(self, removed=self.removed | {name})

    def restoring(self, name: str) -> Self:
        return replace(self, removed=self.removed - {name})
