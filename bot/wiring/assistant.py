"""The assistant of one tenant, for whoever asks it."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, lru_cache, partial
from pathlib import Path

import structlog

from bot.computing.hours import HoursSource
from bot.computing.sources import computing_sources
from bot.dialogue.answering import Assistant
from bot.dialogue.caching import AnswerCache, Repeats
from bot.dialogue.checking import DraftChecks
from bot.dialogue.clarifying import Clarifier
from bot.dialogue.consulting import Consultant
from bot.dialogue.finding import Finder
from bot.dialogue.guarding import Entrance
from bot.dialogue.prompting import build_prompts, public_facts
from bot.dialogue.verifying import Verifier
from bot.dialogue.writing import Writer
from bot.domain import Audience, Passage
from bot.findings import Source
from bot.guard.forbidden import ForbiddenTopic, ForbiddenTopics
from bot.guard.injection import neutralise
from bot.guard.off_topic import OffTopic, Vocabulary, vocabulary_of
from bot.guard.proper_names import ProductNames, proper_terms
from bot.guard.resemblance import Resemblance
from bot.knowledge.embedding import KeptVectors, SentenceEncoder, open_sentence_encoder
from bot.knowledge.passage_index import PassageIndex
from bot.language.lemmas import Lemmatiser
from bot.llm.chain import ModelChain
from bot.people.changes.changing import InForce
from bot.people.changes.topics import read_topic
from bot.settings import Settings
from bot.tenant import Tenant
from bot.tenant.tariffs import Tariffs
from bot.texts.catalogue import Texts
from bot.understanding.products import ProductLabels
from bot.understanding.understanding import Reader
from bot.wiring.models import build_sampling

log = structlog.get_logger()


def build_assistant(
    tenant: Tenant,
    texts: Texts,
    models: ModelChain,
    settings: Settings,
    *,
    tables: Sequence[Source] = (),
    cache: AnswerCache | None = None,
    in_force: InForce = InForce(),  # noqa: B008  frozen
) -> Assistant:
    """`tables`: the sources that need the database (`bot.wiring.stock`)."""
    return AssistantParts(tenant, texts, settings, tables=tables, cache=cache).assemble(models, in_force)


def _no_sources(_: Tenant) -> Sequence[Source]:
    return ()


class AssistantParts:
    """What takes long to build of a tenant's folder; what admins change is laid over it quickly."""

    def __init__(
        self,
        tenant: Tenant,
        texts: Texts,
        settings: Settings,
        *,
        tables: Sequence[Source] = (),
        by_hours: Callable[[Tenant], Sequence[Source]] = _no_sources,
        cache: AnswerCache | None = None,
    ) -> None:
        """`by_hours`: those of the other sources that go by the working hours."""
        self._tenant = tenant
        self._texts = texts
        self._settings = settings
        self._tables = (*computing_sources(tenant, texts), *tables)
        self._by_hours = by_hours
        self._cache = cache
        self._index = build_index(tenant, settings)
        self._reader = Reader(build_product_labels(tenant))
        self._clarifier = Clarifier(Lemmatiser(tenant.lexicon), texts)
        self._off_topic = OffTopic(_vocabulary_of(tenant))
        self._products = ProductNames(_proper_names(tenant))
        self._prompts = build_prompts(tenant, build_sampling(settings))
        self._resemblances = lru_cache(maxsize=1)(partial(_resemblance, tenant, settings))
        self._lists = lru_cache(maxsize=1)(ForbiddenTopics)

    def assemble(self, models: ModelChain, in_force: InForce) -> Assistant:
        """An assistant that goes by these changes, whatever becomes of them later. Blocks."""
        tenant = in_force.hours.over(self._tenant)
        listed = in_force.topics.over(self._tenant.forbidden)
        topics = tuple(map(read_topic, listed))
        forbidden = self._lists(topics)
        checks = DraftChecks(forbidden=forbidden, public=[public_facts(tenant)], products=self._products)
        sources = [
            *self._by_hours(tenant),
            *self._tables,
            HoursSource(tenant, self._texts),
        ]
        within_s = self._settings.local.model_phrases_within_s
        prompts = self._prompts
        return Assistant(
            reader=self._reader,
            finder=Finder(self._index, sources),
            consultant=Consultant(models, prompts, sources),
            verifier=Verifier(models, prompts, within_s=within_s * 0.75),
            clarifier=self._clarifier,
            writer=Writer(models, prompts, checks),
            checks=checks,
            texts=self._texts,
            entrance=Entrance(
                forbidden=forbidden,
                off_topic=self._off_topic,
                resembles=self._resemblances(tuple(one for topic in listed for one in topic.examples)),
            ),
            own_phones=tenant.phones,
            phrase_within_s=within_s,
            repeats=_repeats(
                self._cache, tenant, f"{tenant.name} {prompts.version} {models.name} {_digest(topics)}"
            ),
        )


