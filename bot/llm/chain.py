"""Several models as one: the next is asked when one fails, all within one deadline."""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

import structlog

from bot.errors import ContextTooLong, ModelError, ModelOverloaded, ModelRefused, ModelUnavailable
from bot.llm.breaker import Breaker
from bot.llm.model import ChatModel, Chunk, Completion, ModelTraits, Prompt, PromptFor

logger = structlog.get_logger()

_SHARE: Final = 0.6
"""Of the time that is left, how much a model may be silent while another one could be asked instead."""


@dataclass(kw_only=True, slots=True)
class _Link:
    model: ChatModel
    breaker: Breaker


class ModelChain:
    """A ChatModel that takes a prompt, or a function that builds the prompt for the model asked.

    `deadline_s` is for everything together. ModelRefused ends the chain: a blocked subject is not taken
    elsewhere; every other error moves on. When one model alone was asked, its error is raised, else
    ModelUnavailable. Breakers belong to this object, so to one process.
    """

    def __init__(
        self,
        models: Sequence[ChatModel],
        *,
        breaker_failures: int = 3,
        breaker_pause_s: float = 20.0,
        deadline_s: float = 45.0,
    ) -> None:
        if not models:
            raise ValueError("a chain needs a model")
        self._links = [
            _Link(model=model, breaker=Breaker(failures=breaker_failures, pause_s=breaker_pause_s))
            for model in models
        ]
        self._deadline_s = deadline_s

    @property
    def name(self) -> str:
        return ">".join(link.model.name for link in self._links)

    @property
    def primary(self) -> ChatModel:
        """The model that the next request tries first."""
        return next((link.model for link in self._links if link.breaker.admits), self._links[0].model)

    @property
    def traits(self) -> ModelTraits:
        return self.primary.traits

    async def complete(
        self, prompt_for: Prompt | PromptFor, log: list[dict[str, Any]] | None = None
    ) -> Completion:
        async with aclosing(self.stream(prompt_for, log)) as chunks:
            async for chunk in chunks:
                if chunk.completion is not None:
                    return chunk.completion
        raise AssertionError("a stream ends with a completion or an error")

    async def stream(
        self, prompt_for: Prompt | PromptFor, log: list[dict[str, Any]] | None = None
    ) -> AsyncGenerator[Chunk, None]:
        """Yield one model's answer; `Chunk.restart` says that another model begins again from nothing.

        Each attempt is appended to `log`: `model`, `error` (the class's name, "" for an answer,
        "Paused" for an open breaker) and `ms`.
        """
        attempts = log if log is not None else []
        deadline = asyncio.get_running_loop().time() + self._deadline_s
        errors: list[ModelError] = []
        for link in self._turns(attempts):
            prompt = prompt_for if isinstance(prompt_for, Prompt) else prompt_for(link.model)
            said = False
            try:
                async with aclosing(self._attempt(link, prompt, deadline, attempts)) as chunks:
                    async for chunk in chunks:
                        said = said or bool(chunk.text)
                        yield chunk
                return
            except ModelRefused:
                raise
            except ModelError as error:
                errors.append(error)
            if said:
                yield Chunk(restart=True)
            if asyncio.get_running_loop().time() >= deadline:
                break
        raise _summary(errors)

    async def close(self) -> None:
        for link in self._links:
            await link.model.close()

    def _turns(self, attempts: list[dict[str, Any]]) -> Iterator[_Link]:
        """Whom to ask, decided anew each time one has failed. If all are paused, the one that has been
        paused longest gets a trial, so that a chain of one model comes back as soon as its model does."""
        asked = False
        for link in self._links:
            if link.breaker.admits:
                asked = True
                yield link
            else:
                attempts.append({"model": link.model.name, "error": "Paused", "ms": 0.0})
        if not asked:
            idle = [link for link in self._links if not link.breaker.is_on_trial]
            if idle:
                yield min(idle, key=lambda link: link.breaker.opened_until)

    async def _attempt(
        self, link: _Link, prompt: Prompt, deadline: float, attempts: list[dict[str, Any]]
    ) -> AsyncGenerator[Chunk, None]:
        started, error, failed = time.perf_counter(), "Cancelled", None
        trial = link.breaker.begin()
        try:
            async with aclosing(link.model.stream(prompt)) as chunks:
                limit = self._silence_limit(link, deadline)
                while (chunk := await _next(chunks, limit)) is not None:
                    if chunk.text:
                        limit = deadline
                    if chunk.completion is not None:
                        error, failed = "", False
                    yield chunk
        except ModelError as raised:
            error, failed = type(raised).__name__, _counts(raised)
            logger.warning("model_failed", model=link.model.name, error=error, permanent=raised.permanent)
            raise
        finally:
            link.breaker.end(trial, failed=failed)
            ms = round((time.perf_counter() - started) * 1000, 1)
            attempts.append({"model": link.model.name, "error": error, "ms": ms})

    def _silence_limit(self, link: _Link, deadline: float) -> float:
        later = self._links[self._links.index(link) + 1 :]
        if not any(other.breaker.admits for other in later):
            return deadline
        now = asyncio.get_running_loop().time()
        return now + (deadline - now) * _SHARE


async def _next(chunks: AsyncGenerator[Chunk, None], limit: float) -> Chunk | None:
    try:
        async with asyncio.timeout_at(limit):
            return await anext(chunks, None)
    except TimeoutError:
        raise ModelUnavailable("no answer in time") from None


def _counts(error: ModelError) -> bool | None:
    """Whether an error speaks against the model; a full one and a long prompt say nothing."""
    if isinstance(error, ModelRefused):
        return False
    return None if isinstance(error, ContextTooLong | ModelOverloaded) else True


def _summary(errors: Sequence[ModelError]) -> ModelError:
    if len(errors) == 1:
        return errors[0]
    if not errors:
        return ModelUnavailable("every model is paused after its failures")
    names = ", ".join(type(error).__name__ for error in errors)
    summary = ModelUnavailable(f"no model answered: {names}", permanent=all(e.permanent for e in errors))
    summary.__cause__ = errors[-1]
    return summary
