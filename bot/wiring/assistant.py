"""The assistant of one tenant, for whoever asks it."""

from bot.computing.hours import HoursSource
from bot.computing.sources import computing_sources
from bot.dialogue.answering import Assistant
from bot.dialogue.caching import AnswerCache, Repeats
from bot.dialogue.checking import DraftChecks
from bot.dialogue.finding import Finder
from bot.dialogue.prompting import build_prompts, public_facts
from bot.dialogue.writing import Writer
from bot.guard.forbidden import ForbiddenTopic, ForbiddenTopics
from bot.knowledge.passage_index import PassageIndex
from bot.language.lemmas import Lemmatiser
from bot.llm.chain import ModelChain
from bot.settings import Settings
from bot.tenant import Tenant
from bot.tenant.tariffs import Tariffs
from bot.texts.catalogue import Texts
from bot.understanding.products import ProductLabels
from bot.understanding.understanding import Reader
from bot.wiring.models import build_sampling


def build_assistant(
    tenant: Tenant, texts: Texts, models: ModelChain, settings: Settings, cache: AnswerCache | None = None
) -> Assistant:
    topics = [
        ForbiddenTopic(name=topic.name, words=topic.words, phrases=topic.phrases, patterns=topic.patterns)
        for topic in tenant.forbidden
    ]
    forbidden = ForbiddenTopics(topics)
    checks = DraftChecks(forbidden=forbidden, public=[public_facts(tenant)])
    prompts = build_prompts(tenant, build_sampling(settings))
    return Assistant(
        reader=Reader(build_product_labels(tenant)),
        finder=Finder(build_index(tenant), [*computing_sources(tenant, texts), HoursSource(tenant, texts)]),
        writer=Writer(models, prompts, checks),
        checks=checks,
        texts=texts,
        forbidden=forbidden,
        own_phones=tenant.phones,
        phrase_within_s=settings.local.model_phrases_within_s,
        repeats=_repeats(cache, tenant, f"{tenant.name} {prompts.version} {models.name}"),
    )


def _repeats(cache: AnswerCache | None, tenant: Tenant, versions: str) -> Repeats | None:
    return None if cache is None else Repeats(cache, Lemmatiser(tenant.lexicon).all_lemmas, versions)


def build_product_labels(tenant: Tenant) -> ProductLabels:
    """The products that the tenant computes or has in its table, learnt from its own texts.

    Of a table they are the values of its first column that lists any.
    """
    products = {product.title["ru"]: product.names for product in (tenant.tariffs or Tariffs()).products}
    columns = tenant.stock.columns if tenant.stock is not None else ()
    kinds = next((column.values for column in columns if column.values), {})
    products |= dict(kinds)
    texts = [" ".join((*passage.heading, *passage.questions, passage.text)) for passage in tenant.passages]
    return ProductLabels(products, texts)


def build_index(tenant: Tenant) -> PassageIndex:
    """What finds the passages, also where that alone is measured."""
    return PassageIndex(tenant.passages, tenant.lexicon)