def _resemblance(tenant: Tenant, settings: Settings, forbidden: Sequence[str]) -> Callable[[str], str] | None:
    """What tells by its meaning that a message is unwanted; None where there is no encoder."""
    encoder = _encoder() if settings.embeddings else None
    if encoder is None:
        return None
    kept = KeptVectors(encoder, _vectors_of(settings, f"{tenant.name}-guard"))
    own = [question for passage in _for_customers(tenant) for question in passage.questions]
    return Resemblance(kept.encode, own=own, forbidden=forbidden, encode_all=kept.encode_all).kind_of


def _proper_names(tenant: Tenant) -> dict[str, Sequence[str]]:
    """What the business's things are called, with the other names for each."""
    names: dict[str, Sequence[str]] = dict(proper_terms(tenant.lexicon))
    for column in tenant.stock.columns if tenant.stock is not None else ():
        names |= {value: others for value, others in column.values.items() if value.isascii()}
    return names


def _vocabulary_of(tenant: Tenant) -> Vocabulary:
    names = [name for term, others in tenant.lexicon.items() for name in (term, *others)]
    for column in tenant.stock.columns if tenant.stock is not None else ():
        names += [
            *column.names,
            *(name for value, others in column.values.items() for name in (value, *others)),
        ]
    names += [name for product in (tenant.tariffs or Tariffs()).products for name in product.names]
    return vocabulary_of(names, (_whole(passage) for passage in _for_customers(tenant)))


def _for_customers(tenant: Tenant) -> list[Passage]:
    return [passage for passage in tenant.passages if passage.audience is Audience.CUSTOMER]


def _whole(passage: Passage) -> str:
    return " ".join((*passage.heading, *passage.questions, passage.text))


def _repeats(cache: AnswerCache | None, tenant: Tenant, versions: str) -> Repeats | None:
    return None if cache is None else Repeats(cache, Lemmatiser(tenant.lexicon).all_lemmas, versions)


def _digest(topics: Sequence[ForbiddenTopic]) -> str:
    """Changes with the owner's list: what was written under another one has to be checked anew."""
    return hashlib.sha256(repr(topics).encode()).hexdigest()[:12]


def product_names(tenant: Tenant) -> dict[str, Sequence[str]]:
    """The products that the tenant computes or has in its table, each with what people call it.

    Of a table they are the values of its first column that lists any.
    """
    products: dict[str, Sequence[str]] = {
        product.title["ru"]: product.names for product in (tenant.tariffs or Tariffs()).products
    }
    columns = tenant.stock.columns if tenant.stock is not None else ()
    kinds = next((column.values for column in columns if column.values), {})
    return products | dict(kinds)


def build_product_labels(tenant: Tenant) -> ProductLabels:
    """Knows them by the tenant's own texts."""
    return ProductLabels(product_names(tenant), [_whole(passage) for passage in _for_customers(tenant)])


def build_index(tenant: Tenant, settings: Settings) -> PassageIndex:
    """What finds the passages, also where that alone is measured."""
    encoder = _encoder() if settings.embeddings else None
    folder = _vectors_of(settings, tenant.name)
    passages = [_as_data(passage) for passage in tenant.passages]
    kept = None if encoder is None else KeptVectors(encoder, folder)
    return PassageIndex(passages, tenant.lexicon, embedder=kept)


def has_vectors(settings: Settings, tenant: str) -> bool:
    """Whether an index of this tenant was built before, so that only what is new has to be computed."""
    return any(_vectors_of(settings, tenant).glob("*"))


def _vectors_of(settings: Settings, tenant: str) -> Path:
    return settings.data_dir / "vectors" / tenant


@cache
def _encoder() -> SentenceEncoder | None:
    """One for the whole process, for it takes 130 MB."""
    return open_sentence_encoder()


def _as_data(passage: Passage) -> Passage:
    """A passage without what speaks to the assistant instead of a reader."""
    neutral = neutralise(passage.text)
    if not neutral.dropped:
        return passage
    log.warning("orders_in_a_document", passage=passage.passage_id, number=len(neutral.dropped))
    return replace(passage, text=neutral.text)
