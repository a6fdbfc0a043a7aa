"""What every language model looks like to the rest of the project."""

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from bot.domain import Usage

Role = Literal["system", "user", "assistant", "tool"]
FinishReason = Literal["stop", "length", "tool_calls"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One message of a prompt. `tool_call_id` is set for role "tool" only."""

    role: Role
    content: str
    tool_calls: tuple["ToolCall", ...] = ()
    tool_call_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tool:
    """A function that the model may call. `parameters` is a JSON schema of an object."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolCall:
    """The model's wish to call a tool, its arguments already parsed."""

    call_id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sampling:
    """How tokens are drawn. Logged with every turn, so that it can be replayed."""

    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 7
    max_tokens: int = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """One request to a model. The first message is the system's, and identical from turn to turn."""

    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    tools: tuple[Tool, ...] = ()
    alternatives: tuple[str, ...] = ()
    """The words between which the model is to choose; where it `tells_odds`, one token is asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Completion:
    """A whole answer. `finish_reason` is "stop", "length" or "tool_calls"; anything else is an error."""

    text: str
    model: str
    finish_reason: FinishReason
    usage: Usage
    tool_calls: tuple[ToolCall, ...] = ()
    odds: Mapping[str, float] = field(default_factory=dict)
    """Of the prompt's alternatives, the log-probability of each that was among the likeliest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """A piece of a streamed answer. The last one, and only it, carries the whole `completion`.

    `restart`: the model failed in the middle; drop all text so far, another one begins anew. Such a
    chunk carries nothing else.
    """

    text: str = ""
    completion: Completion | None = None
    restart: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelTraits:
    """What a model can be trusted with: a property of its settings, never of the code that calls it."""

    composes: bool
    """True: writes an answer from facts. False: only phrases a stored text."""
    context_tokens: int
    calls_tools: bool
    tells_odds: bool = False
    """Whether it says how likely each word was that it might have said."""
    phrases: bool = True
    """False: there is no model; stored texts go out as they are."""


class ChatModel(Protocol):
    """A language model. Calls raise the `ModelError`s of `bot/errors.py` and nothing else."""

    @property
    def name(self) -> str: ...

    @property
    def traits(self) -> ModelTraits: ...

    async def complete(self, prompt: Prompt) -> Completion: ...

    def stream(self, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
        """Yield pieces as they come. A stream that ends without a finish raises ModelUnavailable.

        Whoever stops reading before the end closes it (`contextlib.aclosing`), so that the model stops too.
        """
        ...

    async def close(self) -> None: ...


PromptFor = Callable[[ChatModel], Prompt]
"""Builds the prompt for the model that is about to be asked; a chain calls it before each attempt."""
