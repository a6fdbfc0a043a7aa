"""What a request is, as far as can be told at once: logged with it, and read by the steps that follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.language.quantities import claims_in
from bot.texts.catalogue import LANGUAGES, Text
from bot.understanding.messages import language_of, leans_on_earlier, small_talk
from bot.understanding.mood import Manner, manner_of
from bot.understanding.products import ProductLabels

_ENTITIES_SHOWN = 8


class Intent(StrEnum):
    """What somebody wants. Which source answers a QUESTION, the sources themselves decide."""

    QUESTION = "question"
    SMALL_TALK = "small_talk"
    PERSON = "person"


@dataclass(frozen=True, kw_only=True, slots=True)
class Understanding:
    """One request. `products`: labels with probabilities, the likeliest first."""

    language: str
    intent: Intent
    manner: Manner
    products: Mapping[str, float]
    entities: tuple[str, ...]
    """The figures, dates and addresses it names, by kind: ``rub 6000000``."""
    leans: bool
    """Whole only together with the message before it."""
    small_talk: Text | None = None

    @property
    def for_log(self) -> dict[str, Any]:
        """Without the words themselves."""
        return {
            "intent": self.intent.value,
            "mood": self.manner.mood.value,
            "urgent": self.manner.is_urgent,
            "products": dict(self.products),
            "entities": [_kind_of(entity) for entity in self.entities],
            "leans": self.leans,
        }


def _kind_of(entity: str) -> str:
    """What an entity is, without what it says: an address has no unit before it."""
    kind, _, value = entity.partition(" ")
    return kind if value else "address"


class Reader:
    """Understands the requests to one tenant."""

    def __init__(self, products: ProductLabels) -> None:
        self._products = products

    def read(self, text: str, hint: str, *, has_earlier: bool) -> Understanding:
        """`hint`: the messenger's word for the language; `has_earlier`: something was said before."""
        manner = manner_of(text)
        remark = small_talk(text)
        intent = Intent.PERSON if manner.wants_person else Intent.SMALL_TALK if remark else Intent.QUESTION
        found = [value for claim in claims_in(text) for value in claim.values[:1]]
        return Understanding(
            language=hint if self._says_no_language(text, hint) else language_of(text, hint),
            intent=intent,
            manner=manner,
            products=self._products.of(text),
            entities=tuple(dict.fromkeys(found))[:_ENTITIES_SHOWN],
            leans=has_earlier and leans_on_earlier(text),
            small_talk=remark,
        )

    def _says_no_language(self, text: str, hint: str) -> bool:
        return hint in LANGUAGES and text.isascii() and self._products.is_nothing_but_labels(text)
