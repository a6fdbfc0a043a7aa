"""A question to a language model, how it is asked, and what the scripted server answers."""

from collections.abc import Callable

from pydantic import SecretStr

from bot.llm.model import ChatModel, Chunk, Message, ModelTraits, Prompt
from bot.llm.openai_model import OpenAIModel
from bot.llm.pricing import Prices
from tests.fakes.model import Reply, Rule, ScriptedModel

TRAITS = ModelTraits(composes=True, context_tokens=8_000, calls_tools=True)
PROMPT = Prompt(
    messages=(
        Message(role="system", content="Ты помощник."),
        Message(role="user", content="Во сколько вы открываетесь?"),
    )
)


def openai_at(base_url: str | Callable[[], str], timeout_s: float = 5.0) -> OpenAIModel:
    return OpenAIModel(
        name="openai",
        model="gpt-4o-mini",
        base_url=base_url,
        api_key=SecretStr("sk-secret"),
        traits=TRAITS,
        prices=Prices(prompt_per_million=1_000_000, completion_per_million=2_000_000),
        timeout_s=timeout_s,
    )


def answer_with(server: ScriptedModel, **reply: object) -> None:
    server.script.replace([Rule(reply=Reply(**reply))])  # type: ignore[arg-type]


async def read(model: ChatModel, prompt: Prompt = PROMPT) -> list[Chunk]:
    return [chunk async for chunk in model.stream(prompt)]
