"""What measures the assistant of one tenant, and the configurations that are measured side by side."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from bot.domain import Audience, Passage
from bot.errors import SettingsError
from bot.evaluation.baselines import ModelAlone, NoModel
from bot.evaluation.independent_checker import IndependentChecker
from bot.evaluation.running import Answers, Examiner
from bot.guard.personal_data import mask
from bot.llm.chain import ModelChain
from bot.memory.in_process import InProcessMemory
from bot.settings import Provider, Settings
from bot.tenant import Tenant
from bot.wiring import build_texts
from bot.wiring.assistant import build_assistant, build_index
from bot.wiring.models import build_models, build_sampling
from bot.wiring.stock import opened_tables

ALONE = "model-alone"
NO_MODEL = "no-model"


@dataclass(frozen=True, kw_only=True, slots=True)
class Configuration:
    """One thing that is measured. `settings` name its model and no fallback."""

    name: str
    settings: Settings

    @property
    def needs_model(self) -> bool:
        return self.name != NO_MODEL

    @property
    def needs_local_model(self) -> bool:
        return self.needs_model and self.settings.needs_local_model


def configurations(settings: Settings, names: Sequence[str], *, baseline: bool) -> list[Configuration]:
    """One for each name, the configured model where none is given; with `baseline` its model alone beside it.

    A name is a provider, ``provider:model``, a model of the configured provider, ``model-alone`` or
    ``no-model``. Raises SettingsError for what cannot be asked.
    """
    found = [_configuration(settings, name) for name in names or (settings.provider,)]
    if baseline:
        found.append(Configuration(name=ALONE, settings=found[0].settings))
    return list({configuration.name: configuration for configuration in found}.values())


def _configuration(settings: Settings, name: str) -> Configuration:
    if name in (ALONE, NO_MODEL):
        return Configuration(name=name, settings=_with_model(settings, settings.provider, ""))
    provider, _, model = name.partition(":")
    if provider not in get_args(Provider):
        return Configuration(name=name, settings=_with_model(settings, settings.provider, name))
    return Configuration(name=name, settings=_with_model(settings, provider, model))


def _with_model(settings: Settings, provider: str, model: str) -> Settings:
    if provider == "local" and model:
        raise SettingsError(
            f"--model {model}: the local model is chosen by LOCAL_MODEL; name it as local, "
            "or another one as openai:NAME or gigachat:NAME"
        )
    chosen: dict[str, object] = {
        "llm": settings.llm.model_copy(update={"provider": provider, "fallback": ()})
    }
    if model:
        chosen[provider] = getattr(settings, provider).model_copy(update={"model": model})
    return settings.model_copy(update=chosen)


@asynccontextmanager
async def open_answers(configuration: Configuration, tenant: Tenant) -> AsyncIterator[Answers]:
    """The use case in this configuration, for as long as the block lasts."""
    settings = configuration.settings
    models = build_models(settings, None) if configuration.needs_model else ModelChain([NoModel()])
    try:
        if configuration.name == ALONE:
            yield ModelAlone(models, tenant, build_sampling(settings))
        else:
            texts = build_texts(tenant, settings)
            with opened_tables(settings, tenant, texts) as tables:
                yield build_assistant(tenant, texts, models, settings, tables=tables)
    finally:
        if configuration.needs_model:
            await models.close()


def build_examiner(tenant: Tenant, folder: Path, settings: Settings) -> Examiner:
    """`folder`: the tenant's, for the checker that reads it by itself."""
    index = build_index(tenant, settings)

    customers = tuple(passage for passage in tenant.passages if passage.audience is Audience.CUSTOMER)

    def search(question: str, limit: int, before: str) -> Sequence[Passage]:
        return [hit.passage for hit in index.search(question, limit, before=before)]

    return Examiner(
        checker=IndependentChecker(folder, _texts_of(customers), zone=tenant.zone),
        search=search,
        passages=customers,
        logged=lambda text: mask(text, keep=tenant.phones).text,
        memory=lambda: InProcessMemory(settings.memory_tokens, settings.memory_ttl_s),
    )


def _texts_of(passages: Iterable[Passage]) -> list[str]:
    return [passage.text for passage in passages]
