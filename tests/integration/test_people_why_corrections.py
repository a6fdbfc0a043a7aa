"""«Исправить» and /proposals: a right answer on its way to the knowledge, and no further."""

import asyncio

import pytest
from sqlalchemy import select

from bot.domain.reviews import ProposalStatus
from bot.domain.staff import Role
from bot.people.review.proposals import Decision
from bot.store.staff import ACTS
from bot.store.turns import TurnStore
from bot.tenant import check_tenant, load_tenant
from tests.integration.oversight_kit import (
    ADMIN,
    CUSTOMER,
    OPERATOR,
    QUESTION,
    buttons,
    chat,
    member,
    toast,
)
from tests.integration.town_kit import Town

RIGHT = "Торты печём по пятницам."


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def town(town_with_staff: Town) -> Town:
    return town_with_staff


async def begun(town: Town, question: str = "Какой хлеб у вас есть для тостов?") -> None:
    """The operator is asked for the right answer."""
    await town.say(CUSTOMER, question)
    record = TurnStore(town.engine).recent(chat(CUSTOMER), 1)[0]
    await town.say(OPERATOR, f"/why {record.turn_id}")
    await town.tap(OPERATOR, "Исправить")


async def proposed(town: Town, answer: str = RIGHT, question: str = "Торты бывают?") -> int:
    await town.people.oversight.proposals.propose(
        member(OPERATOR, Role.OPERATOR), turn_id="telegram:7:1", question=question, answer=answer
    )
    return (await town.people.oversight.proposals.waiting())[-1].proposal_id


async def test_what_is_written_is_read_back_and_then_only_proposed(town: Town) -> None:
    before = (town.folder / "faq.md").read_text()
    await begun(town)
    assert RIGHT in await town.say(OPERATOR, RIGHT)
    assert "ждёт проверки" in await town.tap(OPERATOR, "Предложить")
    (proposal,) = await town.people.oversight.proposals.waiting()
    assert (proposal.question, proposal.answer) == ("Какой хлеб у вас есть для тостов?", RIGHT)
    assert (town.folder / "faq.md").read_text() == before


async def test_the_question_is_kept_masked(town: Town) -> None:
    await begun(town, "Мой телефон +7 913 222 33 44, какой хлеб у вас для тостов?")
    await town.say(OPERATOR, RIGHT)
    await town.tap(OPERATOR, "Предложить")
    (proposal,) = await town.people.oversight.proposals.waiting()
    assert "[телефон]" in proposal.question
    assert "913" not in proposal.question


async def test_the_first_line_may_put_the_question_better(town: Town) -> None:
    await begun(town)
    await town.say(OPERATOR, f"? Бывают ли торты\n{RIGHT}")
    await town.tap(OPERATOR, "Предложить")
    (proposal,) = await town.people.oversight.proposals.waiting()
    assert (proposal.question, proposal.answer) == ("Бывают ли торты", RIGHT)


@pytest.mark.parametrize(
    ("written", "answered"),
    [
        ("...", "нет слов"),
        ("Звоните: +7 900 111-22-33", "+7 900 111-22-33 нет среди телефонов"),
        ("да " * 1_200, "длиннее 3000"),
    ],
)
async def test_what_cannot_be_taken_is_told_and_the_form_stays(
    town: Town, written: str, answered: str
) -> None:
    await begun(town)
    assert answered in await town.say(OPERATOR, written)
    assert "[Предложить]" in await town.say(OPERATOR, RIGHT)


async def test_a_photo_is_no_answer(town: Town) -> None:
    await begun(town)
    town.telegram.inject.photo(OPERATOR)
    assert "Нужен текст" in await town.screen(OPERATOR)


@pytest.mark.parametrize("way", ["/cancel", "Отменить"])
async def test_it_can_be_left(town: Town, way: str) -> None:
    await begun(town)
    if way.startswith("/"):
        await town.say(OPERATOR, way)
    else:
        await town.say(OPERATOR, RIGHT)
        await town.tap(OPERATOR, way)
    assert "ничего не меняем" in town.telegram.screen(OPERATOR)
    assert "[Предложить]" not in await town.say(OPERATOR, QUESTION)


