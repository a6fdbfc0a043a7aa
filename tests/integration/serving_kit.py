"""What the tests of serving stand on: the bakery's turns over a real Redis, in the console or in Telegram."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from redis.asyncio import Redis

from bot.delivery.channel import Channel
from bot.delivery.console_channel import ConsoleChannel, ConsoleEvent, ConsoleReader
from bot.delivery.delivery import Delivery
from bot.dialogue.hearing import Hearing
from bot.dialogue.serving import TurnPolicy, TurnServer
from bot.dialogue.speaking import Speaking, Voice
from bot.domain import ChannelName, ChatRef, TurnRecord, Utterance, UtteranceKind
from bot.memory.dialogue import DialogueMemory
from bot.memory.voice_wishes import VoiceWishes
from bot.queue.cancellations import Cancellations
from bot.queue.inbox import Inbox
from bot.queue.notes import Notes
from bot.recordings import AudioKind, AudioRef
from tests.assistants import SpokenModel, assistant_of, bakery

CHAT = ChatRef(channel=ChannelName.CONSOLE, chat_id="me")
TELEGRAM_CHAT = ChatRef(channel=ChannelName.TELEGRAM, chat_id="7")

_numbers = itertools.count(1)


@dataclass(kw_only=True)
class Desk:
    """One worker's service with what it stands on; `serve` does what the chat's next RQ job would."""

    redis: Redis
    prefix: str
    model: SpokenModel
    channels: Mapping[ChannelName, Channel] = field(default_factory=dict)
    policy: Mapping[str, Any] = field(default_factory=dict)
    chat: ChatRef = CHAT
    patience_s: float = 3.0
    hears_within_s: float = 10.0
    shows_transcript: bool = False
    voice: Voice | None = None
    server: TurnServer = field(init=False)
    inbox: Inbox = field(init=False)
    cancellations: Cancellations = field(init=False)

    def __post_init__(self) -> None:
        tenant, texts, _ = bakery()
        console = ConsoleChannel(self.redis, prefix=self.prefix)
        channels = {ChannelName.CONSOLE: console, **self.channels}
        policy: dict[str, Any] = {
            "tenant": "bakery",
            "burst_window_s": 0.0,
            "notice_after_s": 30.0,
            "deadline_s": 30.0,
            "turns_per_minute": 100,
            "own_phones": tenant.phones,
            **self.policy,
        }
        self.inbox = Inbox(self.redis, prefix=self.prefix)
        self.cancellations = Cancellations(self.redis, prefix=self.prefix)
        self.server = TurnServer(
            inbox=self.inbox,
            assistant=assistant_of(self.model),
            memory=DialogueMemory(self.redis, 800, 3600, prefix=self.prefix),
            delivery=Delivery(
                self.redis, channels, prefix=self.prefix, patience_s=self.patience_s, settle_s=0.02
            ),
            texts=texts,
            policy=TurnPolicy(**policy),
            cancellations=self.cancellations,
            hearing=Hearing(
                notes=Notes(self.redis, prefix=self.prefix),
                texts=texts,
                patience_s=self.hears_within_s,
                own_phones=tenant.phones,
                shows_transcript=self.shows_transcript,
            ),
            speaking=Speaking(
                wishes=VoiceWishes(self.redis, prefix=self.prefix), texts=texts, voice=self.voice
            ),
            worker="w",
        )

    async def hear(
        self,
        text: str,
        kind: UtteranceKind = UtteranceKind.TEXT,
        *,
        ago_s: float = 0.0,
        detail: str = "",
        audio: AudioRef | None = None,
    ) -> Utterance:
        utterance = Utterance(
            update_id=str(next(_numbers)),
            chat=self.chat,
            person_id=self.chat.chat_id,
            kind=kind,
            text=text,
            detail=detail,
            audio=audio,
            received_at=datetime.now(UTC) - timedelta(seconds=ago_s),
        )
        await self.inbox.accept(utterance)
        return utterance

    async def hear_note(
        self, file_id: str = "f", *, duration_s: float | None = 3.0, text: str = ""
    ) -> Utterance:
        audio = AudioRef(file_id=file_id, kind=AudioKind.VOICE, duration_s=duration_s)
        return await self.hear(text, UtteranceKind.VOICE, audio=audio)

    async def serve(self) -> None:
        await self.server.serve(self.chat.key)

    async def events(self) -> list[ConsoleEvent]:
        """Everything that the console was ever shown, in order."""
        return await ConsoleReader(self.redis, self.chat, prefix=self.prefix).read(wait_s=0.05)

    async def answers(self) -> list[str]:
        return [event.text for event in await self.events() if event.final]

    async def records(self) -> list[TurnRecord]:
        """The turns logged so far."""
        entries: Any = await self.redis.xrange(f"{self.prefix}:turnlog")
        return [TurnRecord.from_json(fields[b"record"]) for _, fields in entries]
