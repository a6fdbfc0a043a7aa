"""Which sentences of a message are asked of the table."""

import pytest

from bot.dialogue.finding import Finder
from bot.dialogue.work import Work
from bot.domain import Hit, Passage, Recollection
from bot.findings import Inquiry
from bot.guard.personal_data import Masked
from bot.understanding.mood import Manner, Mood
from bot.understanding.understanding import Intent, Understanding
from tests.stocks import NOON, book_source


class NoPassages:
    version = "none"

    def search(self, question: str, limit: int = 3, *, before: str = "") -> list[Hit]:
        return []

    def passage(self, passage_id: str) -> Passage | None:
        return None


def is_answered(text: str) -> bool:
    understood = Understanding(
        language="ru",
        intent=Intent.QUESTION,
        manner=Manner(mood=Mood.CALM, is_urgent=False, wants_person=False),
        products={},
        entities=(),
        leans=False,
    )
    work = Work(
        question=text,
        understood=understood,
        masked=Masked(text=text, hidden={}),
        recollection=Recollection(),
    )
    Finder(NoPassages(), [book_source()]).find(work, Inquiry(text=text, asked_at=NOON))
    return work.is_supported


@pytest.mark.parametrize(
    "text",
    [
        "Здравствуйте. Есть детективы до 700 рублей? Спасибо!",
        "Отправляете ли вы в Казань? Есть детективы?",
        "Приеду из Казани в среду. Ищу детектив",
        "у нас собака, дети, ездим на дачу, какие есть детективы",
    ],
)
def test_the_sentence_that_asks_is_heard(text: str) -> None:
    assert is_answered(text)


@pytest.mark.parametrize(
    "text",
    [
        "Взял у вас детектив. Можно ли заламинировать обложку?",
        "Ищу роман. Как оформить доставку в Казань?",
        "продавец нагрубил, когда я пришёл за книгой",
        "кассир порвал книгу, кому жаловаться",
    ],
)
def test_what_is_only_told_beside_another_question_is_not(text: str) -> None:
    assert not is_answered(text)
