"""Before the first answer people agree to the terms; what they said before waits in Redis alone."""

import pytest

from bot.domain import ChannelName, ChatRef
from bot.domain.consents import Person
from bot.people.privacy.consent import MOST_WAITING, Standing
from bot.store.turns import TurnStore
from tests.integration.consent_kit import QUESTION, data_of, newest, said
from tests.integration.town_kit import Town

CHAT = ChatRef(channel=ChannelName.TELEGRAM, chat_id="7")
ANNA = Person(channel=ChannelName.TELEGRAM, external_id="7")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def town(town_of_strangers: Town) -> Town:
    return town_of_strangers


async def test_a_stranger_is_asked_before_anything_is_answered(town: Town) -> None:
    screen = await town.say(7, QUESTION)
    assert "Мы храним переписку 90 дней." in screen
    assert "Ваше сообщение подождёт здесь час" in screen
    assert "[Согласен] [Не согласен]" in screen
    assert len(said(town)) == 1


async def test_nothing_of_a_stranger_comes_to_sql_or_to_a_model(town: Town) -> None:
    await town.say(7, QUESTION, name="Анна")
    counts = TurnStore(town.engine).counts()
    assert (counts.people, counts.turns) == (0, 0)
    assert town.model.asked == []


async def test_the_question_is_answered_after_the_yes(town: Town) -> None:
    await town.say(7, QUESTION)
    screen = await town.tap(7, "Согласен")
    assert "Вы согласились с условиями (версия 1)" in screen
    assert [text[:7] for text in said(town)][1] == "Спасибо"
    assert len(said(town)) == 3
    assert TurnStore(town.engine).counts().turns == 1


async def test_several_lines_are_asked_about_once_and_answered_in_order(town: Town) -> None:
    for number in range(3):
        town.telegram.inject.message(7, f"{QUESTION} {number}")
    await town.settle()
    assert len(said(town)) == 1
    await town.tap(7, "Согласен")
    turns = TurnStore(town.engine).recent(CHAT, 10)
    assert "\n".join(turn.question for turn in reversed(turns)).split("\n") == [
        f"{QUESTION} {number}" for number in range(3)
    ]


async def test_a_redelivered_question_is_answered_once(town: Town) -> None:
    question = town.telegram.inject.message(7, QUESTION)
    await town.settle()
    town.telegram.inject.redeliver(question.update_id)
    await town.settle()
    await town.tap(7, "Согласен")
    town.telegram.inject.redeliver(question.update_id)
    await town.settle()
    assert TurnStore(town.engine).counts().turns == 1


async def test_a_second_tap_says_that_it_is_done(town: Town) -> None:
    await town.say(7, QUESTION)
    message_id, data = newest(town), data_of(town, "yes")
    await town.tap(7, "Согласен")
    before = said(town)
    town.telegram.inject.press_forged(7, data, message_id=message_id)
    await town.settle()
    assert town.telegram.toasts(7)[-1].text == "Согласие уже дано, спасибо."
    assert said(town) == before


async def test_a_yes_delivered_again_after_it_was_withdrawn_agrees_to_nothing(town: Town) -> None:
    await town.say(7, QUESTION)
    yes = town.telegram.inject.press_text(7, "Согласен")
    await town.settle()
    await town.people.consents.withdraw(ANNA)
    town.telegram.inject.redeliver(yes.update_id)
    await town.settle()
    assert await town.people.consents.standing(ANNA) is Standing.MISSING


async def test_a_no_keeps_nothing_and_names_people_to_call(town: Town) -> None:
    await town.say(7, QUESTION)
    screen = await town.tap(7, "Не согласен")
    assert "того, что вы написали, у меня больше нет" in screen
    assert town.people.tenant.contacts.phone in screen
    assert await town.people.consents.held(ANNA) == []


async def test_after_a_no_the_next_words_are_asked_about_again(town: Town) -> None:
    await town.say(7, QUESTION)
    await town.tap(7, "Не согласен")
    assert "[Согласен]" in await town.say(7, QUESTION)