async def test_a_button_under_older_words_does_nothing(town: Town) -> None:
    await begun(town)
    await town.say(OPERATOR, "Первое.")
    older = next(data for data in buttons(town.telegram, OPERATOR) if data.startswith("fixed:ok"))
    await town.say(OPERATOR, "Второе.")
    town.telegram.inject.press_forged(OPERATOR, older)
    await town.settle()
    assert toast(town.telegram, OPERATOR) == "Эта кнопка уже не действует."
    assert await town.people.oversight.proposals.waiting() == []


async def test_two_taps_make_one_proposal(town: Town) -> None:
    await begun(town)
    await town.say(OPERATOR, RIGHT)
    data = next(data for data in buttons(town.telegram, OPERATOR) if data.startswith("fixed:ok"))
    for _ in range(2):
        town.telegram.inject.press_forged(OPERATOR, data)
    await town.settle()
    assert len(await town.people.oversight.proposals.waiting()) == 1


async def test_an_accepted_answer_is_an_entry_that_passes_the_check(town: Town) -> None:
    await proposed(town)
    await town.say(ADMIN, "/proposals")
    assert "Предложений нет" in await town.tap(ADMIN, "Принять")
    entry = load_tenant(town.folder).faq.entries[-1]
    assert (entry.section, entry.question, entry.answer) == (
        "Исправлено сотрудниками",
        "Торты бывают?",
        RIGHT,
    )
    assert check_tenant(town.folder) == []


async def test_who_accepted_it_is_on_record_once(town: Town) -> None:
    number = await proposed(town)
    await town.say(ADMIN, "/proposals")
    for _ in range(3):
        town.telegram.inject.press_forged(ADMIN, f"proposal:a:{number}")
    await town.settle()
    with town.engine.connect() as connection:
        acts = connection.execute(select(ACTS.c.actor).where(ACTS.c.act == "proposal_accepted")).all()
    assert acts == [("telegram:501",)]
    assert (town.folder / "faq.md").read_text().count(RIGHT) == 1


async def test_a_rejected_answer_changes_nothing(town: Town) -> None:
    before = (town.folder / "faq.md").read_text()
    number = await proposed(town)
    await town.say(ADMIN, "/proposals")
    await town.tap(ADMIN, "Отклонить")
    rejected = await town.people.oversight.proposals.proposal(number)
    assert rejected is not None
    assert rejected.status is ProposalStatus.REJECTED
    assert (town.folder / "faq.md").read_text() == before


async def test_what_cannot_stand_in_the_faq_stays_proposed_with_a_reason(town: Town) -> None:
    await proposed(town, question=QUESTION)
    await town.say(ADMIN, "/proposals")
    assert "такой вопрос уже есть" in await town.tap(ADMIN, "Принять")
    assert len(await town.people.oversight.proposals.waiting()) == 1


async def test_a_broken_folder_is_told_by_file(town: Town) -> None:
    await proposed(town)
    (town.folder / "lexicon.yaml").write_text("- [")
    await town.say(ADMIN, "/proposals")
    assert "lexicon.yaml" in await town.tap(ADMIN, "Принять")


async def test_ten_who_accept_at_once_write_it_once(town: Town) -> None:
    number = await proposed(town)
    admin = member(ADMIN, Role.ADMIN)
    decisions = await asyncio.gather(
        *(town.people.oversight.proposals.accept(number, admin) for _ in range(10))
    )
    assert decisions.count(Decision.DONE) == 1
    assert (town.folder / "faq.md").read_text().count(RIGHT) == 1


@pytest.mark.parametrize("data", ["proposal:a:99", "proposal:a:x", "proposal:r:-1", "proposal:a:" + "9" * 40])
async def test_forged_numbers_do_nothing(town: Town, data: str) -> None:
    await town.say(ADMIN, "/proposals")
    town.telegram.inject.press_forged(ADMIN, data)
    await town.settle()
    assert toast(town.telegram, ADMIN) == "Эта кнопка уже не действует."


@pytest.mark.parametrize("who", [CUSTOMER, OPERATOR])
async def test_proposals_are_for_admins_alone(town: Town, who: int) -> None:
    number = await proposed(town)
    assert "Предложение" not in await town.say(who, "/proposals")
    town.telegram.inject.press_forged(who, f"proposal:a:{number}")
    await town.settle()
    assert len(await town.people.oversight.proposals.waiting()) == 1
