import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from bot.errors import BadModelRequest, ModelError, ModelRefused, ModelUnavailable
from bot.llm.chain import ModelChain
from bot.llm.model import ChatModel, Message, ModelTraits, Prompt
from bot.llm.openai_model import OpenAIModel
from tests.fakes.model import Reply, Rule, ScriptedModel

PROMPT = Prompt(
    messages=(Message(role="system", content="Ты помощник."), Message(role="user", content="Открыты?"))
)


class Pair:
    """Two models, each behind a server of its own: a strong one that composes, a plain one that phrases."""

    def __init__(self, strong: ScriptedModel, plain: ScriptedModel) -> None:
        self.strong = strong
        self.plain = plain
        self.models = [model_at("strong", strong, composes=True), model_at("plain", plain, composes=False)]

    def chain(self, **settings: float) -> ModelChain:
        return ModelChain(self.models, **settings)  # type: ignore[arg-type]

    def break_strong(self, **reply: Any) -> None:
        self.strong.script.replace([Rule(reply=Reply(**reply))])


def model_at(name: str, server: ScriptedModel, *, composes: bool) -> OpenAIModel:
    traits = ModelTraits(composes=composes, context_tokens=8_000, calls_tools=composes)
    return OpenAIModel(name=name, model=name, base_url=server.openai_url, traits=traits)


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    plain = Reply(text="Да, открыты.")
    async with ScriptedModel() as strong, ScriptedModel(default=plain) as weak:
        pair = Pair(strong, weak)
        yield pair
        for model in pair.models:
            await model.close()


async def read(chain: ModelChain) -> tuple[str, list[str]]:
    """What a consumer shows at the end, and who was asked with which result."""
    shown = ""
    log: list[dict[str, Any]] = []
    async for chunk in chain.stream(PROMPT, log):
        shown = "" if chunk.restart else shown + chunk.text
    return shown, [f"{attempt['model']}:{attempt['error']}" for attempt in log]


async def test_the_first_model_answers(pair: Pair) -> None:
    shown, attempts = await read(pair.chain())
    assert shown == "Отвечаю на вопрос: Открыты?"
    assert attempts == ["strong:"]


@pytest.mark.parametrize("status", [400, 401, 402, 413, 429, 500])
async def test_any_failure_moves_on_to_the_next(pair: Pair, status: int) -> None:
    pair.break_strong(status=status)
    completion = await pair.chain().complete(PROMPT)
    assert (completion.text, completion.model) == ("Да, открыты.", "plain")


async def test_a_blocked_subject_is_not_taken_elsewhere(pair: Pair) -> None:
    pair.break_strong(finish_reason="content_filter")
    with pytest.raises(ModelRefused):
        await pair.chain().complete(PROMPT)
    assert pair.plain.requests == 0


async def test_text_of_a_stream_that_broke_is_dropped(pair: Pair) -> None:
    pair.break_strong(text="раз два три четыре", cut_after=3, token_s=0.01)
    shown, attempts = await read(pair.chain())
    assert shown == "Да, открыты."
    assert attempts == ["strong:ModelUnavailable", "plain:"]


async def test_each_model_gets_a_prompt_of_its_own(pair: Pair) -> None:
    def prompt_for(model: ChatModel) -> Prompt:
        word = "Сочини" if model.traits.composes else "Перескажи"
        return Prompt(messages=(Message(role="user", content=word),))

    pair.break_strong(status=500)
    await pair.chain().complete(prompt_for)
    assert (pair.strong.seen[0].question, pair.plain.seen[0].question) == ("Сочини", "Перескажи")


async def test_a_model_that_keeps_failing_is_left_alone(pair: Pair) -> None:
    pair.break_strong(status=500)
    chain = pair.chain(breaker_failures=2)
    for _ in range(4):
        await chain.complete(PROMPT)
    assert pair.strong.requests == 2
    assert chain.primary.name == "plain"
    assert not chain.traits.composes


async def test_after_the_pause_it_is_tried_again(pair: Pair) -> None:
    pair.strong.script.replace([Rule(reply=Reply(status=500), times=2)])
    chain = pair.chain(breaker_failures=2, breaker_pause_s=0.05)
    for _ in range(2):
        await chain.complete(PROMPT)
    await asyncio.sleep(0.06)
    assert (await chain.complete(PROMPT)).model == "strong"
    assert chain.traits.composes


async def test_a_full_model_is_not_counted_as_broken(pair: Pair) -> None:
    pair.break_strong(status=429)
    chain = pair.chain(breaker_failures=1)
    for _ in range(3):
        await chain.complete(PROMPT)
    assert pair.strong.requests == 3


async def test_a_silent_model_leaves_time_for_the_next(pair: Pair) -> None:
    pair.strong.latency_s = 30
    completion = await pair.chain(deadline_s=1).complete(PROMPT)
    assert completion.model == "plain"


async def test_one_deadline_ends_everything(pair: Pair) -> None:
    pair.strong.latency_s = pair.plain.latency_s = 30
    with pytest.raises(ModelUnavailable):
        await pair.chain(deadline_s=0.3).complete(PROMPT)
    assert pair.plain.requests == 1


async def test_when_all_fail_the_error_names_the_reasons(pair: Pair) -> None:
    pair.break_strong(status=401)
    pair.plain.script.replace([Rule(reply=Reply(status=500))])
    with pytest.raises(ModelUnavailable, match="BadModelRequest, ModelUnavailable") as caught:
        await pair.chain().complete(PROMPT)
    assert not caught.value.permanent


async def test_the_only_model_raises_its_own_error(pair: Pair) -> None:
    pair.break_strong(status=401)
    with pytest.raises(BadModelRequest):
        await ModelChain(pair.models[:1]).complete(PROMPT)


async def test_the_only_model_is_tried_in_its_pause_one_request_at_a_time(pair: Pair) -> None:
    pair.strong.script.replace([Rule(reply=Reply(status=500), times=1)])
    chain = ModelChain(pair.models[:1], breaker_failures=1, breaker_pause_s=60)
    with pytest.raises(ModelUnavailable):
        await chain.complete(PROMPT)
    pair.strong.latency_s = 0.1
    results = await asyncio.gather(*[chain.complete(PROMPT) for _ in range(3)], return_exceptions=True)
    assert sum(isinstance(result, ModelError) for result in results) == 2
    assert (await chain.complete(PROMPT)).model == "strong"


async def test_a_turn_that_is_cancelled_says_nothing_about_the_model(pair: Pair) -> None:
    pair.strong.token_s = 0.05
    chain = pair.chain(breaker_failures=1)
    async with aclosing(chain.stream(PROMPT)) as chunks:
        await anext(chunks)
    assert chain.primary.name == "strong"
    async with asyncio.timeout(5):
        await pair.strong.idle.wait()
