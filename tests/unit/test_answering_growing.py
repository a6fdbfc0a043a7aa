"""What the customer sees of an answer while it grows."""

import pytest

from bot.dialogue import writing
from bot.domain import Answer
from bot.errors import ModelUnavailable
from tests.assistants import BREAD, SpokenModel, ask, assistant_of

PHONE = "+7 913 555-44-33"


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the customer saw of the growing answer, state by state."""
    monkeypatch.setattr(writing, "_GROW_EVERY_S", 0.0)
    return []


async def grown(shown: list[str], *models: SpokenModel, text: str = BREAD) -> Answer:
    async def show(growing: str) -> None:
        shown.append(growing)

    return await assistant_of(*models).answer(ask(text), show)


async def test_whole_sentences_are_shown_as_they_come(shown: list[str]) -> None:
    await grown(shown, SpokenModel(("Да", ". Хлеб ", "в 9:00", ".\n", "И ", "в 15:00.")))
    assert list(dict.fromkeys(shown)) == ["Да.", "Да. Хлеб в 9:00."]


async def test_what_no_fact_supports_is_never_shown(shown: list[str]) -> None:
    model = SpokenModel(("Да. ", "Хлеб стоит 90 ₽. ", "Берите. "), "Хлеб в 9:00.")
    answer = await grown(shown, model)
    assert set(shown) == {"Да."}
    assert answer.text == "Хлеб в 9:00."


async def test_not_knowing_is_never_shown_half(shown: list[str]) -> None:
    await grown(shown, SpokenModel(("НЕ_ЗНАЮ. ", "Увы. ")))
    assert shown == []


async def test_what_grows_has_the_owners_data_restored(shown: list[str]) -> None:
    await grown(shown, SpokenModel(("Ваш номер [PHONE_1]. ", "Да. ")), text=f"Я {PHONE}, {BREAD}")
    assert shown[0] == f"Ваш номер {PHONE}."


async def test_another_model_begins_the_answer_anew(shown: list[str]) -> None:
    broken = SpokenModel(("Начал я. ", ModelUnavailable()), name="first")
    answer = await grown(shown, broken, SpokenModel(("Хлеб в 9:00. ", "Ждём. "), name="second"))
    assert answer.text == "Хлеб в 9:00. Ждём."
    assert shown[-1] == "Хлеб в 9:00. Ждём."
    assert "Начал я. Хлеб" not in "".join(shown)
    assert [attempt["error"] for attempt in answer.trace["attempts"]] == ["ModelUnavailable", ""]
    assert answer.model == "second-1"
