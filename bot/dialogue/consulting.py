"""Lets a model that can call functions say what a doubtful question asks of a table."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, runtime_checkable

import structlog

from bot.dialogue.prompting import Prompts
from bot.dialogue.work import SUPPORTED_FROM, Work
from bot.errors import ModelError
from bot.findings import Finding, FindingKind, Inquiry, Source
from bot.llm.model import ChatModel, Completion, Prompt, Tool

log = structlog.get_logger()

_SURE_FROM = 0.9
"""What the lexicon has read this surely needs no second reading."""
_TELLING = 0.2


@runtime_checkable
class Queried(Protocol):
    """A source that a model may ask by calling a function."""

    def tool(self, inquiry: Inquiry) -> Tool | None: ...

    def find_by(self, arguments: Mapping[str, Any], inquiry: Inquiry) -> Finding | None: ...


class CompletesPrompts(Protocol):
    @property
    def primary(self) -> ChatModel: ...

    async def complete(self, prompt: Prompt) -> Completion: ...


class Consultant:
    """Asks the model for its reading. The lexicon's own wins wherever it has one."""

    def __init__(self, models: CompletesPrompts, prompts: Prompts, sources: Sequence[Source]) -> None:
        self._models = models
        self._prompts = prompts
        self._sources = [source for source in sources if isinstance(source, Queried)]

    async def consult(self, work: Work, inquiry: Inquiry) -> None:
        """Put the model's reading into `work.findings` where a table is spoken of and nothing is sure."""
        if not self._sources or not self._models.primary.traits.calls_tools or not _is_doubtful(work):
            return
        tools = {tool.name: (tool, source) for source in self._sources if (tool := source.tool(inquiry))}
        if not tools:
            return
        prompt = self._prompts.choose(work.masked.text, work.recollection)
        prompt = replace(prompt, tools=tuple(tool for tool, _ in tools.values()))
        try:
            completion = await self._models.complete(prompt)
        except ModelError as error:
            log.info("tool_call_failed", error=type(error).__name__)
            return
        work.usage = work.usage + completion.usage
        for call in completion.tool_calls:
            if call.name in tools and (found := tools[call.name][1].find_by(call.arguments, inquiry)):
                work.take(found)


def _is_doubtful(work: Work) -> bool:
    """Whether a table may be meant, and no source is sure."""
    of_table = [finding for finding in work.findings if finding.kind is FindingKind.STOCK]
    best = max((finding.certainty for finding in work.findings), default=0.0)
    is_spoken_of = any(_TELLING <= finding.certainty < _SURE_FROM for finding in of_table)
    return is_spoken_of and best < max(_SURE_FROM, SUPPORTED_FROM)
