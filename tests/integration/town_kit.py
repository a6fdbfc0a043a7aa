"""A town: the real dispatcher, one worker and the clock in one process, over the fake Telegram, a real Redis
and a real database. People say things, tap buttons, and see screens.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.delivery.delivery import Delivery
from bot.dialogue.caching import AnswerCache
from bot.dialogue.hearing import Hearing
from bot.dialogue.live import Assemble, LiveAssistant
from bot.dialogue.serving import TurnPolicy, TurnServer
from bot.dialogue.speaking import Speaking
from bot.dialogue.suggesting import Suggesting
from bot.domain import ChannelName
from bot.domain.consents import Person
from bot.domain.moments import Now, utc_now
from bot.errors import AssistantError, LeaseLost
from bot.findings import Source
from bot.handlers.dispatcher import ALLOWED_UPDATES, build_bot, build_dispatcher
from bot.handlers.inbox import Acceptor
from bot.knowledge.live import LiveKnowledge
from bot.llm.chain import ModelChain
from bot.llm.model import ChatModel
from bot.memory.dialogue import DialogueMemory
from bot.memory.voice_wishes import VoiceWishes
from bot.people.actions.words import ActionSource
from bot.people.changes.models import ModelOptions
from bot.people.services import People
from bot.queue.cancellations import Cancellations
from bot.queue.inbox import Inbox
from bot.queue.notes import Notes
from bot.recordings import RecordingLimits
from bot.settings import Settings
from bot.store.sealing import Sealer
from bot.store.turn_log import TurnLog
from bot.store.turns import TurnStore
from bot.tenant import Tenant, load_tenant
from bot.wiring import build_texts
from bot.wiring.assistant import AssistantParts
from bot.wiring.basis import lay_basis
from bot.wiring.duties import build_duties
from bot.wiring.outgoings import build_outgoings
from bot.wiring.people import build_around, build_people
from bot.wiring.stock import build_stock_table
from tests.assistants import BAKERY, SpokenModel
from tests.fakes.telegram import FakeTelegram
from tests.integration.delivery_kit import open_channel, telegram_settings

KEY = Fernet.generate_key().decode()
TENANTS = Path(__file__).parents[2] / "tenants"
_QUIET_WITHIN_S = 20.0


@dataclass(kw_only=True)
class Town:
    """Open it with `open_town`. `folder` is the tenant's; `model` phrases what the tenant's texts say."""

    telegram: FakeTelegram
    redis: Redis
    prefix: str
    engine: Engine
    folder: Path = BAKERY
    model: SpokenModel = field(default_factory=lambda: SpokenModel("Да.", composes=False))
    models: ModelOptions | None = None
    """Among which admins may choose."""
    others: Mapping[str, ChatModel] = field(default_factory=dict)
    """What answers if a model is chosen, by provider; `model` is asked where nothing stands here."""
    cache: AnswerCache | None = None
    sources: Sequence[Source] = ()
    hears: bool = False
    asks_consent: bool = False
    """Whether people have yet to agree to the tenant's terms; else whoever says something has."""
    now: Now = utc_now
    settings: Settings = field(init=False)
    people: People = field(init=False)
    assistant: LiveAssistant = field(init=False)
    server: TurnServer = field(init=False)
    suggesting: Suggesting = field(init=False)
    inbox: Inbox = field(init=False)
    turn_log: TurnLog = field(init=False)
    serving: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    failures: list[AssistantError] = field(default_factory=list)
    """What the worker's jobs raised; `settle` raises the first."""
    is_open: bool = True

    def build(self, delivery: Delivery) -> None:
        """Wire it all as the processes do."""
        self.settings = Settings.model_validate({"tenant": str(self.folder), "embeddings": False})
        tenant = load_tenant(self.folder)
        texts = build_texts(tenant, self.settings)
        live = LiveKnowledge(self.folder, self._assemble, look_every_s=0)
        self.inbox = Inbox(self.redis, prefix=self.prefix)
        basis = lay_basis(
            tenant,
            texts,
            redis=self.redis,
            engine=self.engine,
            inbox=self.inbox,
            delivery=delivery,
            sealer=Sealer([KEY]),
            folder=self.folder,
            prefix=self.prefix,
            now=lambda: self.now(),
        )
        self.people = build_people(
            basis,
            stock=build_stock_table(self.settings, tenant, self.engine),
            models=self.models,
            tenant_now=live.tenant,
        )
        self.turn_log = TurnLog(self.redis, TurnStore(self.engine), prefix=self.prefix)
        memory = DialogueMemory(self.redis, 800, 3600, prefix=self.prefix)
        self.assistant = LiveAssistant(live, self.people.changes.in_force)
        self.suggesting = Suggesting(self.assistant, self.people.handoffs, self.people.suggestions)
        self.server = TurnServer(
            inbox=self.inbox,
            assistant=self.assistant,
            memory=memory,
            delivery=delivery,
            texts=texts,
            policy=TurnPolicy(
                tenant=tenant.name,
                burst_window_s=0.0,
                notice_after_s=30.0,
                deadline_s=30.0,
                turns_per_minute=1_000,
                own_phones=tenant.phones,
                hears=self.hears,
            ),
            cancellations=Cancellations(self.redis, prefix=self.prefix),
            hearing=Hearing(
                notes=Notes(self.redis, prefix=self.prefix),
                texts=texts,
                patience_s=5.0,
                own_phones=tenant.phones,
                shows_transcript=False,
            ),
            speaking=Speaking(wishes=VoiceWishes(self.redis, prefix=self.prefix), texts=texts, voice=None),
            worker="town",
            outgoings=build_outgoings(self.people, memory),
            around=build_around(self.people, self.suggesting),
        )

    def _assemble(self, tenant: Tenant) -> Assemble:
        """Built when it is first asked for."""
        texts = build_texts(tenant, self.settings)

        def wishes(tenant: Tenant) -> tuple[ActionSource]:
            return (ActionSource(tenant, texts, self.people.stock),)

        @cache
        def parts() -> AssistantParts:
            return AssistantParts(
                tenant, texts, self.settings, tables=self.sources, by_hours=wishes, cache=self.cache
            )

        return lambda in_force: parts().assemble(self.chain_of(in_force.model), in_force)

    def chain_of(self, chosen: str | None) -> ModelChain:
        return ModelChain([self.others.get(chosen or "", self.model)])

    async def say(self, chat_id: int, text: str, **where: object) -> str:
        """Somebody writes; returns the chat as they see it once everything is quiet again."""
        if not self.asks_consent:
            await self.agree(where.get("person_id") or chat_id)
        self.telegram.inject.message(chat_id, text, **where)  # type: ignore[arg-type]
        return await self.screen(chat_id)

    async def tap(self, chat_id: int, label: str, *, user_id: int | None = None) -> str:
        """Somebody presses the newest button that reads so, under a message or under the input field."""
        self.telegram.inject.press_text(chat_id, label, user_id=user_id)
        return await self.screen(chat_id)

    async def agree(self, user_id: object) -> None:
        """Somebody has agreed to the terms, if there are any."""
        if self.people.consents.terms is not None:
            person = Person(channel=ChannelName.TELEGRAM, external_id=str(user_id))
            await self.people.consents.give(person, keeps_summary=False)

    async def screen(self, chat_id: int) -> str:
        await self.settle()
        return self.telegram.screen(chat_id)

    async def do_duty(self, name: str) -> None:
        """What the clock would have a worker do now."""
        await build_duties(self.people)[name]()
        await self.settle()

    async def settle(self) -> None:
        """Return when every update was handled and every chat has been served."""
        async with asyncio.timeout(_QUIET_WITHIN_S):
            while True:
                await self.telegram.updates.emptied.wait()
                await self.suggesting.written()
                is_busy = self.serving or await self.redis.zcard(f"{self.prefix}:busy")
                if not is_busy and self.telegram.updates.emptied.is_set():
                    break
                if self.failures:
                    raise self.failures[0]
                await asyncio.sleep(0.005)
        await self.turn_log.drain()

    async def work(self) -> None:
        """Serve every chat that has something waiting, as a worker's jobs do, until it is cancelled."""
        while self.is_open:  # a cancellation alone may be lost within a call to Redis
            names: Any = await self.redis.zrange(f"{self.prefix}:busy", 0, -1)
            for chat_key in (name.decode() for name in names):
                if chat_key not in self.serving:
                    self.serving[chat_key] = serving = asyncio.create_task(self._serve(chat_key))
                    # not by the task itself: one that is cancelled before its first step does nothing
                    serving.add_done_callback(partial(self._served, chat_key))
            await asyncio.sleep(0.002)

    def _served(self, chat_key: str, serving: asyncio.Task[None]) -> None:
        del self.serving[chat_key]

    async def _serve(self, chat_key: str) -> None:
        try:
            with suppress(LeaseLost):  # as RQ's jobs do: the turn is somebody else's, or nobody's
                await self.server.serve(chat_key)
        except AssistantError as error:
            self.failures.append(error)


