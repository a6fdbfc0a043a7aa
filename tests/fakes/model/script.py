"""What the scripted model answers: the reply to each request, chosen by its text or its number."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

Kind = Literal["text", "echo", "empty", "huge", "markdown", "foreign", "nonsense"]

CUT_BEFORE_HEADERS = -1

_WORD = re.compile(r"\S+\s*|\s+")


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the server does with one request. None means: as the server's defaults say."""

    kind: Kind = "text"
    """text: `text`, or the default answer; echo: the question; huge: 2 MB; nonsense: no JSON."""
    text: str | None = None
    status: int = 200
    error_code: str = ""
    """OpenAI's `error.code`, for instance context_length_exceeded."""
    latency_s: float | None = None
    """Before the first byte."""
    token_s: float | None = None
    """Between two pieces of a stream; a plain answer waits as long as all of its pieces."""
    cut_after: int | None = None
    """The connection is reset after so many pieces of a stream; CUT_BEFORE_HEADERS: before any byte."""
    finish_reason: str | None = "stop"
    """None: the stream ends without one."""
    tool: str = ""
    """The name of a tool to call, with `arguments`."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    odds: Mapping[str, float] = field(default_factory=dict)
    """Tokens with their log-probabilities, for requests that ask for them."""
    with_usage: bool = True
    with_id: bool = True
    raw: str | None = None
    """Sent as it is in place of an answer or a stream, as `content_type`."""
    content_type: str = "text/event-stream"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A reply for the requests that match. `None` and empty fields match everything."""

    reply: Reply
    contains: str = ""
    """Found anywhere in the text of the request's messages."""
    question_contains: str = ""
    """Found in the last message of the user."""
    api: Literal["", "openai", "gigachat"] = ""
    every: int = 1
    """Of the requests that match, only each so many-th."""
    skip: int = 0
    """The first so many that match are left alone."""
    times: int | None = None
    """It is used so many times at most."""

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Self:
        return cls(**{**value, "reply": Reply(**value["reply"])})


@dataclass(kw_only=True)
class Seen:
    """One request as it came, and what was done with it. Times are seconds since the epoch."""

    number: int
    api: str
    path: str
    streamed: bool
    payload: Mapping[str, Any]
    began_at: float
    ended_at: float = 0.0
    status: int = 0
    outcome: str = "open"
    """open, answered, cut, refused (an HTTP error), or gone (the client went away)."""

    @property
    def messages(self) -> Sequence[Mapping[str, Any]]:
        messages: Sequence[Mapping[str, Any]] = self.payload.get("messages", ())
        return messages

    @property
    def question(self) -> str:
        """The last thing the user said."""
        said = [str(message.get("content")) for message in self.messages if message.get("role") == "user"]
        return said[-1] if said else ""

    @property
    def text(self) -> str:
        return "\n".join(str(message.get("content") or "") for message in self.messages)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


class Script:
    """The rules in order, the first that matches wins; else the default reply."""

    def __init__(
        self,
        rules: Sequence[Rule] = (),
        *,
        default: Reply | None = None,
        answer: Callable[[Seen], str] | None = None,
    ) -> None:
        self.default = default or Reply()
        self._answer = answer or default_answer
        self._rules: list[tuple[Rule, list[int]]] = []
        self.replace(rules)

    def replace(self, rules: Sequence[Rule]) -> None:
        self._rules = [(rule, [0, 0]) for rule in rules]

    def add(self, *rules: Rule) -> None:
        """Put rules in front of the others."""
        self._rules[:0] = [(rule, [0, 0]) for rule in rules]

    def reply_to(self, seen: Seen) -> Reply:
        for rule, counts in self._rules:
            if _matches(rule, seen):
                counts[0] += 1
                due = counts[0] > rule.skip and (counts[0] - rule.skip) % rule.every == 0
                if due and (rule.times is None or counts[1] < rule.times):
                    counts[1] += 1
                    return rule.reply
        return self.default

    def text_of(self, reply: Reply, seen: Seen) -> str:
        if reply.kind == "text":
            return self._answer(seen) if reply.text is None else reply.text
        if reply.kind == "echo":
            return seen.question
        if reply.kind == "huge":
            return "Очень длинный ответ. " * 50_000
        return _CANNED[reply.kind]


def _matches(rule: Rule, seen: Seen) -> bool:
    return (
        rule.api in ("", seen.api) and rule.contains in seen.text and rule.question_contains in seen.question
    )


def default_answer(seen: Seen) -> str:
    """The same answer to the same question, whatever came before."""
    return f"Отвечаю на вопрос: {seen.question[:200].strip()}"


_CANNED: Mapping[str, str] = {
    "empty": "",
    "markdown": "**Жирный и _курсив, [ссылка](http://пример\n```python\nкод без конца\n> * 1) ~~",
    "foreign": "非常抱歉,我们今天不营业。The dealership is closed. مرحبا",
    "nonsense": '{"choices": [{"message": {"content": 42, ]]',
}


def pieces_of(text: str) -> list[str]:
    """The text cut into the pieces of a stream: words with their spaces, 4 kB each if it is huge."""
    if len(text) > 20_000:
        return [text[start : start + 4_096] for start in range(0, len(text), 4_096)]
    return _WORD.findall(text)


def tokens_of(text: str) -> int:
    return len(text) // 4 + 1


def dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