async def test_the_full_text_comes_in_parts_with_the_buttons_below(town: Town) -> None:
    await town.say(7, QUESTION)
    screen = await town.tap(7, "Весь текст")
    parts = [text for text in said(town) if "бережём" in text]
    assert len(parts) > 1
    assert screen.rstrip().splitlines()[-3].strip() == "[Согласен] [Не согласен]"
    await town.tap(7, "Весь текст")
    assert town.telegram.toasts(7)[-1].text == "Весь текст уже показан ниже."
    assert [text for text in said(town) if "бережём" in text] == parts


async def test_the_full_text_stays_when_agreed_to(town: Town) -> None:
    await town.say(7, QUESTION)
    await town.tap(7, "Весь текст")
    screen = await town.tap(7, "Согласен")
    assert "бережём" in screen
    assert await town.people.consents.standing(ANNA) is Standing.GIVEN


async def test_the_summary_is_kept_only_for_who_ticks_it(town: Town) -> None:
    await town.say(7, QUESTION)
    await town.tap(7, "☐ Помнить")
    screen = await town.tap(7, "Согласен")
    assert "разрешили помнить краткое содержание" in screen
    assert await town.people.consents.keeps_summary(ANNA)


async def test_a_start_is_answered_by_the_greeting_after_the_yes(town: Town) -> None:
    await town.say(7, "/start")
    screen = await town.tap(7, "Согласен")
    assert "С чего начнём?" in screen
    assert "⌨ [Позвать человека]" in screen
    assert "Спасибо" not in screen


@pytest.mark.parametrize(
    "command", ["/help", "/cancel", "/new", "/end", "/voice", "Позвать человека", "/callback"]
)
async def test_no_command_leads_around_the_question(town: Town, command: str) -> None:
    screen = await town.say(7, command)
    assert "[Согласен]" in screen
    assert len(said(town)) == 1


async def test_recordings_and_photos_wait_unheard_and_unseen(town: Town) -> None:
    town.telegram.inject.voice(7)
    town.telegram.inject.photo(7, caption="Что это?")
    await town.settle()
    assert len(said(town)) == 1
    assert [key async for key in town.redis.scan_iter(f"{town.prefix}:note:*")] == []
    await town.tap(7, "Согласен")
    assert len(said(town)) == 4


async def test_after_an_hour_the_question_has_to_be_asked_again(town: Town) -> None:
    await town.say(7, QUESTION)
    key = f"{town.prefix}:unconsented:{ANNA.key}"
    assert 0 < await town.redis.ttl(key) <= 3600
    await town.redis.delete(key)
    screen = await town.tap(7, "Согласен")
    assert "хранилось только час" in screen


async def test_too_many_lines_are_refused_with_a_sentence(town: Town) -> None:
    for number in range(MOST_WAITING + 1):
        town.telegram.inject.message(7, f"{number}?")
    await town.settle()
    await town.redis.delete(f"{town.prefix}:consent_asked:telegram:7:7")
    assert "больше мне сейчас не запомнить" in await town.say(7, "Ещё?")
    assert len(await town.people.consents.held(ANNA)) == MOST_WAITING


async def test_a_tap_without_consent_on_any_other_button_asks_first(town: Town) -> None:
    town.telegram.inject.message(7, "/start")
    await town.settle()
    town.telegram.inject.press_forged(7, "say:0")
    await town.settle()
    assert town.telegram.toasts(7)[-1].text == "Сначала нужно ваше согласие с условиями."


async def test_what_waits_for_consent_is_told_of_and_erased_on_demand(town: Town) -> None:
    await town.say(7, QUESTION)
    assert "О вас хранится: сообщения, которые ждут вашего согласия: 1." in await town.say(7, "/privacy")
    await town.say(7, "/forget")
    await town.tap(7, "Да, стереть всё")
    assert await town.people.consents.held(ANNA) == []
    assert "О вас сейчас ничего не хранится." in await town.say(7, "/privacy")