@asynccontextmanager
async def open_town(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, **options: object
) -> AsyncIterator[Town]:
    """`engine`: of a migrated database. `options` are fields of `Town`."""
    town = Town(telegram=telegram, redis=redis, prefix=prefix, engine=engine, **options)  # type: ignore[arg-type]
    async with open_channel(redis, telegram, prefix) as channel:
        delivery = Delivery(redis, {ChannelName.TELEGRAM: channel}, prefix=prefix, settle_s=0.02)
        town.build(delivery)

        async def refuse(_: object) -> None: ...

        acceptor = Acceptor(town.inbox, patience_s=None, refuse=refuse, seen=delivery.seen)
        limits = RecordingLimits(max_seconds=600, max_bytes=20_000_000) if town.hears else None
        dispatcher = build_dispatcher(acceptor, limits, town.people)
        polling = asyncio.create_task(
            dispatcher.start_polling(
                build_bot(telegram_settings(telegram)),
                handle_as_tasks=False,
                allowed_updates=ALLOWED_UPDATES,
                handle_signals=False,
            )
        )
        working = asyncio.create_task(town.work())
        try:
            yield town
        finally:
            town.is_open = False
            working.cancel()
            await town.suggesting.close()
            for task in list(town.serving.values()):
                task.cancel()
            await dispatcher.stop_polling()
            await asyncio.gather(polling, working, *town.serving.values(), return_exceptions=True)
