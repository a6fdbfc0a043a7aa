"""OpenAI's chat completions as JSON: the request's body, the answer's, and the events of a stream."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from bot.errors import ModelUnavailable
from bot.llm.draft import Draft
from bot.llm.model import Message, Prompt, Tool, ToolCall

MAX_EVENT_BYTES = 2**20
_MAX_TOKENS = 2**31
_LIKELIEST = 20
"""As many tokens as the protocol gives the odds of."""
_BOM = b"\xef\xbb\xbf"


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
    if prompt.alternatives:
        body |= {"max_tokens": 1, "logprobs": True, "top_logprobs": _LIKELIEST}
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
        text, reason = message.get("content") or "", choice.get("finish_reason")
        if not isinstance(text, str):
            raise TypeError("the content is no text")
        draft.add(text)
        draft.finish = str(reason) if reason else None
        calls = _Calls()
        calls.add(message.get("tool_calls") or ())
        draft.tool_calls = calls.parsed()
        _read_odds(choice, draft)
        _read_usage(value, draft)
    except (ValueError, LookupError, TypeError, AttributeError):
        # The cause is left out: it would quote the answer.
        raise ModelUnavailable(f"{draft.model}: the answer is not a completion") from None


def _read_usage(value: Mapping[str, Any], draft: Draft) -> None:
    """Both counts or none: what a server counts oddly is estimated."""
    usage = value.get("usage")
    if not isinstance(usage, Mapping):
        return
    prompt, completion = usage.get("prompt_tokens"), usage.get("completion_tokens")
    if _is_count(prompt) and _is_count(completion):
        draft.prompt_tokens, draft.completion_tokens = prompt, completion


def _read_odds(choice: Mapping[str, Any], draft: Draft) -> None:
    tokens = (choice.get("logprobs") or {}).get("content") or ()
    if tokens:
        draft.first_tokens = {str(one["token"]): float(one["logprob"]) for one in tokens[0]["top_logprobs"]}


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MAX_TOKENS


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
    """Turns the bytes of server-sent events into text, and fills the draft on the way.

    A server that does not stream answers with one JSON object all the same: that is kept until its end.
    """

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._rest = b""
        self._calls = _Calls()
        self._is_plain: bool | None = None
        self.done = False

    def feed(self, piece: bytes) -> str:
        """All the text that this piece completes; often several events come in one."""
        if self._is_plain is None:
            piece, self._rest = (self._rest + piece).removeprefix(_BOM).lstrip(), b""
            if piece:
                self._is_plain = piece.startswith(b"{")
        if self._is_plain:
            self._keep(self._rest + piece)
            return ""
        lines = (self._rest + piece).split(b"\n")
        self._keep(lines.pop())
        return "".join([self._line(line) for line in lines if line])

    def finish(self, *, cut: bool = False) -> str:
        """Call it at the end of the bytes: the text that only their end completes.

        `cut`: the connection broke. Raises ModelUnavailable for what cannot be read.
        """
        if self._is_plain:
            read_answer(self._rest, self._draft)
            return "".join(self._draft.pieces)
        text = "" if cut or self.done else self._last_line()
        try:
            self._draft.tool_calls = self._calls.parsed()
        except (ValueError, TypeError):
            raise ModelUnavailable(f"{self._draft.model}: the arguments of a call are no JSON") from None
        if self.done and self._draft.finish is None and (self._draft.pieces or self._draft.tool_calls):
            # Some servers never give a reason; their mark of the end says that nothing is missing.
            self._draft.finish = "tool_calls" if self._draft.tool_calls else "stop"
        return text

    def _last_line(self) -> str:
        """It may lack its end; where the answer stands already, a torn one does no harm."""
        try:
            return self._line(self._rest)
        except ModelUnavailable:
            if self._draft.finish is None:
                raise
            return ""

    def _keep(self, rest: bytes) -> None:
        if len(rest) > MAX_EVENT_BYTES:
            raise ModelUnavailable(f"{self._draft.model}: an event without an end")
        self._rest = rest

    def _line(self, line: bytes) -> str:
        if line.startswith(b"data:"):
            data = line[5:].strip()
            return self._event(data) if data else ""
        if line.startswith(b"error:"):
            raise ModelUnavailable(f"{self._draft.model}: an error in the middle of the stream")
        return ""

    def _event(self, data: bytes) -> str:
        if data == b"[DONE]":
            self.done = True
            return ""
        try:
            value = json.loads(data.decode())  # from bytes it would first guess their encoding
            if value.get("error") is not None:
                raise ModelUnavailable(f"{self._draft.model}: an error in the middle of the stream")
            if value.get("usage") is not None:
                _read_usage(value, self._draft)
            choices = value.get("choices")
            return self._choice(choices[0]) if choices else ""
        except (ValueError, LookupError, TypeError, AttributeError):
            raise ModelUnavailable(f"{self._draft.model}: an event that is no JSON") from None

    def _choice(self, choice: Mapping[str, Any]) -> str:
        if reason := choice.get("finish_reason"):
            self._draft.finish = str(reason)
        if choice.get("logprobs") and not self._draft.first_tokens:
            _read_odds(choice, self._draft)
        delta = choice.get("delta") or {}
        if delta.get("tool_calls"):
            self._calls.add(delta["tool_calls"])
        text: str = delta.get("content") or ""
        if text:
            self._draft.add(text)
        return text
