"""An assistant of the bakery over models that say what a test tells them to."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from bot.dialogue.answering import Assistant, Question
from bot.domain import Answer, Recollection, Remark, Speaker, Usage
from bot.errors import ModelError
from bot.llm.chain import ModelChain
from bot.llm.model import Chunk, Completion, ModelTraits, Prompt
from bot.settings import Settings
from bot.tenant import Tenant, load_tenant
from bot.texts.catalogue import Texts
from bot.wiring import build_texts
from bot.wiring.assistant import build_assistant

BAKERY = Path(__file__).parent / "fixtures" / "tenants" / "bakery"
BREAD = "Когда хлеб свежий?"
STORED = "Свежий хлеб в 9:00 и в 15:00."
"""What the bakery's FAQ says to `BREAD`."""
NOWHERE = "Берёте ли вы стажёров на кассу?"
"""Nothing that is stored answers it."""

Piece = str | ModelError | asyncio.Event
Reply = Piece | tuple[Piece, ...]


class SpokenModel:
    """A ChatModel with a reply for each call, the last one for all further calls.

    A tuple is a stream in pieces; an error is raised where it stands, an event is waited for.
    """

    def __init__(self, *replies: Reply, composes: bool = True, name: str = "spoken") -> None:
        self._replies = list(replies)
        self._name = name
        self.traits = ModelTraits(composes=composes, context_tokens=8_000, calls_tools=False)
        self.asked: list[Prompt] = []
        self.was_asked = asyncio.Event()

    @property
    def name(self) -> str:
        return self._name

    async def complete(self, prompt: Prompt) -> Completion:
        raise NotImplementedError

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
        self.asked.append(prompt)
        self.was_asked.set()
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        pieces = reply if isinstance(reply, tuple) else (reply,)
        said = ""
        for piece in pieces:
            if isinstance(piece, ModelError):
                raise piece
            if isinstance(piece, asyncio.Event):
                await piece.wait()
                continue
            said += piece
            yield Chunk(text=piece)
        usage = Usage(prompt_tokens=10, completion_tokens=2, cost=0.5)
        yield Chunk(
            completion=Completion(text=said, model=f"{self._name}-1", finish_reason="stop", usage=usage)
        )

    async def close(self) -> None: ...

    @property
    def last_prompt(self) -> str:
        return "\n".join(message.content for message in self.asked[-1].messages)


def phrasing(*replies: Reply) -> SpokenModel:
    """A model that only phrases what is stored."""
    return SpokenModel(*replies, composes=False)


def bakery(**changes: object) -> tuple[Tenant, Texts, Settings]:
    settings = Settings.model_validate({"tenant": str(BAKERY), "embeddings": False, **changes})
    tenant = load_tenant(BAKERY)
    return tenant, build_texts(tenant, settings), settings


def assistant_of(*models: SpokenModel, **changes: object) -> Assistant:
    tenant, texts, settings = bakery(**changes)
    return build_assistant(tenant, texts, ModelChain(models), settings)


def ask(text: str, *before: str, language: str = "ru") -> Question:
    """A question after others, each of which got some answer."""
    remarks: Sequence[Remark] = [
        Remark(speaker=speaker, text=said)
        for question in before
        for speaker, said in ((Speaker.CUSTOMER, question), (Speaker.ASSISTANT, "Да."))
    ]
    return Question(text=text, language=language, recollection=Recollection(remarks=tuple(remarks)))


def checks(answer: Answer) -> list[tuple[str, bool]]:
    """What the answer was checked for, and whether it passed."""
    return [(verdict.check, verdict.passed) for verdict in answer.verdicts]
