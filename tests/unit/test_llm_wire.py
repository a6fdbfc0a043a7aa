import json

import pytest

from bot.domain import Usage
from bot.errors import ModelRefused, ModelUnavailable
from bot.llm.draft import MAX_ANSWER_CHARS, Draft
from bot.llm.gigachat_wire import request_payload
from bot.llm.model import Message, Prompt, Sampling, Tool, ToolCall
from bot.llm.openai_wire import StreamReader, request_body
from bot.llm.pricing import Prices

PROMPT = Prompt(
    messages=(
        Message(role="system", content="Ты помощник."),
        Message(role="user", content="Есть GLE?"),
        Message(
            role="assistant",
            content="",
            tool_calls=(ToolCall(call_id="c1", name="stock", arguments={"model": "GLE"}),),
        ),
        Message(role="tool", content='{"count": 2}', tool_call_id="c1"),
    ),
    tools=(Tool(name="stock", description="Наличие", parameters={"type": "object", "properties": {}}),),
)


def test_openai_gets_tools_and_their_results() -> None:
    body = json.loads(request_body("m", PROMPT, stream=False))
    call, result = body["messages"][2]["tool_calls"][0], body["messages"][3]
    assert json.loads(call["function"]["arguments"]) == {"model": "GLE"}
    assert result == {"role": "tool", "content": '{"count": 2}', "tool_call_id": "c1"}
    assert body["tools"][0]["function"]["name"] == "stock"


def test_gigachat_gets_functions_with_arguments_as_an_object() -> None:
    payload = request_payload("GigaChat-2", PROMPT)
    called, result = payload["messages"][2], payload["messages"][3]
    assert called["function_call"] == {"name": "stock", "arguments": {"model": "GLE"}}
    assert called["functions_state_id"] == "c1"
    assert result == {"role": "function", "name": "stock", "content": '{"count": 2}'}
    assert payload["functions"][0]["name"] == "stock"


@pytest.mark.parametrize(("temperature", "expected"), [(0.0, (None, 0.0)), (0.7, (0.7, 0.9))])
def test_gigachat_is_never_sent_a_temperature_of_zero(
    temperature: float, expected: tuple[float | None, float]
) -> None:
    prompt = Prompt(messages=(), sampling=Sampling(temperature=temperature, top_p=0.9))
    payload = request_payload("GigaChat-2", prompt)
    assert (payload.get("temperature"), payload["top_p"]) == expected


def test_events_may_be_split_anywhere() -> None:
    draft = Draft(model="m")
    reader = StreamReader(draft)
    event = {"choices": [{"delta": {"content": "при"}, "finish_reason": None}]}
    data = b"".join(f"data: {json.dumps(event, ensure_ascii=False)}\r\n\r\n".encode() for _ in range(2))
    texts = [reader.feed(data[at : at + 7]) for at in range(0, len(data), 7)]
    assert "".join(texts) == "".join(draft.pieces) == "припри"


@pytest.mark.parametrize("event", [b"data: {]\n", b'data: {"error": {}}\n', b"error: oops\n", b"data: 5\n"])
def test_an_event_that_is_no_piece_of_an_answer_ends_the_stream(event: bytes) -> None:
    with pytest.raises(ModelUnavailable):
        StreamReader(Draft(model="m")).feed(event)


def test_an_event_without_an_end_is_not_kept_for_ever() -> None:
    reader = StreamReader(Draft(model="m"))
    reader.feed(b"x" * 900_000)
    with pytest.raises(ModelUnavailable):
        reader.feed(b"x" * 900_000)


@pytest.mark.parametrize("finish", [None, "error", "tool_use"])
def test_an_answer_without_a_known_finish_is_not_taken(finish: str | None) -> None:
    draft = Draft(model="m", finish=finish)
    draft.add("Начало")
    with pytest.raises(ModelUnavailable):
        draft.complete(PROMPT, Prices())


@pytest.mark.parametrize("finish", ["content_filter", "blacklist"])
def test_a_blocked_subject_is_a_refusal(finish: str) -> None:
    with pytest.raises(ModelRefused):
        Draft(model="m", finish=finish).complete(PROMPT, Prices())


def test_an_answer_longer_than_anyone_reads_is_stopped() -> None:
    draft = Draft(model="m")
    draft.add("а" * MAX_ANSWER_CHARS)
    with pytest.raises(ModelUnavailable):
        draft.add("а")


def test_tokens_are_priced_per_million() -> None:
    prices = Prices(prompt_per_million=100, completion_per_million=400)
    usage = prices.usage(10_000, 1_000)
    assert usage == Usage(prompt_tokens=10_000, completion_tokens=1_000, cost=1.4)


def test_usage_is_estimated_when_the_server_counts_nothing() -> None:
    draft = Draft(model="m", finish="stop")
    draft.add("Есть две машины")
    usage = draft.complete(PROMPT, Prices(completion_per_million=1_000_000)).usage
    assert usage.prompt_tokens > 0
    assert usage.cost == usage.completion_tokens > 0
