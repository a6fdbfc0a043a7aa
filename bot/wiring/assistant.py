"""The assistant of one tenant, for whoever asks it."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
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
) -> Assistant:
    """`tables`: the sources that need the database (`bot.wiring.stock`)."""
    topics = [
        ForbiddenTopic(name=topic.name, words=topic.words, phrases=topic.phrases, patterns=topic.patterns)
        for topic in tenant.forbidden
    ]
    forbidden = ForbiddenTopics(topics)
    checks = DraftChecks(
        forbidden=forbidden, public=[public_facts(tenant)], products=ProductNames(_proper_names(tenant))
    )
    sources = [*computing_sources(tenant, texts), *tables, HoursSource(tenant, texts)]
    prompts = build_prompts(tenant, build_sampling(settings))
    return Assistant(
        reader=Reader(build_product_labels(tenant)),
        finder=Finder(build_index(tenant, settings), sources),
        consultant=Consultant(models, prompts, sources),
        verifier=Verifier(models, prompts, within_s=settings.local.model_phrases_within_s * 0.75),
        clarifier=Clarifier(Lemmatiser(tenant.lexicon), texts),
        writer=Writer(models, prompts, checks),
        checks=checks,
        texts=texts,
        entrance=Entrance(
            forbidden=forbidden,
            off_topic=OffTopic(_vocabulary_of(tenant)),
            resembles=_resemblance(tenant, settings),
        ),
        own_phones=tenant.phones,
        phrase_within_s=settings.local.model_phrases_within_s,
        repeats=_repeats(cache, tenant, f"{tenant.name} {prompts.version} {models.name} {_digest(topics)}"),
    )


def _resemblance(tenant: Tenant, settings: Settings) -> Callable[[str], str] | None:
    """What tells by its meaning that a message is unwanted; None where there is no encoder."""
    encoder = _encoder() if settings.embeddings else None
    if encoder is None:
        return None
    kept = KeptVectors(encoder, _vectors_of(settings, f"{tenant.name}-guard"))
    own = [question for passage in _for_customers(tenant) for question in passage.questions]
    forbidden = [example for topic in tenant.forbidden for example in topic.examples]
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


def build_product_labels(tenant: Tenant) -> ProductLabels:
    """The products that the tenant computes or has in its table, learnt from its own texts.

    Of a table they are the values of its first column that lists any.
    """
    products = {product.title["ru"]: product.names for product in (tenant.tariffs or Tariffs()).products}
    columns = tenant.stock.columns if tenant.stock is not None else ()
    kinds = next((column.values for column in columns if column.values), {})
    products |= dict(kinds)
    return ProductLabels(products, [_whole(passage) for passage in _for_customers(tenant)])


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
