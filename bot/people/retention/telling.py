"""What admins hear of retention without asking."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain import Button, Keyboard
from bot.domain.moments import Now
from bot.people.retention.clock import Surely
from bot.people.retention.days import in_words
from bot.people.staff_posts import StaffPosts
from bot.store.purging import PurgeReport
from bot.texts.catalogue import Texts
from bot.texts.fullness import FullnessText
from bot.texts.retention import RetentionText

TRUST_CLOCK = "ret:clock"
_MORNING, _EVENING = 8, 21
"""Between these hours admins are told at once; what happened at night stands in the morning's digest."""
_TABLES = {text.value.removeprefix("retention_of_"): text for text in RetentionText if "_of_" in text.value}


class RetentionNews:
    """Methods raise redis-py's errors and StoreError; what is told twice is sent once."""

    def __init__(self, posts: StaffPosts, texts: Texts, zone: ZoneInfo, now: Now) -> None:
        self._posts = posts
        self._texts = texts
        self._zone = zone
        self._now = now

    async def tell_purge(self, report: PurgeReport, days: int, *, is_awaited: bool) -> None:
        """Tell the admins what went; at night only if somebody waits for it."""
        is_day = _MORNING <= self._now().astimezone(self._zone).hour < _EVENING
        if report.finished_at is None or not (is_day or is_awaited):
            return
        text = self._texts.say(
            RetentionText.PURGED,
            self._posts.language,
            days=self._texts.days(days, self._posts.language),
            before=in_words(report.before, self._zone),
            rows=rows_in_words(self._texts, self._posts.language, report.deleted),
        )
        await self._posts.tell_admins(f"purge:{report.number}", text)

    async def tell_full(self, at: datetime) -> None:
        """Nothing can be deleted where nothing can be written; once a day."""
        text = self._texts.say(FullnessText.PURGE, self._posts.language)
        await self._posts.tell_admins(f"full:{at.astimezone(self._zone).date()}", text)

    async def tell_leap(self, surely: Surely) -> None:
        """Ask the admins whether the clock is right, once for each day that it may be."""
        language = self._posts.language
        text = self._texts.say(
            RetentionText.CLOCK_LEAPT,
            language,
            shown=in_words(surely.moment + surely.ahead, self._zone),
            surely=in_words(surely.moment, self._zone),
        )
        button = Button(text=self._texts.say(RetentionText.CLOCK_RIGHT, language), data=TRUST_CLOCK)
        day = surely.moment.astimezone(self._zone).date()
        await self._posts.tell_admins(f"clock:{day}", text, Keyboard(rows=((button,),)))


def rows_in_words(texts: Texts, language: str, rows: Mapping[str, int]) -> str:
    """A line for each kind of rows, the largest first."""
    lines = [
        texts.say(
            RetentionText.ROW_LINE,
            language,
            what=texts.say(_TABLES[table], language) if table in _TABLES else table,
            count=f"{count:,}".replace(",", "\u00a0"),
        )
        for table, count in sorted(rows.items(), key=lambda item: -item[1])
    ]
    return "\n".join(lines)
