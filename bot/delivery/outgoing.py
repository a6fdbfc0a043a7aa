"""How a message that answers nothing reaches a chat exactly once: a screen, a card, the words of a person."""

from typing import Final

from bot.delivery.channel import Post
from bot.delivery.formatted import Formatted, first_part, split
from bot.delivery.formatting import render
from bot.delivery.kept_files import KeptFiles
from bot.delivery.ledger import ANYBODY, NOBODY, Ledger, Stale
from bot.delivery.sending import Sender
from bot.domain import FileRef, Outgoing
from bot.errors import DeliveryError

_MOST_PROBES: Final = 32
"""For the words of people to each other: that they are said once matters more than the time it takes."""
_NOTHING: Final = Formatted(text="")
"""For what is shown without words of ours."""


class OutgoingDelivery:
    """Sends into one chat for one turn. Methods raise LeaseLost and the errors of delivery."""

    def __init__(self, ledger: Ledger, sender: Sender, files: KeptFiles) -> None:
        self._ledger = ledger
        self._sender = sender
        self._files = files

    async def send(self, outgoing: Outgoing, *, name: str = "out") -> int:
        """Have every part of it stand in the chat exactly once; returns the id of the last.

        `name` tells the messages of one turn apart. Raises HoldOver where the handoff that holds the turn's
        chat is not the one that `outgoing` names, HeldByPerson where it yields to whoever holds the chat.
        """
        self._ledger.holder = outgoing.held_by or (NOBODY if outgoing.purpose.yields else ANYBODY)
        if outgoing.held_by:
            self._ledger.most_probes = _MOST_PROBES
        await self._ledger.read()
        try:
            return await self._send(outgoing, name)
        except Stale:
            await self._ledger.read(again=True)
            return await self._send(outgoing, name)

    async def _send(self, outgoing: Outgoing, name: str) -> int:
        if outgoing.file is not None:
            return await self._send_file(outgoing, outgoing.file, name)
        message_id = 0
        parts = split(render(outgoing.text)) if outgoing.text else []
        for number, body in enumerate(parts):
            is_last = number == len(parts) - 1
            keyboard = outgoing.keyboard if is_last and outgoing.copy_of is None else None
            post = Post(body=body, keyboard=keyboard, thread_id=outgoing.thread_id, is_final=is_last)
            message_id = await self._sender.send_once(f"{name}:{number}", post)
        if outgoing.copy_of is not None:
            post = Post(body=_NOTHING, keyboard=outgoing.keyboard, thread_id=outgoing.thread_id)
            message_id = await self._sender.copy_once(f"{name}:copy", outgoing.copy_of, post)
        return message_id

    async def _send_file(self, outgoing: Outgoing, file: FileRef, name: str) -> int:
        content = await self._files.read(file.key)
        if content is None:
            raise DeliveryError("the file is gone", permanent=True)
        caption = first_part(render(outgoing.text)) if outgoing.text else _NOTHING
        post = Post(body=caption, keyboard=outgoing.keyboard, thread_id=outgoing.thread_id)
        return await self._sender.file_once(f"{name}:file", content, file.name, post)
