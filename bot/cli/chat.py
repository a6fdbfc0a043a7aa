"""`python -m bot chat`: a conversation in the terminal, through the same inbox, queue and worker."""

import asyncio
import getpass
import secrets
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from prompt_toolkit import PromptSession
from prompt_toolkit.patch_stdout import patch_stdout
from redis.exceptions import RedisError

from bot.cli.run import run as start_all
from bot.delivery.console_channel import ConsoleEvent, ConsoleReader
from bot.domain import COMMANDS, ChannelName, ChatRef, Utterance, UtteranceKind
from bot.embedded.supervisor import read_service_pids
from bot.errors import SettingsError
from bot.queue.inbox import Inbox
from bot.settings import Settings
from bot.texts.catalogue import DEFAULT_LANGUAGE, Text, Texts
from bot.understanding.commands import command_in_words
from bot.wiring import build_inbox, build_texts, load_configured_tenant, open_redis

_GREEN, _GREY, _PLAIN = "\x1b[32m", "\x1b[90m", "\x1b[0m"
_TOOLBAR_CHARACTERS = 300
_REDIS_ANSWERS_WITHIN_S = 5.0


def run(settings: Settings) -> int:
    """Talk to the assistant that runs already; where none does, start one for the conversation."""
    if settings.redis_url is not None or "supervisor" in read_service_pids(settings.data_dir):
        return asyncio.run(_talk_if_redis_answers(settings))
    return start_all(settings, chat=talk, always_chat=True)


async def _talk_if_redis_answers(settings: Settings) -> int:
    """Raises SettingsError instead of letting a person type into the void."""
    redis = open_redis(settings, connections=1)
    try:
        async with asyncio.timeout(_REDIS_ANSWERS_WITHIN_S):
            await redis.ping()
    except (RedisError, TimeoutError) as error:
        # The cause is left out: it may quote the address, and that a password.
        raise SettingsError(f"REDIS_URL: no Redis answers there ({type(error).__name__})") from None
    finally:
        await redis.aclose()
    return await talk(settings)


async def talk(settings: Settings) -> int:
    """Talk until end of input. The processes that answer must run already, or start soon."""
    texts = build_texts(load_configured_tenant(settings), settings)
    redis = open_redis(settings, connections=8)
    chat = ChatRef(channel=ChannelName.CONSOLE, chat_id=f"{_user_name()}-{secrets.token_hex(4)}")
    conversation = Conversation(build_inbox(settings, redis), ConsoleReader(redis, chat), chat)
    try:
        if sys.stdin.isatty():
            await _talk_in_terminal(conversation, texts)
        else:
            await _talk_by_lines(conversation)
    finally:
        await redis.aclose()
    return 0


class Conversation:
    """Puts lines into the inbox and hands out what comes back."""

    def __init__(self, inbox: Inbox, reader: ConsoleReader, chat: ChatRef) -> None:
        self._inbox = inbox
        self._reader = reader
        self._chat = chat

    async def say(self, line: str) -> None:
        kind = COMMANDS.get(line.split(" ")[0].lower()) or command_in_words(line) or UtteranceKind.TEXT
        utterance = Utterance(
            update_id=secrets.token_hex(8),
            chat=self._chat,
            person_id=self._chat.chat_id,
            person_name=_user_name(),
            kind=kind,
            text=line,
            received_at=datetime.now(UTC),
        )
        await self._inbox.accept(utterance)

    async def events(self) -> AsyncIterator[ConsoleEvent]:
        async for event in self._reader:
            yield event


async def _talk_in_terminal(conversation: Conversation, texts: Texts) -> None:
    """Type at any time, also while an answer is growing: it is shown below the line until it is whole."""
    growing = ""
    print(f"{_GREY}{texts.say(Text.CONSOLE_HELLO, DEFAULT_LANGUAGE)}{_PLAIN}")
    session: PromptSession[str] = PromptSession(
        "> ", bottom_toolbar=lambda: growing or None, refresh_interval=0.25
    )

    async def show() -> None:
        nonlocal growing
        async for event in conversation.events():
            growing = "" if event.final else " ".join(event.text.split())[-_TOOLBAR_CHARACTERS:]
            if event.final:
                print(f"{_GREEN}{event.text}{_PLAIN}\n")

    await conversation.say("/start")
    with patch_stdout(raw=True):
        showing = asyncio.create_task(show())
        try:
            while True:
                line = (await session.prompt_async()).strip()
                if line:
                    await conversation.say(line)
        except (EOFError, KeyboardInterrupt):
            print(texts.say(Text.CONSOLE_BYE, DEFAULT_LANGUAGE))
        finally:
            showing.cancel()
            await asyncio.wait([showing])


async def _talk_by_lines(conversation: Conversation) -> None:
    """Without a terminal: each line of input is answered before the next one is read."""
    events = conversation.events()
    while line := await asyncio.to_thread(sys.stdin.readline):
        if not line.strip():
            continue
        await conversation.say(line.strip())
        async for event in events:
            if event.final:
                print(event.text, flush=True)
                break


def _user_name() -> str:
    try:
        return getpass.getuser().replace(":", "-")
    except (KeyError, OSError):  # a container's user may have no name
        return "guest"
