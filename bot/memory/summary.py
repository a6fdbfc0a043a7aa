"""How the older part of a dialogue becomes a short text."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol

import structlog

from bot.domain import Remark, Speaker
from bot.errors import ModelError
from bot.memory.window import Budget, Exchange, clip

log = structlog.get_logger()

QUESTION_TOKENS = 40


class Summariser(Protocol):
    """Folds remarks into a summary. The result may be longer than wanted: whoever keeps it clips it."""

    async def fold(self, summary: str, remarks: Sequence[Remark]) -> str: ...


class Ask(Protocol):
    """Has a model write an answer. Raises ModelError."""

    async def __call__(self, system: str, text: str) -> str: ...


class ExtractiveSummariser:
    """Keeps what the customer said, one line for each remark, the newest within `tokens`."""

    def __init__(self, tokens: int) -> None:
        self._tokens = tokens

    async def fold(self, summary: str, remarks: Sequence[Remark]) -> str:
        said = [
            "— " + clip(" ".join(remark.text.split()), QUESTION_TOKENS)
            for remark in remarks
            if remark.speaker is Speaker.CUSTOMER and remark.text.strip()
        ]
        lines: list[str] = []
        # A line said twice stands where it was said last.
        for line in reversed([*summary.splitlines(), *said]):
            if line not in lines:
                lines.insert(0, line)
        while len(lines) > 1 and len("\n".join(lines)) * 2 // 5 + 1 > self._tokens:
            del lines[0]
        return "\n".join(lines)


class ModelSummariser:
    """Has the model retell the dialogue; without its answer the customer's own words are kept."""

    def __init__(self, ask: Ask, fallback: ExtractiveSummariser) -> None:
        self._ask = ask
        self._fallback = fallback
        self._instruction = Path(__file__).with_name("summary_prompt.txt").read_text(encoding="utf-8")

    async def fold(self, summary: str, remarks: Sequence[Remark]) -> str:
        names = {Speaker.CUSTOMER: "Клиент", Speaker.ASSISTANT: "Помощник"}
        told = [f"{names[remark.speaker]}: {remark.text}" for remark in remarks]
        before = [f"Кратко о сказанном раньше:\n{summary}"] if summary else []
        try:
            retold = await self._ask(self._instruction, "\n\n".join([*before, *told]))
        except ModelError as error:
            log.warning("summary_without_model", error=type(error).__name__)
            retold = ""
        return retold.strip() or await self._fallback.fold(summary, remarks)


class ChosenSummariser:
    """The one that is to be asked now: which model answers may change."""

    def __init__(self, choose: Callable[[], Awaitable[Summariser]]) -> None:
        self._choose = choose

    async def fold(self, summary: str, remarks: Sequence[Remark]) -> str:
        return await (await self._choose()).fold(summary, remarks)


async def fold_overflow(
    summariser: Summariser, budget: Budget, summary: str, overflow: Sequence[Exchange]
) -> str:
    """The new summary, within the budget."""
    remarks = [remark for exchange in overflow for remark in exchange.remarks]
    return clip(await summariser.fold(summary, remarks), budget.summary_tokens)
