"""Telegram, by python-telegram-bot's ExtBot over the fast transport and the shared limiter."""

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Self, TypeVar

import structlog
from telegram import InputFile, LinkPreviewOptions, ReplyParameters
from telegram._utils.types import JSONDict
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError
from telegram.ext import ExtBot

from bot.delivery.channel import AT_ONCE, Admission, MessageGone, Post, Probe, Unclear
from bot.delivery.formatted import EntityKind, Formatted
from bot.delivery.limiter import Limiter
from bot.delivery.telegram_errors import GONE, UNREACHABLE, says, translated
from bot.delivery.telegram_keyboards import inline_of, markup_of
from bot.delivery.telegram_transport import (
    AiohttpRequest,
    NotTelegram,
    OddAnswer,
    SharedRateLimiter,
    UnknownMethod,
)
from bot.domain import ChatRef, CopyOf, Keyboard
from bot.recordings import SpokenNote
from bot.settings import TelegramSettings

log = structlog.get_logger()

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_MOST_ENTITIES = 100
"""Telegram ignores what comes after."""
_TOPIC_CHARACTERS = 128
_OPENED = ("http:", "https:", "tg:")
_NO_METHOD = ("unknown method", "method not found")

T = TypeVar("T")


class TelegramChannel:
    """Sends as one bot. Open it with `open`."""

    is_idempotent = False
    has_voice = True
    growth_interval_s = 1.5

    def __init__(self, bot: ExtBot[Admission], request: AiohttpRequest) -> None:
        self._bot = bot
        self._request = request
        self._has_drafts = True
        self._can_probe = True

    @classmethod
    async def open(cls, settings: TelegramSettings, limiter: Limiter) -> Self:
        """Connects to nobody yet, so that it works while Telegram is away. Needs a token."""
        if settings.bot_token is None:
            raise ValueError("TELEGRAM_BOT_TOKEN is missing")
        logging.getLogger("telegram").setLevel(logging.WARNING)  # below that it logs what people wrote
        proxy = settings.proxy.get_secret_value() if settings.proxy else None
        request = AiohttpRequest(timeout_s=settings.request_timeout_s, proxy=proxy)
        await request.initialize()
        base_url = settings.api_base_url.rstrip("/")
        bot = ExtBot(
            settings.bot_token.get_secret_value(),
            base_url=f"{base_url}/bot",
            base_file_url=f"{base_url}/file/bot",
            request=request,
            get_updates_request=request,
            rate_limiter=SharedRateLimiter(limiter),
        )
        return cls(bot, request)

    async def send(self, chat: ChatRef, post: Post, admission: Admission = AT_ONCE) -> int:
        reply = ReplyParameters(post.reply_to, allow_sending_without_reply=True) if post.reply_to else None

        async def send(entities: list[JSONDict]) -> int:
            message = await self._bot.send_message(
                int(chat.chat_id),
                post.body.text,
                api_kwargs={"entities": entities} if entities else None,
                reply_parameters=reply,
                link_preview_options=_NO_PREVIEW,
                reply_markup=markup_of(post.keyboard),
                message_thread_id=post.thread_id,
                rate_limit_args=admission,
            )
            return message.message_id

        async with translated():
            return await _plain_if_refused(post.body, send)

    async def edit(self, chat: ChatRef, message_id: int, post: Post, admission: Admission = AT_ONCE) -> None:
        async def edit(entities: list[JSONDict]) -> None:
            await self._bot.edit_message_text(
                post.body.text,
                chat_id=int(chat.chat_id),
                message_id=message_id,
                api_kwargs={"entities": entities} if entities else None,
                link_preview_options=_NO_PREVIEW,
                reply_markup=inline_of(post.keyboard),
                rate_limit_args=admission,
            )

        async with translated():
            try:
                await _plain_if_refused(post.body, edit)
            except BadRequest as error:
                if not says(error, "message is not modified"):
                    raise
            except UnknownMethod as error:  # nothing can be edited here, so the words go into a new message
                raise MessageGone(error.message, permanent=True) from error

    async def offer(
        self, chat: ChatRef, message_id: int, keyboard: Keyboard, admission: Admission = AT_ONCE
    ) -> None:
        """They come after the message, so that what is probed has the keyboard it was sent with."""
        markup = inline_of(keyboard)
        async with translated():
            try:
                await self._bot.edit_message_reply_markup(
                    int(chat.chat_id), message_id, reply_markup=markup, rate_limit_args=admission
                )
            except (BadRequest, UnknownMethod) as error:
                if not says(error, "message is not modified"):
                    log.info("telegram_without_buttons", reason=error.message)

    async def voice(self, chat: ChatRef, note: SpokenNote, admission: Admission = AT_ONCE) -> int:
        async with translated():
            message = await self._bot.send_voice(
                int(chat.chat_id),
                InputFile(note.content, filename="voice.ogg", attach=True),
                duration=round(note.duration_s),
                rate_limit_args=admission,
            )
        return message.message_id

    async def copy(self, chat: ChatRef, source: CopyOf, post: Post, admission: Admission = AT_ONCE) -> int:
        async with translated():
            copied = await self._bot.copy_message(
                int(chat.chat_id),
                int(source.chat_id),
                source.message_id,
                reply_markup=markup_of(post.keyboard),
                message_thread_id=post.thread_id,
                rate_limit_args=admission,
            )
        return copied.message_id

    async def file(
        self, chat: ChatRef, content: bytes, name: str, post: Post, admission: Admission = AT_ONCE
    ) -> int:
        async with translated():
            message = await self._bot.send_document(
                int(chat.chat_id),
                InputFile(content, filename=name, attach=True),
                caption=post.body.text or None,
                api_kwargs={"caption_entities": entities} if (entities := _entities(post.body)) else None,
                reply_markup=markup_of(post.keyboard),
                message_thread_id=post.thread_id,
                rate_limit_args=admission,
            )
        return message.message_id

    async def draft(
        self, chat: ChatRef, draft_id: int, body: Formatted, admission: Admission = AT_ONCE
    ) -> bool:
        if not (self._has_drafts and chat.private):
            return False

        async def draft(entities: list[JSONDict]) -> None:
            await self._bot.send_message_draft(
                int(chat.chat_id),
                draft_id,
                body.text,
                api_kwargs={"entities": entities} if entities else None,
                rate_limit_args=admission,
            )

        async with translated():
            try:
                await _plain_if_refused(body, draft)
            except (BadRequest, UnknownMethod) as error:
                if says(error, *UNREACHABLE):
                    raise
                log.info("telegram_without_drafts", reason=error.message)
                self._has_drafts = False
        return self._has_drafts

    async def withdraw(self, chat: ChatRef, message_id: int, admission: Admission = AT_ONCE) -> None:
        async with translated():
            try:
                await self._bot.delete_message(int(chat.chat_id), message_id, rate_limit_args=admission)
            except (BadRequest, UnknownMethod) as error:
                log.info("telegram_not_withdrawn", reason=error.message)

    async def open_topic(self, chat: ChatRef, name: str) -> int:
        async with translated():
            topic = await self._bot.create_forum_topic(
                int(chat.chat_id), name[:_TOPIC_CHARACTERS], rate_limit_args=AT_ONCE
            )
        return topic.message_thread_id

    async def erase_topic(self, chat: ChatRef, thread_id: int, name: str) -> None:
        async with translated():
            try:
                await self._bot.delete_forum_topic(int(chat.chat_id), thread_id, rate_limit_args=AT_ONCE)
            except (BadRequest, UnknownMethod) as error:
                log.info("telegram_topic_not_deleted", reason=error.message)
            else:
                return
            with suppress(BadRequest, UnknownMethod):
                await self._bot.edit_forum_topic(
                    int(chat.chat_id), thread_id, name=name[:_TOPIC_CHARACTERS], rate_limit_args=AT_ONCE
                )
                await self._bot.close_forum_topic(int(chat.chat_id), thread_id, rate_limit_args=AT_ONCE)

    async def typing(self, chat: ChatRef, *, speaking: bool = False) -> None:
        action = "record_voice" if speaking else "typing"
        async with translated():
            await self._bot.send_chat_action(
                int(chat.chat_id), action, rate_limit_args=Admission(optional=True)
            )

    async def probe(self, chat: ChatRef, message_id: int, keyboard: Keyboard | None = None) -> Probe:
        """A refusal tells nothing, even that of a closed chat: what is sent next will meet and tell it."""
        if not self._can_probe:
            return Probe.CANNOT_TELL
        async with translated():
            try:
                markup = inline_of(keyboard)
                await self._bot.edit_message_reply_markup(int(chat.chat_id), message_id, reply_markup=markup)
            except (BadRequest, UnknownMethod) as error:
                return self._read_refusal(error)
            except (Forbidden, ChatMigrated):
                return Probe.CANNOT_TELL
            except (NotTelegram, OddAnswer) as error:
                raise Unclear(error.message) from error
        return Probe.NOT_OURS  # it had another keyboard

    def _read_refusal(self, error: TelegramError) -> Probe:
        if says(error, "message is not modified"):
            return Probe.OURS
        if says(error, *GONE):
            return Probe.NOT_OURS
        if isinstance(error, UnknownMethod) or says(error, *_NO_METHOD):
            log.warning("telegram_without_probes", reason=error.message)
            self._can_probe = False
        return Probe.CANNOT_TELL

    async def close(self) -> None:
        await self._request.shutdown()


async def _plain_if_refused(body: Formatted, call: Callable[[list[JSONDict]], Awaitable[T]]) -> T:
    """Once more without entities if Telegram cannot read them: plain words are better than none."""
    entities = _entities(body)
    try:
        return await call(entities)
    except BadRequest as error:
        if not entities or not says(error, "entit"):
            raise
        log.warning("telegram_refused_entities", reason=error.message)
    return await call([])


def _entities(body: Formatted) -> list[JSONDict]:
    """Plain JSON, because python-telegram-bot's own objects cost as much as the request.

    Mail and telephone links are left to Telegram, which finds the addresses in the text by itself.
    """
    entities = []
    for entity in body.entities[:_MOST_ENTITIES]:
        if entity.kind is EntityKind.LINK and not entity.url.lower().startswith(_OPENED):
            continue
        value: JSONDict = {"type": entity.kind.value, "offset": entity.offset, "length": entity.length}
        if entity.url:
            value["url"] = entity.url
        if entity.language:
            value["language"] = entity.language
        entities.append(value)
    return entities
