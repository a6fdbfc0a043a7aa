from redis.asyncio import Redis

from bot.dialogue.answering import Assistant, Question
from bot.domain import Outcome
from bot.llm.chain import ModelChain
from bot.memory.answers import RedisAnswerCache
from bot.wiring.assistant import build_assistant
from tests.assistants import STORED, SpokenModel, ask, bakery

QUESTION = "Когда хлеб свежий?"


def assistant_with(redis: Redis, prefix: str, model: SpokenModel) -> Assistant:
    tenant, texts, settings = bakery()
    cache = RedisAnswerCache(redis, 60, prefix=prefix)
    return build_assistant(tenant, texts, ModelChain([model]), settings, cache=cache)


async def test_a_question_asked_again_in_other_words_needs_no_model(redis: Redis, prefix: str) -> None:
    model = SpokenModel(STORED)
    assistant = assistant_with(redis, prefix, model)
    first = await assistant.answer(ask(QUESTION))
    again = await assistant.answer(ask("когда свежий ХЛЕБ"))
    same = await assistant.answer(ask("когда хлеб свежий"))
    assert first.text == again.text == same.text == STORED
    assert len(model.asked) == 2
    assert same.trace["cached"] is True
    assert same.usage.prompt_tokens == 0


async def test_another_model_or_another_language_answers_anew(redis: Redis, prefix: str) -> None:
    await assistant_with(redis, prefix, SpokenModel(STORED)).answer(ask(QUESTION))
    other = SpokenModel("Свежий хлеб бывает в 9:00 и в 15:00.", name="other")
    answer = await assistant_with(redis, prefix, other).answer(ask(QUESTION))
    assert "cached" not in answer.trace
    assert other.asked


async def test_what_was_written_under_another_list_of_forbidden_topics_is_checked_anew(
    redis: Redis, prefix: str
) -> None:
    tenant, texts, settings = bakery()
    cache = RedisAnswerCache(redis, 60, prefix=prefix)
    longer = (*tenant.forbidden, tenant.forbidden[0].model_copy(update={"phrases": ("свежий хлеб в",)}))
    answers = []
    for topics in (tenant.forbidden, longer):
        listed = tenant.model_copy(update={"forbidden": topics})
        model = SpokenModel("Свежий хлеб в 9:00.")
        assistant = build_assistant(listed, texts, ModelChain([model]), settings, cache=cache)
        answers.append(await assistant.answer(ask(QUESTION)))
    assert ["cached" in answer.trace for answer in answers] == [False, False]


async def test_what_is_somebodys_own_is_not_kept(redis: Redis, prefix: str) -> None:
    model = SpokenModel(STORED)
    assistant = assistant_with(redis, prefix, model)
    for _ in range(2):
        await assistant.answer(ask(QUESTION + " Мой телефон +7 916 123-45-67"))
        await assistant.answer(ask(QUESTION, "до скольки вы работаете?"))
    assert len(model.asked) == 4


async def test_an_answer_that_failed_a_check_is_not_kept(redis: Redis, prefix: str) -> None:
    model = SpokenModel("Хлеб стоит 999 ₽.")
    assistant = assistant_with(redis, prefix, model)
    for _ in range(2):
        assert (await assistant.answer(ask(QUESTION))).outcome is Outcome.ANSWERED
    assert len(model.asked) == 4


async def test_a_cache_that_is_away_only_costs_time(prefix: str) -> None:
    away = Redis.from_url("redis://127.0.0.1:9", socket_connect_timeout=1)
    answer = await assistant_with(away, prefix, SpokenModel(STORED)).answer(Question(text=QUESTION))
    assert answer.text == STORED
    await away.aclose()
