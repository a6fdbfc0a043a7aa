"""What admins read of retention and holds, and the buttons under it."""

from collections.abc import Sequence

from bot.domain import Button, Keyboard
from bot.people.retention.clock import Surely
from bot.people.retention.days import in_words
from bot.people.retention.holding import MOST_CHARACTERS, Wish
from bot.people.retention.purging import MOST_DAYS, Forecast, Kept
from bot.people.retention.telling import rows_in_words
from bot.people.screen import Screen
from bot.store.holds import Hold, KnownPerson
from bot.store.purging import PurgeReport
from bot.tenant import Tenant
from bot.texts.catalogue import Texts
from bot.texts.literal import literal
from bot.texts.retention import RetentionText

SET, LEAVE = "ret:set:", "ret:no"
PLACE, LIFT, LIFT_YES, LIFT_NO = "hold:yes:", "hold:lift:", "hold:off:", "hold:no"


class RetentionScreens:
    """In one language."""

    def __init__(self, tenant: Tenant, texts: Texts, language: str) -> None:
        self._zone = tenant.zone
        self._texts = texts
        self._language = language

    def overview(
        self,
        kept: Kept,
        forecast: Forecast,
        last: PurgeReport | None,
        held: int,
        surely: Surely,
    ) -> Screen:
        parts = [self._say(RetentionText.NOW, days=self._days(kept.days))]
        if surely.has_leapt:
            shown, passed = surely.moment + surely.ahead, surely.moment
            parts.append(
                self._say(
                    RetentionText.CLOCK_WAITS,
                    shown=in_words(shown, self._zone),
                    surely=in_words(passed, self._zone),
                )
            )
        parts.append(self._old(RetentionText.OLD, RetentionText.NOTHING_OLD, forecast))
        if last is None or last.finished_at is None:
            parts.append(self._say(RetentionText.NO_PURGE_YET))
        else:
            parts.append(
                self._say(
                    RetentionText.LAST,
                    when=in_words(last.finished_at, self._zone),
                    before=in_words(last.before, self._zone),
                    rows=rows_in_words(self._texts, self._language, last.deleted),
                )
            )
        if held:
            parts.append(self._say(RetentionText.HELD, count=held))
        return Screen(text="\n\n".join([*parts, self._say(RetentionText.HOW)]))

    def asking(self, kept: Kept, forecast: Forecast) -> Screen:
        """What is now, what would be and what would go."""
        values = {"now": self._days(kept.days), "days": self._days(forecast.days)}
        text = self._old(RetentionText.ASK, RetentionText.ASK_NOTHING, forecast, **values)
        yes = Button(
            text=self._say(RetentionText.YES, days=self._days(forecast.days)),
            data=f"{SET}{forecast.days}:{kept.version}",
        )
        return Screen(text=text, keyboard=self._or_not(yes, LEAVE))

    def told(self, text: RetentionText, kept: Kept) -> Screen:
        """A sentence with the days that hold."""
        most = self._days(MOST_DAYS)
        return Screen(text=self._say(text, days=self._days(kept.days), most=most))

    def plain(self, text: RetentionText) -> Screen:
        return Screen(text=self._say(text, most=MOST_CHARACTERS))

    def several(self, people: Sequence[KnownPerson]) -> Screen:
        lines = [
            self._say(
                RetentionText.HOLD_PERSON,
                **_named(person),
                seen=in_words(person.last_seen_at, self._zone),
            )
            for person in people
        ]
        return Screen(text=self._say(RetentionText.HOLD_SEVERAL, people="\n".join(lines)))

    def hold_asking(self, wish: Wish) -> Screen:
        yes = Button(text=self._say(RetentionText.HOLD_YES), data=f"{PLACE}{wish.token}")
        text = self._say(RetentionText.HOLD_ASK, **_named(wish.person), reason=literal(wish.reason))
        return Screen(text=text, keyboard=self._or_not(yes, LIFT_NO))

    def held(self, wish: Wish) -> Screen:
        return Screen(
            text=self._say(RetentionText.HOLD_DONE, **_named(wish.person), reason=literal(wish.reason))
        )

    def holds(self, holds: Sequence[Hold]) -> Screen:
        if not holds:
            return self.plain(RetentionText.HOLDS_NONE)
        lines, rows = [], []
        for place, hold in enumerate(holds, start=1):
            since = in_words(hold.placed_at, self._zone)
            named, reason = _named(hold.person), literal(hold.reason)
            lines.append(self._say(RetentionText.HOLD_LINE, place=place, since=since, reason=reason, **named))
            label = self._say(RetentionText.LIFT, place=place, name=_label(hold.person))
            rows.append((Button(text=label, data=f"{LIFT}{hold.hold_id}"),))
        text = self._say(RetentionText.HOLDS, holds="\n".join(lines))
        return Screen(text=text, keyboard=Keyboard(rows=tuple(rows)))

    def lift_asking(self, hold: Hold, kept: Kept) -> Screen:
        yes = Button(text=self._say(RetentionText.LIFT_YES), data=f"{LIFT_YES}{hold.hold_id}")
        text = self._say(
            RetentionText.LIFT_ASK,
            **_named(hold.person),
            reason=literal(hold.reason),
            days=self._days(kept.days),
        )
        return Screen(text=text, keyboard=self._or_not(yes, LIFT_NO))

    def lifted(self, hold: Hold, kept: Kept) -> Screen:
        return Screen(text=self._say(RetentionText.LIFTED, **_named(hold.person), days=self._days(kept.days)))

    def _old(self, some: RetentionText, none: RetentionText, forecast: Forecast, **values: object) -> str:
        return self._say(
            some if forecast.rows else none,
            before=in_words(forecast.before, self._zone),
            rows=rows_in_words(self._texts, self._language, forecast.rows),
            **values,
        )

    def _or_not(self, yes: Button, leave: str) -> Keyboard:
        return Keyboard(rows=((yes,), (Button(text=self._say(RetentionText.NO), data=leave),)))

    def _days(self, days: int) -> str:
        return self._texts.days(days, self._language)

    def _say(self, text: RetentionText, **values: object) -> str:
        return self._texts.say(text, self._language, **values)


def _label(person: KnownPerson) -> str:
    return person.name or person.external_id


def _named(person: KnownPerson) -> dict[str, object]:
    return {"name": literal(_label(person)), "number": person.external_id}
