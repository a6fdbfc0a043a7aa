"""What the assistant is compared with: the model alone, and the assistant without a model."""

from collections.abc import AsyncGenerator
from functools import cache
from pathlib import Path
from typing import NoReturn

from bot.dialogue.answering import Question
from bot.domain import Answer, Outcome, Speaker, Verdict
from bot.errors import ModelError, ModelRefused, ModelUnavailable
from bot.evaluation.reading import plain, words
from bot.llm.chain import ModelChain
from bot.llm.model import Chunk, Completion, Message, ModelTraits, Prompt, Sampling
from bot.tenant import Tenant


class ModelAlone:
    """Asks the model with who it is and what was said, and nothing of the knowledge, guards or checks."""

    def __init__(self, models: ModelChain, tenant: Tenant, sampling: Sampling) -> None:
        self._models = models
        self._system = _template().format(title=tenant.title, subject=tenant.subject).strip()
        self._sampling = sampling

    async def answer(self, question: Question) -> Answer:
        said = [
            Message(role="user" if remark.speaker is Speaker.CUSTOMER else "assistant", content=remark.text)
            for remark in question.recollection.remarks
        ]
        messages = (Message(role="system", content=self._system), *said)
        prompt = Prompt(
            messages=(*messages, Message(role="user", content=question.text)), sampling=self._sampling
        )
        try:
            completion = await self._models.complete(prompt)
        except ModelRefused:
            return Answer(text="", outcome=Outcome.REFUSED)
        except ModelError as error:
            failed = Verdict(check="model", passed=False, detail=type(error).__name__)
            return Answer(text="", outcome=Outcome.MODEL_DOWN, verdicts=(failed,))
        return Answer(
            text=completion.text,
            outcome=outcome_of(completion.text),
            model=completion.model,
            usage=completion.usage,
        )


def outcome_of(text: str) -> Outcome:
    """How a bare model's words are meant: the benefit of the doubt goes to the model."""
    said = plain(text)
    if any(sign in said for sign in words()["declined"]):
        return Outcome.REFUSED
    return Outcome.UNKNOWN if any(sign in said for sign in words()["unknown"]) else Outcome.ANSWERED


class NoModel:
    """A ChatModel that never answers: the assistant says its stored texts, quickly and always the same."""

    name = "no-model"
    traits = ModelTraits(composes=False, context_tokens=4_096, calls_tools=False)

    async def complete(self, prompt: Prompt) -> Completion:
        self._refuse()

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
        self._refuse()
        yield Chunk()

    async def close(self) -> None: ...

    def _refuse(self) -> NoReturn:
        raise ModelUnavailable("there is no model in this configuration")


@cache
def _template() -> str:
    return Path(__file__).with_name("prompts").joinpath("alone.md").read_text(encoding="utf-8")
