"""OpenAI's chat completions as JSON: the request's body, the answer's, and the events of a stream."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.errors import ModelUnavailable
from bot.llm.draft import Draft
from bot.llm.model import Message, Prompt, Tool, ToolCall

MAX_EVENT_BYTES = 2**20


def request_body(model: str, prompt: Prompt, *, stream: bool) -> bytes:
    sampling = prompt.sampling
    body: dict[str, Any] = {
        "model": model,
        "messages": [_message(message) for message in prompt.messages],
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "seed": sampling.seed,
        "max_tokens": sampling.max_tokens,
    }
    if prompt.tools:
        body["tools"] = [_tool(tool) for tool in prompt.tools]
    if stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _message(message: Message) -> dict[str, Any]:
    value: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        value["tool_calls"] = [_call(call) for call in message.tool_calls]
    if message.tool_call_id:
        value["tool_call_id"] = message.tool_call_id
    return value


def _call(call: ToolCall) -> dict[str, Any]:
    arguments = json.dumps(dict(call.arguments), ensure_ascii=False)
    return {"id": call.call_id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _tool(tool: Tool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": function}


def read_answer(body: bytes, draft: Draft) -> None:
    """Fill the draft from a plain answer. Raises ModelUnavailable when it is not one."""
    try:
        value = json.loads(body)
        choice = value["choices"][0]
        message = choice["message"]
        draft.add(message.get("content") or "")
        draft.finish = choice.get("finish_reason")
        calls = _Calls()
        calls.add(message.get("tool_calls") or ())
        draft.tool_calls = calls.parsed()
        _read_usage(value, draft)
    except (ValueError, LookupError, TypeError, AttributeError):
        # The cause is left out: it would quote the answer.
        raise ModelUnavailable(f"{draft.model}: the answer is not a completion") from None


def _read_usage(value: Mapping[str, Any], draft: Draft) -> None:
    usage = value.get("usage")
    if usage:
        draft.prompt_tokens = int(usage["prompt_tokens"])
        draft.completion_tokens = int(usage.get("completion_tokens") or 0)


@dataclass(kw_only=True, slots=True)
class _Calls:
    """Tool calls as their pieces arrive: name once, arguments as a string in parts."""

    ids: dict[int, str] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    arguments: dict[int, list[str]] = field(default_factory=dict)

    def add(self, deltas: Any) -> None:
        for position, delta in enumerate(deltas):
            index = delta.get("index", position)
            function = delta.get("function") or {}
            if delta.get("id"):
                self.ids[index] = delta["id"]
            if function.get("name"):
                self.names[index] = function["name"]
            self.arguments.setdefault(index, []).append(function.get("arguments") or "")

    def parsed(self) -> tuple[ToolCall, ...]:
        return tuple(
            ToolCall(
                call_id=self.ids.get(index, f"call_{index}"),
                name=name,
                arguments=_object("".join(self.arguments[index])),
            )
            for index, name in self.names.items()
        )


def _object(text: str) -> Mapping[str, Any]:
    value = json.loads(text or "{}")
    if not isinstance(value, dict):
        raise TypeError("arguments are no object")
    return value


class StreamReader:
    """Turns the bytes of server-sent events into text, and fills the draft on the way."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._rest = b""
        self._calls = _Calls()
        self.done = False

    def feed(self, piece: bytes) -> str:
        """All the text that this piece completes; often several events come in one."""
        texts = []
        for line in self._lines(piece):
            if line.startswith(b"data:"):
                texts.append(self._event(line[5:].strip()))
            elif line.startswith(b"error:"):
                raise ModelUnavailable(f"{self._draft.model}: an error in the middle of the stream")
        return "".join(texts)

    def finish(self) -> None:
        """Call it at the end of the bytes. Raises ModelUnavailable for unreadable tool calls."""
        try:
            self._draft.tool_calls = self._calls.parsed()
        except (ValueError, TypeError):
            raise ModelUnavailable(f"{self._draft.model}: the arguments of a call are no JSON") from None

    def _lines(self, piece: bytes) -> Iterator[bytes]:
        lines = (self._rest + piece).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > MAX_EVENT_BYTES:
            raise ModelUnavailable(f"{self._draft.model}: an event without an end")
        yield from lines

    def _event(self, data: bytes) -> str:
        if data == b"[DONE]":
            self.done = True
            return ""
        try:
            value = json.loads(data)
            if "error" in value:
                raise ModelUnavailable(f"{self._draft.model}: an error in the middle of the stream")
            _read_usage(value, self._draft)
            return "".join(self._choice(choice) for choice in value.get("choices", ())[:1])
        except (ValueError, LookupError, TypeError, AttributeError):
            raise ModelUnavailable(f"{self._draft.model}: an event that is no JSON") from None

    def _choice(self, choice: Mapping[str, Any]) -> str:
        if choice.get("finish_reason"):
            self._draft.finish = choice["finish_reason"]
        delta = choice.get("delta") or {}
        if delta.get("tool_calls"):
            self._calls.add(delta["tool_calls"])
        text: str = delta.get("content") or ""
        if text:
            self._draft.add(text)
        return text
