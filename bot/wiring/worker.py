"""What a worker's jobs need."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.delivery.delivery import Delivery
from bot.dialogue.answering import Assistant
from bot.dialogue.hearing import Hearing
from bot.dialogue.live import Assemble, LiveAssistant
from bot.dialogue.serving import TurnPolicy, TurnServer
from bot.dialogue.suggesting import Suggesting
from bot.knowledge.live import LiveKnowledge
from bot.language.dictionary import readings_kept_in
from bot.llm.chain import ModelChain
from bot.llm.model import Message, Prompt
from bot.memory.answers import RedisAnswerCache
from bot.memory.dialogue import DialogueMemory
from bot.memory.summary import ChosenSummariser, ExtractiveSummariser, ModelSummariser, Summariser
from bot.people.actions.words import ActionSource
from bot.people.changes.changing import Changes, InForce
from bot.people.clockwork.jobs import DutyRunner
from bot.people.ratings.thumbs import Thumbs
from bot.queue.cancellations import Cancellations
from bot.queue.inbox import Inbox
from bot.queue.notes import Notes
from bot.settings import Settings
from bot.store.engine import database_url, open_engine
from bot.store.job_runs import JobRunStore
from bot.store.turn_log import TurnLog
from bot.store.turns import TurnStore
from bot.tenant import Tenant, find_tenant
from bot.wiring import TENANTS, build_inbox, build_texts, open_redis
from bot.wiring.assistant import AssistantParts, has_vectors
from bot.wiring.channels import open_channels
from bot.wiring.duties import build_duties
from bot.wiring.models import Models, build_sampling
from bot.wiring.outgoings import build_outgoings
from bot.wiring.people import build_around, open_people
from bot.wiring.recordings import hears
from bot.wiring.speaking import build_speaking
from bot.wiring.stock import build_refresher, build_tables
from bot.wiring.upkeep import process_duties


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerServices:
    """What a worker's jobs need, open for as long as the worker runs."""

    turns: TurnServer
    turn_log: TurnLog
    cancellations: Cancellations
    inbox: Inbox
    thumbs: Thumbs
    duties: DutyRunner
    """What the clock wants done, by name."""


@asynccontextmanager
async def open_worker_services(settings: Settings) -> AsyncIterator[WorkerServices]:
    """Open everything a worker needs, and close it in the reverse order. Raises TenantError."""
    async with AsyncExitStack() as stack:
        redis = open_redis(settings)
        stack.push_async_callback(redis.aclose)
        models = Models(settings, redis)
        stack.push_async_callback(models.close)
        engine = open_engine(database_url(settings.database_url, settings.data_dir))
        stack.callback(engine.dispose)
        live = await asyncio.to_thread(_live_assistant, settings, models, engine, redis)
        ripening = asyncio.create_task(live.ripen())
        stack.callback(ripening.cancel)
        channels = await stack.enter_async_context(open_channels(settings, redis))
        tenant = live.knowledge.tenant
        inbox = build_inbox(settings, redis)
        cancellations = Cancellations(redis)
        texts = build_texts(tenant, settings)
        delivery = Delivery(redis, channels)
        people = open_people(
            settings, live, texts, redis=redis, engine=engine, inbox=inbox, delivery=delivery
        )
        duties = {
            **build_duties(people),
            **process_duties(inbox, build_refresher(settings, tenant, engine)),
        }
        speaking = build_speaking(settings, tenant, texts, redis)
        stack.push_async_callback(speaking.close)
        summariser = _summariser(settings, models, people.changes)
        memory = DialogueMemory(redis, settings.memory_tokens, settings.memory_ttl_s, summariser=summariser)
        assistant = LiveAssistant(live, people.changes.in_force)
        suggesting = Suggesting(assistant, people.handoffs, people.suggestions)
        stack.push_async_callback(suggesting.close)
        turns = TurnServer(
            inbox=inbox,
            assistant=assistant,
            memory=memory,
            delivery=delivery,
            texts=texts,
            policy=_policy(settings, tenant),
            cancellations=cancellations,
            hearing=Hearing(
                notes=Notes(redis),
                texts=texts,
                patience_s=settings.voice.wait_s,
                own_phones=tenant.phones,
                shows_transcript=settings.voice.show_transcript,
            ),
            speaking=speaking,
            worker=f"{socket.gethostname()}:{os.getpid()}",
            outgoings=build_outgoings(people, memory),
            around=build_around(people, suggesting),
        )
        yield WorkerServices(
            turns=turns,
            turn_log=TurnLog(redis, TurnStore(engine)),
            cancellations=cancellations,
            inbox=inbox,
            thumbs=people.closing.thumbs,
            duties=DutyRunner(duties, JobRunStore(engine, tenant.name)),
        )


def _live_assistant(
    settings: Settings, models: Models, engine: Engine, redis: Redis
) -> LiveKnowledge[Assemble]:
    """The assistant of the folder as it is at any time. Blocks while the folder is read."""

    def build(tenant: Tenant, settings: Settings = settings) -> Assemble:
        texts = build_texts(tenant, settings)
        tables = build_tables(settings, tenant, engine, texts)
        for table in tables:
            table.load()

        def wishes(tenant: Tenant) -> tuple[ActionSource]:
            return (ActionSource(tenant, texts, tables[0].table if tables else None),)

        cache = _answer_cache(settings, redis)
        parts = AssistantParts(tenant, texts, settings, tables=tables, by_hours=wishes, cache=cache)

        def assemble(in_force: InForce) -> Assistant:
            return parts.assemble(models.chain(in_force.model), in_force)

        assemble(InForce())  # while nobody waits for it
        return assemble

    folder = find_tenant(settings.tenant, TENANTS)
    with readings_kept_in(settings.data_dir / "readings" / f"{folder.name}.json"):
        by_words = settings.model_copy(update={"embeddings": False})
        # computing all vectors takes half a minute; until then words alone find
        is_first = settings.embeddings and not has_vectors(settings, folder.name)
        return LiveKnowledge(folder, build, at_first=partial(build, settings=by_words) if is_first else None)


def _answer_cache(settings: Settings, redis: Redis) -> RedisAnswerCache | None:
    return RedisAnswerCache(redis, settings.answer_cache_ttl_s) if settings.answer_cache_ttl_s else None


def _summariser(settings: Settings, models: Models, changes: Changes) -> Summariser:
    """Of the model that answers at that moment: one that only phrases retells nothing."""
    extractive = ExtractiveSummariser(settings.memory_tokens // 4)

    async def choose() -> Summariser:
        chain = models.chain((await changes.in_force()).model)
        return ModelSummariser(partial(ask, chain), extractive) if chain.traits.composes else extractive

    async def ask(chain: ModelChain, system: str, text: str) -> str:
        messages = (Message(role="system", content=system), Message(role="user", content=text))
        completion = await chain.complete(Prompt(messages=messages, sampling=build_sampling(settings)))
        return completion.text

    return ChosenSummariser(choose)


def _policy(settings: Settings, tenant: Tenant) -> TurnPolicy:
    return TurnPolicy(
        tenant=tenant.name,
        burst_window_s=settings.burst_window_s,
        notice_after_s=settings.notice_after_s,
        deadline_s=settings.turn_deadline_s,
        turns_per_minute=settings.turns_per_minute,
        own_phones=tenant.phones,
        shows_sources=tenant.shows_sources,
        hears=hears(settings),
    )
