"""GigaChat's chat completions: what differs from OpenAI's, in both directions."""

from collections.abc import Sequence
from typing import Any

from gigachat.models.chat import ChatCompletionChunk

from bot.llm.draft import Draft
from bot.llm.model import Message, Prompt, ToolCall


def request_payload(model: str, prompt: Prompt) -> dict[str, Any]:
    """There is no seed. Temperature 0 is not allowed: an empty nucleus takes the likeliest token instead."""
    sampling = prompt.sampling
    payload: dict[str, Any] = {
        "model": model,
        "messages": _messages(prompt.messages),
        "max_tokens": sampling.max_tokens,
    }
    if sampling.temperature > 0:
        payload |= {"temperature": sampling.temperature, "top_p": sampling.top_p}
    else:
        payload["top_p"] = 0.0
    if prompt.tools:
        payload["function_call"] = "auto"
        payload["functions"] = [
            {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
            for tool in prompt.tools
        ]
    return payload


def _messages(messages: Sequence[Message]) -> list[dict[str, Any]]:
    names = {call.call_id: call.name for message in messages for call in message.tool_calls}
    return [_message(message, names) for message in messages]


def _message(message: Message, names: dict[str, str]) -> dict[str, Any]:
    if message.role == "tool":
        name = names.get(message.tool_call_id, "")
        return {"role": "function", "name": name, "content": message.content}
    value: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        # One call a message is all that GigaChat knows; its id is the state it wants back.
        call = message.tool_calls[0]
        value["function_call"] = {"name": call.name, "arguments": dict(call.arguments)}
        value["functions_state_id"] = call.call_id
    return value


def read_chunk(chunk: ChatCompletionChunk, draft: Draft) -> str:
    """The text of one event; everything else goes into the draft."""
    if chunk.usage is not None:
        draft.prompt_tokens = chunk.usage.prompt_tokens
        draft.completion_tokens = chunk.usage.completion_tokens
    if not chunk.choices:
        return ""
    choice = chunk.choices[0]
    if choice.finish_reason:
        draft.finish = choice.finish_reason
    called = choice.delta.function_call
    if called is not None:
        state = choice.delta.functions_state_id or "call"
        arguments = called.arguments or {}
        draft.tool_calls = (ToolCall(call_id=state, name=called.name, arguments=arguments),)
    text = choice.delta.content or ""
    if text:
        draft.add(text)
    return text
