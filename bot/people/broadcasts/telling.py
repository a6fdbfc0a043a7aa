"""What admins are told of broadcasts without asking."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.broadcasts import Broadcast, BroadcastStatus, Fate
from bot.domain.staff import Member
from bot.people.broadcasts.wording import Wording
from bot.people.staff_posts import StaffPosts
from bot.texts.broadcasts import BroadcastText
from bot.texts.catalogue import Texts


class BroadcastNews:
    """`maker`, below: None stands for all admins. Methods raise redis-py's errors and StoreError."""

    def __init__(self, posts: StaffPosts, texts: Texts) -> None:
        self._posts = posts
        self._words = Wording(texts, posts.language)

    async def tell_end(
        self, broadcast: Broadcast, progress: Mapping[Fate, int], maker: Member | None, at: datetime
    ) -> None:
        is_stopped = broadcast.status is BroadcastStatus.STOPPED
        text = self._words.say(
            BroadcastText.REPORT_STOPPED if is_stopped else BroadcastText.REPORT,
            number=broadcast.broadcast_id,
            took=self._words.length(at - (broadcast.started_at or at)),
            fates=self._words.fates(broadcast, progress),
        )
        await self._tell(f"{broadcast.subject}:end", text, maker, "end")

    async def tell_rested(
        self, broadcast: Broadcast, progress: Mapping[Fate, int], maker: Member | None
    ) -> None:
        """That it was stopped, because it was paused for longer than people's data may be kept."""
        fates = self._words.fates(broadcast, progress)
        text = self._words.say(BroadcastText.REPORT_RESTED, number=broadcast.broadcast_id, fates=fates)
        await self._tell(f"{broadcast.subject}:end", text, maker, "end")

    async def tell_full(self, broadcast: Broadcast, maker: Member | None, at: datetime) -> None:
        text = self._words.say(BroadcastText.STUCK_FULL, number=broadcast.broadcast_id)
        await self._tell(f"{broadcast.subject}:full", text, maker, f"full-{at:%Y-%m-%d}")

    async def _tell(self, subject: str, text: str, maker: Member | None, name: str) -> None:
        if maker is None:
            await self._posts.tell_admins(subject, text, name=name)
        else:
            await self._posts.tell_one(maker.chat, subject, text, name=name)
