"""The assistant of one tenant, for whoever asks it."""

import hashlib

from bot.dialogue.answering import Assistant
from bot.dialogue.prompting import build_prompts, public_facts
from bot.guard.forbidden import ForbiddenTopic, ForbiddenTopics
from bot.knowledge.passage_index import PassageIndex
from bot.language.lemmas import Lemmatiser
from bot.llm.chain import ModelChain
from bot.settings import Settings
from bot.tenant import Tenant
from bot.texts.catalogue import Texts
from bot.wiring.models import build_sampling


def build_assistant(tenant: Tenant, texts: Texts, models: ModelChain, settings: Settings) -> Assistant:
    topics = [
        ForbiddenTopic(name=topic.name, words=topic.words, phrases=topic.phrases, patterns=topic.patterns)
        for topic in tenant.forbidden
    ]
    return Assistant(
        index=PassageIndex(tenant.passages, tenant.lexicon),
        models=models,
        prompts=build_prompts(tenant, build_sampling(settings)),
        texts=texts,
        forbidden=ForbiddenTopics(topics, Lemmatiser({}).all_lemmas),
        public=[public_facts(tenant)],
        knowledge=_version_of(tenant),
        own_phones=tenant.phones,
        phrase_within_s=settings.local.model_phrases_within_s,
    )


def _version_of(tenant: Tenant) -> str:
    passages = [(passage.passage_id, passage.text) for passage in tenant.passages]
    return hashlib.sha256(repr(passages).encode()).hexdigest()[:12]
