from collections.abc import Sequence

from bot.domain import Remark, Speaker, approximate_tokens
from bot.errors import ModelUnavailable
from bot.memory.summary import ExtractiveSummariser, ModelSummariser


def dialogue(*questions: str) -> Sequence[Remark]:
    return [
        remark
        for question in questions
        for remark in (
            Remark(speaker=Speaker.CUSTOMER, text=question),
            Remark(speaker=Speaker.ASSISTANT, text="Ответ"),
        )
    ]


async def test_what_the_customer_asked_is_kept_and_the_answers_are_not() -> None:
    summary = await ExtractiveSummariser(200).fold("— Где вы?", dialogue("Сколько\nстоит GLE?", "А белый?"))
    assert summary == "— Где вы?\n— Сколько стоит GLE?\n— А белый?"


async def test_a_question_asked_again_stands_once_where_it_was_asked_last() -> None:
    summary = await ExtractiveSummariser(200).fold("", dialogue("Цена?", "Цвет?", "Цена?", " "))
    assert summary == "— Цвет?\n— Цена?"


async def test_the_summary_stays_bounded_however_long_the_dialogue() -> None:
    summariser = ExtractiveSummariser(100)
    summary = ""
    for number in range(200):
        summary = await summariser.fold(summary, dialogue(f"Вопрос номер {number} " + "очень " * 50))
    assert approximate_tokens((summary,)) <= 100
    assert "номер 199" in summary


async def test_a_model_retells_the_summary_and_the_remarks() -> None:
    asked: list[str] = []

    async def ask(system: str, text: str) -> str:
        asked.extend((system, text))
        return " Клиент выбирает GLE. "

    summary = await ModelSummariser(ask, ExtractiveSummariser(100)).fold("Ищет кроссовер.", dialogue("GLE?"))
    assert summary == "Клиент выбирает GLE."
    assert "перескажи" in asked[0]
    assert asked[1] == "Кратко о сказанном раньше:\nИщет кроссовер.\n\nКлиент: GLE?\n\nПомощник: Ответ"


async def test_without_the_model_the_customers_words_are_kept() -> None:
    async def refuse(system: str, text: str) -> str:
        raise ModelUnavailable

    async def say_nothing(system: str, text: str) -> str:
        return " \n"

    for ask in (refuse, say_nothing):
        summary = await ModelSummariser(ask, ExtractiveSummariser(100)).fold("— Где вы?", dialogue("GLE?"))
        assert summary == "— Где вы?\n— GLE?"
