"""A word or two that may mean several things: the assistant asks which one, once."""

from datetime import UTC, datetime

import pytest

from bot.dialogue.answering import Question
from bot.dialogue.clarifying import Clarifier
from bot.domain import Answer, Outcome, Recollection, Remark, Speaker
from bot.findings import Inquiry
from bot.language.lemmas import Lemmatiser
from tests.assistants import STORED, SpokenModel, ask, assistant_of, bakery

VAGUE = "хлеб"
BAKED, FRESH, RYE = "Хлеб печём дважды в день.", STORED, "Ржаной хлеб готов к 11:00."


def silent() -> SpokenModel:
    """What it says is never faithful, so the stored text goes out."""
    return SpokenModel("нет", composes=False)


def after(answer: Answer, text: str) -> Question:
    """The customer's next message, with what the memory keeps of the answer."""
    said = (Remark(speaker=Speaker.CUSTOMER, text=VAGUE), Remark(speaker=Speaker.ASSISTANT, text=answer.text))
    return Question(text=text, recollection=Recollection(remarks=said, focus=answer.trace["focus"]))


async def asked_back() -> Answer:
    return await assistant_of(silent()).answer(ask(VAGUE))


async def test_it_asks_which_of_several_is_meant() -> None:
    answer = await asked_back()
    assert answer.outcome is Outcome.ANSWERED
    assert "1. " in answer.text
    assert "2. " in answer.text
    assert not any(told in answer.text for told in (BAKED, FRESH, RYE))


@pytest.mark.parametrize("said", ["1", "первое", "Первый вариант, пожалуйста", "номер 1", "the first one"])
async def test_a_number_chooses(said: str) -> None:
    offered = await asked_back()
    answer = await assistant_of(silent()).answer(after(offered, said))
    assert answer.text in (BAKED, FRESH, RYE)
    assert answer.text == (await assistant_of(silent()).answer(after(offered, "1"))).text


async def test_the_last_one_can_be_chosen() -> None:
    offered = await asked_back()
    number = max(int(line[0]) for line in offered.text.splitlines() if line[:1].isdigit())
    last, same = [
        await assistant_of(silent()).answer(after(offered, said)) for said in ("последнее", str(number))
    ]
    assert last.text == same.text


async def test_the_words_of_a_choice_choose_it() -> None:
    offered = await asked_back()
    for number, choice in enumerate(offered.choices, start=1):
        by_words, by_number = [
            await assistant_of(silent()).answer(after(offered, said)) for said in (choice, str(number))
        ]
        assert by_words.text == by_number.text
    assert len({choice.lower() for choice in offered.choices}) > 1


@pytest.mark.parametrize(
    "said",
    ["можно оплатить 2 карты?", "какой первый взнос?", "раз так, до свидания", "когда мой день рождения?"],
)
async def test_a_word_in_another_question_chooses_nothing(said: str) -> None:
    answer = await assistant_of(silent()).answer(after(await asked_back(), said))
    assert answer.text not in (BAKED, FRESH, RYE)


@pytest.mark.parametrize(("said", "place"), [("Первый взнос", 1), ("второй", 1), ("первое", 0), ("", 2)])
def test_a_title_is_known_by_its_words_before_its_number(said: str, place: int) -> None:
    long = "Как вернуть товар, если он не подошёл по размеру, и сколько времени это займёт на деле"
    choices = [("Кредит", "a"), ("Первый взнос", "b"), (long, "c")]
    said = said or long[:64]
    tenant, texts, _ = bakery()
    clarifier = Clarifier(Lemmatiser(tenant.lexicon), texts)
    focus = {"source": "choice", "choices": choices}
    asked = Inquiry(text=said, language="ru", asked_at=datetime.now(UTC), focus=focus)
    assert clarifier.chosen(asked).passage_id == choices[place][1]


async def test_words_choose() -> None:
    answer = await assistant_of(silent()).answer(after(await asked_back(), "ржаной"))
    assert answer.text == RYE


@pytest.mark.parametrize("said", ["4", "0", "первое или второе", "когда вы открылись?"])
async def test_what_chooses_nothing_is_a_question_of_its_own(said: str) -> None:
    answer = await assistant_of(silent()).answer(after(await asked_back(), said))
    assert "1. " not in answer.text


async def test_it_asks_back_once() -> None:
    answer = await assistant_of(silent()).answer(after(await asked_back(), VAGUE))
    assert "1. " not in answer.text


@pytest.mark.parametrize("text", ["Когда хлеб свежий?", "пироги", "есть ли ржаной"])
async def test_a_plain_question_is_answered_at_once(text: str) -> None:
    answer = await assistant_of(silent()).answer(ask(text))
    assert "1. " not in answer.text


async def test_a_word_in_the_middle_of_a_dialogue_is_understood_from_it() -> None:
    answer = await assistant_of(silent()).answer(ask(VAGUE, "Когда хлеб свежий?"))
    assert "1. " not in answer.text


async def test_a_composing_model_asks_back_as_well() -> None:
    model = SpokenModel("Печём дважды в день.")
    answer = await assistant_of(model).answer(ask(VAGUE))
    assert "1. " in answer.text
    assert not model.asked


UNSURE = "хлеб утром"


async def test_where_nothing_is_sure_the_nearest_is_offered() -> None:
    answer = await assistant_of(silent()).answer(ask(UNSURE))
    assert answer.outcome is Outcome.UNKNOWN
    assert answer.choices
    assert all(choice in answer.text for choice in answer.choices)
    assert not any(told in answer.text for told in (BAKED, FRESH, RYE))


async def test_what_is_chosen_of_the_nearest_is_answered() -> None:
    offered = await assistant_of(silent()).answer(ask(UNSURE))
    answer = await assistant_of(silent()).answer(after(offered, "1"))
    assert answer.outcome is Outcome.ANSWERED
    assert answer.text in (BAKED, FRESH, RYE)


async def test_nothing_is_offered_for_what_nothing_is_near_to() -> None:
    answer = await assistant_of(silent()).answer(ask("Берёте ли вы стажёров на кассу?"))
    assert answer.outcome is Outcome.UNKNOWN
    assert not answer.choices
