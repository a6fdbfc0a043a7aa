"""What the customer sees of one turn, from the first sign of writing to the answer."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from redis.exceptions import RedisError

from bot.delivery.channel import Admission, Channel, MessageGone, NoSlot, Post
from bot.delivery.formatted import Formatted, first_part, split
from bot.delivery.formatting import render
from bot.delivery.growth import Growth
from bot.delivery.ledger import Ledger, Stale, State
from bot.delivery.sending import Sender
from bot.domain import Keyboard, Turn
from bot.errors import DeliveryError, HeldByPerson, LeaseLost
from bot.recordings import SpokenNote

log = structlog.get_logger()

_CANCEL_AGAIN_S = 0.5
_TYPING_EVERY_S = 4.0
_STAND_INS = ("notice", "preview")


class TurnDelivery:
    """What the customer sees of one turn.

    Methods raise LeaseLost once another worker has the turn, and HeldByPerson once somebody of the staff has
    the chat: nothing leaves for it any more.
    """

    def __init__(
        self, turn: Turn, channel: Channel, ledger: Ledger, sender: Sender, *, first_sign_after_s: float
    ) -> None:
        self._turn = turn
        self._channel = channel
        self._ledger = ledger
        self._sender = sender
        self._first_sign_after_s = first_sign_after_s
        self._reply_to = None if turn.chat.private else turn.last.message_id
        """In a group the first words quote the question, for others talk there meanwhile."""
        self._one_at_a_time = asyncio.Lock()
        self._growth = Growth(
            self._show, interval_s=channel.growth_interval_s, first_after_s=first_sign_after_s
        )

    @asynccontextmanager
    async def typing(self, *, speaking: bool = False) -> AsyncIterator[None]:
        """Show that somebody writes, or records, while the block runs. Failures are nobody's concern."""
        task: asyncio.Task[None] | None = None

        def begin() -> None:
            nonlocal task
            task = asyncio.get_running_loop().create_task(self._keep_typing(speaking=speaking))

        timer = asyncio.get_running_loop().call_later(self._first_sign_after_s, begin)
        try:
            yield
        finally:
            timer.cancel()
            while task is not None and not task.done():
                task.cancel()  # again, where a client below has swallowed it
                await asyncio.wait([task], timeout=_CANCEL_AGAIN_S)

    async def _keep_typing(self, *, speaking: bool) -> None:
        with suppress(RedisError):
            await self._ledger.note_incoming()
        while True:
            try:
                await self._channel.typing(self._turn.chat, speaking=speaking)
            except NoSlot:
                await asyncio.sleep(0.5)
            except (DeliveryError, RedisError):
                return
            else:
                await asyncio.sleep(_TYPING_EVERY_S)

    async def grow(self, markdown: str) -> None:
        """Show the answer as far as it is written; returns at once, and may show nothing at all."""
        if markdown.strip():
            self._growth.grow(markdown)

    async def notice(self, text: str) -> None:
        """Say something while the answer is in the making, once per turn however often it is run.

        The answer takes its place later. A failure is logged: the answer matters, and will meet it too.
        """
        body = first_part(render(text))
        async with self._one_at_a_time:
            await self._ledger.read()
            if self._ledger.get("noticed") or self._is_answered:
                return
            try:
                await self._notice(Post(body=body, reply_to=self._reply_to, is_notice=True))
            except DeliveryError as error:
                log.warning("notice_failed", reason=type(error).__name__)
                return
            await self._ledger.put("noticed", "1")

    async def _notice(self, post: Post) -> None:
        message_id = await self._stand_in()
        if message_id is not None:
            with suppress(MessageGone):
                await self._sender.edit(message_id, post)
                return
        await self._sender.send_once("notice", post)

    async def checkpoint(self, answer_json: str) -> None:
        """Keep the answer, so that the turn says the same words if it is run again."""
        await self._ledger.put("answer", answer_json)

    async def checkpointed(self) -> str | None:
        await self._ledger.read()
        return self._ledger.get("answer")

    async def finish(self, markdown: str, keyboard: Keyboard | None = None) -> int:
        """Deliver the answer; when it returns, every part of it stands in the chat exactly once.

        Run again, it delivers what is missing of the words of the first time. Raises ValueError for a
        text without anything to see, ChatUnreachable, or DeliveryError when the network stays away.
        `keyboard` comes under the last part, whose id is returned; where that fails, the text says enough.
        """
        await self._growth.stop()
        async with self._one_at_a_time:
            await self._ledger.read()
            try:
                last_id = await self._finish(markdown)
            except Stale:
                await self._ledger.read(again=True)
                last_id = await self._finish(markdown)
            if keyboard is not None and keyboard.rows:
                await self._offer(last_id, keyboard)
            return last_id

    async def _offer(self, message_id: int, keyboard: Keyboard) -> None:
        try:
            await self._channel.offer(self._turn.chat, message_id, keyboard)
        except DeliveryError as error:
            log.info("choices_not_offered", reason=type(error).__name__)

    @property
    def has_voice(self) -> bool:
        return self._channel.has_voice

    async def may_speak(self) -> bool:
        """Whether no voice note of this turn was sent, nor may have been."""
        await self._ledger.read()
        return self._ledger.state("voice") == State()

    async def speak(self, note: SpokenNote) -> None:
        """Send the answer as a voice note too, at most once per turn. Raises DeliveryError."""
        async with self._one_at_a_time:
            await self._ledger.read()
            try:
                await self._sender.voice_once(note)
            except Stale:
                await self._ledger.read(again=True)
                await self._sender.voice_once(note)

    async def _finish(self, markdown: str) -> int:
        """The id of the last part."""
        final = self._ledger.get("final") or markdown
        bodies = split(render(final))
        stand_in = await self._stand_in()
        message_id = 0
        for number, body in enumerate(bodies):
            reply_to = None if number else self._reply_to
            post = Post(body=body, reply_to=reply_to, is_final=number == len(bodies) - 1)
            name = f"part:{number}"
            extra = ("final", final) if number == 0 else None
            if number == 0 and stand_in is not None:
                message_id = await self._replace(name, stand_in, post, final)
            else:
                message_id = await self._sender.send_once(name, post, extra)
        return message_id

    async def _replace(self, name: str, message_id: int, post: Post, final: str) -> int:
        """Put the first part where the notice stands. An edit may be repeated, so nothing is unknown."""
        sent_id = self._ledger.state(name).sent_id
        if sent_id is not None:
            return sent_id
        if not self._ledger.get("final"):
            await self._ledger.put("final", final)
        try:
            await self._sender.edit(message_id, post)
        except MessageGone:
            return await self._sender.send_once(name, post)
        await self._ledger.done(name, message_id)
        return message_id

    async def abandon(self, text: str | None) -> None:
        """Give the answer up: put `text` where a notice or a preview stands, if there is one."""
        await self._growth.stop()
        async with self._one_at_a_time:
            await self._ledger.read()
            stand_in = await self._stand_in()
            if text is not None and stand_in is not None:
                with suppress(MessageGone):
                    await self._sender.edit(stand_in, Post(body=first_part(render(text)), is_final=True))

    async def check(self) -> None:
        """Return if the turn may still say something."""
        await self._ledger.check()

    async def withdraw(self) -> None:
        """Take away what stands in for the answer, unless the answer has begun to take its place."""
        await self._growth.stop()
        async with self._one_at_a_time:
            await self._ledger.read()
            if self._ledger.state("part:0") != State():
                return
            await self._ledger.put("final", "")  # of which nothing was said
            try:
                if (stand_in := await self._stand_in()) is not None:
                    await self._channel.withdraw(self._turn.chat, stand_in)
            except DeliveryError as error:
                log.info("stand_in_left", reason=type(error).__name__)

    async def _stand_in(self) -> int | None:
        """The id of the message that the answer will take the place of, if there is one."""
        for name in _STAND_INS:
            if (message_id := await self._sender.find(name)) is not None:
                return message_id
        return None

    async def _show(self, markdown: str) -> None:
        """One state of the growing answer: a draft where there are such, else a message that is edited."""
        try:
            body = first_part(render(markdown))
            async with self._one_at_a_time:
                await self._ledger.read()
                await self._show_body(body)
        except (NoSlot, ValueError, Stale):
            return
        except (DeliveryError, RedisError) as error:
            log.info("preview_failed", reason=type(error).__name__)
        except (LeaseLost, HeldByPerson) as error:
            log.info("preview_too_late", reason=type(error).__name__)

    async def _show_body(self, body: Formatted) -> None:
        states = [self._ledger.state(name) for name in _STAND_INS]
        if self._is_answered or any(state.sending_after is not None for state in states):
            return
        stand_in = next((state.sent_id for state in states if state.sent_id is not None), None)
        if stand_in is not None:
            admission = Admission(optional=True, before=self._ledger.check)
            await self._channel.edit(self._turn.chat, stand_in, Post(body=body), admission)
            return
        admission = Admission(optional=True, before=self._ledger.check)
        if not await self._channel.draft(self._turn.chat, self._draft_id, body, admission):
            await self._sender.try_once("preview", Post(body=body, reply_to=self._reply_to))

    @property
    def _is_answered(self) -> bool:
        """Whether the answer has begun to go out, so that nothing may take its place any more."""
        return bool(self._ledger.get("final"))

    @property
    def _draft_id(self) -> int:
        return zlib.crc32(self._turn.turn_id.encode()) % 2_000_000_000 + 1
