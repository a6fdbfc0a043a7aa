"""The two protocols as bytes: bodies, stream events and errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tests.fakes.model.script import Reply, Seen, dumps, pieces_of, tokens_of

CREATED = 1_760_000_000


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """A reply with its text decided."""

    reply: Reply
    seen: Seen
    text: str

    @property
    def usage(self) -> dict[str, int]:
        prompt, completion = tokens_of(self.seen.text), tokens_of(self.text)
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
        }

    @property
    def model(self) -> str:
        return str(self.seen.payload.get("model") or "scripted")


class Wire(Protocol):
    """How one protocol writes an answer."""

    def body(self, spoken: Spoken) -> bytes: ...

    def events(self, spoken: Spoken) -> list[bytes]: ...

    def error(self, status: int, code: str) -> bytes: ...


class OpenAIWire:
    def body(self, spoken: Spoken) -> bytes:
        reply = spoken.reply
        message: dict[str, Any] = {"role": "assistant", "content": spoken.text}
        if reply.tool:
            message = {"role": "assistant", "content": None, "tool_calls": [_tool_call(spoken)]}
        return dumps(
            _head(spoken, "chat.completion")
            | {
                "choices": [
                    {"index": 0, "message": message, "finish_reason": _openai_finish(reply), **_odds(spoken)}
                ]
            }
            | ({"usage": spoken.usage} if reply.with_usage else {})
        )

    def events(self, spoken: Spoken) -> list[bytes]:
        head, reply = _head(spoken, "chat.completion.chunk"), spoken.reply
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        if reply.tool:
            call = _tool_call(spoken)
            arguments = call["function"]["arguments"]
            middle = len(arguments) // 2
            call["function"]["arguments"] = ""
            parts = [arguments[:middle], arguments[middle:]]
            deltas.append({"tool_calls": [{"index": 0, **call}]})
            deltas += [{"tool_calls": [{"index": 0, "function": {"arguments": part}}]} for part in parts]
        else:
            deltas += [{"content": piece} for piece in pieces_of(spoken.text)]
        events = [_event(head | {"choices": [_choice(delta) | _odds(spoken)]}) for delta in deltas]
        if reply.finish_reason is None:
            return events
        events.append(_event(head | {"choices": [_choice({}, _openai_finish(reply))]}))
        options = spoken.seen.payload.get("stream_options") or {}
        if reply.with_usage and options.get("include_usage"):
            events.append(_event(head | {"choices": [], "usage": spoken.usage}))
        return [*events, b"data: [DONE]\n\n"]

    def error(self, status: int, code: str) -> bytes:
        message = f"scripted error {status}"
        return dumps({"error": {"message": message, "type": code or "error", "code": code or None}})


class GigaChatWire:
    def body(self, spoken: Spoken) -> bytes:
        reply = spoken.reply
        message: dict[str, Any] = {"role": "assistant", "content": spoken.text}
        if reply.tool:
            message |= _function_call(reply)
        return dumps(
            _bare_head(spoken, "chat.completion")
            | {"choices": [{"index": 0, "message": message, "finish_reason": _gigachat_finish(reply)}]}
            | {"usage": spoken.usage}
        )

    def events(self, spoken: Spoken) -> list[bytes]:
        head, reply = _bare_head(spoken, "chat.completion"), spoken.reply
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": p} for p in pieces_of(spoken.text)]
        if reply.tool:
            deltas = [{"role": "assistant", "content": "", **_function_call(reply)}]
        events = [_event(head | {"choices": [_choice(delta)]}) for delta in deltas]
        if reply.finish_reason is None:
            return events
        last = {"choices": [_choice({"content": ""}, _gigachat_finish(reply))]}
        events.append(_event(head | last | ({"usage": spoken.usage} if reply.with_usage else {})))
        return [*events, b"data: [DONE]\n\n"]

    def error(self, status: int, code: str) -> bytes:
        return dumps({"status": status, "message": code or f"scripted error {status}"})


def _head(spoken: Spoken, kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{spoken.seen.number}", **_bare_head(spoken, kind)}


def _bare_head(spoken: Spoken, kind: str) -> dict[str, Any]:
    return {"object": kind, "created": CREATED, "model": spoken.model}


def _event(value: Mapping[str, Any]) -> bytes:
    return b"data: " + dumps(value) + b"\n\n"


def _choice(delta: Mapping[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish_reason}


def _odds(spoken: Spoken) -> dict[str, Any]:
    if not spoken.seen.payload.get("logprobs"):
        return {}
    likeliest = [{"token": token, "logprob": value} for token, value in spoken.reply.odds.items()]
    return {"logprobs": {"content": [{"token": "", "logprob": 0.0, "top_logprobs": likeliest}]}}


def _tool_call(spoken: Spoken) -> dict[str, Any]:
    reply = spoken.reply
    function = {"name": reply.tool, "arguments": dumps(dict(reply.arguments)).decode()}
    return {"id": f"call_{spoken.seen.number}", "type": "function", "function": function}


def _function_call(reply: Reply) -> dict[str, Any]:
    call = {"name": reply.tool, "arguments": dict(reply.arguments)}
    return {"function_call": call, "functions_state_id": "77d3fb14-457a-46ba-937e-8d856156d003"}


def _openai_finish(reply: Reply) -> str | None:
    return "tool_calls" if reply.tool and reply.finish_reason == "stop" else reply.finish_reason


def _gigachat_finish(reply: Reply) -> str | None:
    return "function_call" if reply.tool and reply.finish_reason == "stop" else reply.finish_reason
