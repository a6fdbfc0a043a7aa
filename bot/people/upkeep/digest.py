"""What admins read in the morning: yesterday in figures."""

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta

from bot.domain.moments import Now
from bot.people.retention.figures import DailyFigures
from bot.people.staff_posts import StaffPosts
from bot.store.figures import Figures
from bot.store.purging import PurgeStore
from bot.tenant import Tenant
from bot.texts.catalogue import Texts
from bot.texts.jobs import DigestText

_LEAST_S = 0.1
"""Nobody believes that an answer took no time."""


class Digest:
    """One tenant's. Methods raise redis-py's errors and StoreError; a day is told once."""

    def __init__(
        self,
        tenant: Tenant,
        texts: Texts,
        *,
        figures: DailyFigures,
        purges: PurgeStore,
        posts: StaffPosts,
        now: Now,
    ) -> None:
        self._tenant = tenant
        self._texts = texts
        self._figures = figures
        self._purges = purges
        self._posts = posts
        self._now = now

    async def tell(self) -> None:
        """Tell the admins of yesterday, and see that no day before it is left uncounted."""
        yesterday = await self._figures.last_over()
        await self._figures.keep_until(yesterday)
        await self._posts.tell_admins(f"digest:{yesterday}", await self.of(yesterday, self._posts.language))

    async def of(self, day: date, language: str) -> str:
        """A day that is over."""
        figures = await self._figures.of(day)
        lines = list(self._lines(figures, language))
        reports = await asyncio.to_thread(self._purges.reports, since=self._now() - timedelta(days=1))
        purged = sum(sum(report.deleted.values()) for report in reports)
        if purged:
            lines.append(self._texts.say(DigestText.PURGED, language, count=purged))
        title = self._texts.say(DigestText.TITLE, language, day=f"{day:%d.%m.%Y}")
        return "\n".join([title, *lines])

    def _lines(self, figures: Figures, language: str) -> Iterator[str]:
        def number(name: str) -> int:
            return round(figures.get(name, 0))

        def say(text: DigestText, **values: object) -> str:
            return self._texts.say(text, language, **values)

        if not number("turns"):
            yield say(DigestText.QUIET)
        else:
            outcomes = {name: number(f"outcome_{name}") for name in ("answered", "unknown", "refused")}
            yield say(DigestText.DIALOGUES, dialogues=number("dialogues"), people=number("people"))
            yield say(DigestText.ANSWERS, asked=sum(outcomes.values()), **outcomes)
            usual, slow = (
                self._decimal(max(figures.get(f"answer_ms_p{share}", 0) / 1000, _LEAST_S), language)
                for share in (50, 95)
            )
            yield say(DigestText.SPEED, usual=usual, slow=slow)
        if number("csat_n"):
            mean = self._decimal(figures["csat_mean"], language).removesuffix(",0").removesuffix(".0")
            yield say(DigestText.CSAT, mean=mean, count=number("csat_n"))
        if number("nps_n"):
            yield say(DigestText.NPS, nps=f"{number('nps'):+d}", count=number("nps_n"))
        if number("thumbs_up") or number("thumbs_down"):
            yield say(DigestText.THUMBS, up=number("thumbs_up"), down=number("thumbs_down"))
        if number("callbacks"):
            yield say(DigestText.CALLBACKS, count=number("callbacks"), done=number("callbacks_done"))
        if number("callbacks_due"):
            yield say(DigestText.IN_TIME, in_time=number("callbacks_in_time"), due=number("callbacks_due"))
        for name, text in (("handoffs", DigestText.HANDOFFS), ("bookings", DigestText.BOOKINGS)):
            if number(name):
                yield say(text, count=number(name))
        if figures.get("cost"):
            yield say(DigestText.COST, cost=self._decimal(figures["cost"], language, places=2))

    def _decimal(self, value: float, language: str, *, places: int = 1) -> str:
        written = f"{value:.{places}f}"
        return written if language == "en" else written.replace(".", ",")
