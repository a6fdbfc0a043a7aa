"""Actions reached by words: «хочу прокатиться на GLE в субботу», «пришлите брошюру GLC»."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.domain import Answer, Button, Outcome, Turn
from bot.findings import Finding, FindingKind, Inquiry
from bot.people.actions.choices import Choice
from bot.people.actions.cost_screens import CostScreens, Step
from bot.people.actions.cost_wording import CostWording
from bot.people.actions.costing import Costing
from bot.people.actions.reading import Said
from bot.people.actions.resources import things_of
from bot.people.actions.slots import days_of, moment, slots_on
from bot.people.actions.spotting import bases_in, documents_in, options_in, thing_in
from bot.people.actions.tables import SeenTable, TableAway, seen_table
from bot.people.actions.wording import Wording
from bot.stock.table import StockTable
from bot.tenant import Tenant
from bot.tenant.actions import Action, Booking, CostSheet, FileSending
from bot.texts.actions import ActionText
from bot.texts.bookings import BookingText
from bot.texts.catalogue import Texts

MINE = "book:mine"
_MOST_BASES = 4


class ActionSource:
    """A source of truth for wishes: it does nothing, it reads back and offers the buttons that do."""

    def __init__(self, tenant: Tenant, texts: Texts, table: StockTable | None) -> None:
        self._tenant = tenant
        self._texts = texts
        self._table = table

    def find(self, inquiry: Inquiry) -> Finding | None:
        """None for whatever is not plainly a wish for one of the tenant's actions: questions above all."""
        if not self._tenant.actions:
            return None
        now = inquiry.asked_at.astimezone(self._tenant.zone)
        for read in (self._change, self._mine, self._booking, self._file, self._cost):
            said = Said.of(inquiry.text, now)
            if said.is_long:
                return None
            if (finding := read(said, inquiry.language, now)) is not None:
                return finding
        return None

    def _of_kind(self, kind: type[Action]) -> list[Action]:
        return [action for action in self._tenant.actions if isinstance(action, kind)]

    def _change(self, said: Said, language: str, now: datetime) -> Finding | None:
        """«Отмените мой тест-драйв», «перенесите запись»."""
        bookings = self._of_kind(Booking)
        named = [places for action in bookings if (places := said.spot(_names(action)))]
        for places in named:
            said.take(places)
        is_own = bool(bookings) and (said.has("own") or bool(named))
        if not is_own or not said.has("change"):
            return None
        said.has("wish")
        if said.asks or not said.is_read:
            return None
        return self._to_mine(language, "change")

    def _mine(self, said: Said, language: str, now: datetime) -> Finding | None:
        """«Мои записи», «когда у меня тест-драйв?», «на когда я записан?»."""
        bookings = self._of_kind(Booking)
        named = [place for action in bookings for place in said.spot(_names(action))]
        said.take(named)
        is_own = bool(named) | said.has("own") | said.is_noted
        is_asked = bool(bookings) and is_own and said.has("self") and (said.has("mine") or said.is_noted)
        return self._to_mine(language, "mine") if is_asked and said.is_read_whole else None

    def _to_mine(self, language: str, asked: str) -> Finding:
        text = self._texts.say(BookingText.ASKED_CHANGE, language)
        button = Button(text=self._texts.say(BookingText.BUTTON_MINE, language), data=MINE)
        return _found(text, [button], {"action": asked})

    def _booking(self, said: Said, language: str, now: datetime) -> Finding | None:
        action = self._named_booking(said)
        if action is None:
            return None
        wishes = said.has("booking") | said.has("wish")
        try:
            thing = thing_in(said, things_of(action, self._table, language))
        except TableAway:
            thing = None
        is_wish = wishes or bool(said.days) or said.minute is not None or said.is_off_calendar
        if not is_wish or said.asks or not said.is_read:
            return None
        words = Wording(self._tenant, self._texts, language)
        choice = Choice(action=action.id, thing=thing.code if thing else "")
        choice, when = self._when(action, said, words, choice, now)
        what = words.what(action, thing.title if thing else "")
        text = f"{words.say(BookingText.ASKED, what=what)}\n{when}"
        onward = BookingText.BUTTON_ANY_TIME if choice.minute is None else BookingText.BUTTON_ON
        buttons = [Button(text=words.say(onward), data=choice.data)]
        if choice.day is not None:
            other = Choice(action=action.id, thing=choice.thing)
            buttons.append(Button(text=words.say(BookingText.BUTTON_OTHER_DAY), data=other.data))
        return _found(text, buttons, {"action": action.id, "choice": choice.data})

    def _named_booking(self, said: Said) -> Booking | None:
        """The one of which most is named; its words are taken."""
        named = [
            (places, action)
            for action in self._of_kind(Booking)
            if isinstance(action, Booking) and (places := said.spot(_names(action)))
        ]
        if not named:
            return None
        places, action = max(named, key=lambda found: len(found[0]))
        said.take(places)
        return action

    def _when(
        self, action: Booking, said: Said, words: Wording, choice: Choice, now: datetime
    ) -> tuple[Choice, str]:
        """As much of the time as the calendar has, and what is said of it."""
        if not said.days and said.minute is None:
            unknown = BookingText.ASKED_NO_SUCH_DAY if said.is_off_calendar else BookingText.ASKED_THING
            return choice, words.say(unknown)
        day = said.days[0] if said.days else self._coming(action, said.minute or 0, now)
        if day not in days_of(action, self._tenant, now):
            return choice, words.say(BookingText.ASKED_FAR, days=words.days(action))
        starts = [slot.starts_at for slot in slots_on(day, action, self._tenant, "")]
        soonest = now + timedelta(minutes=action.lead_min)
        if not any(starts_at >= soonest for starts_at in starts):
            return choice, words.say(BookingText.ASKED_CLOSED, day=words.day(day))
        choice = choice.on(day)
        if said.minute is None:
            return choice, words.say(BookingText.ASKED_DAY, day=words.day(day))
        at = moment(day, said.minute, self._tenant.zone)
        if at is None or at not in starts or at < soonest:
            time = f"{said.minute // 60:02}:{said.minute % 60:02}"
            return choice, words.say(BookingText.ASKED_NO_SUCH_TIME, time=time, day=words.day(day))
        chosen = Choice(action=choice.action, thing=choice.thing, day=day, minute=said.minute)
        return chosen, words.say(BookingText.ASKED_TIME, when=words.when(at))

    def _coming(self, action: Booking, minute: int, now: datetime) -> date:
        """The next day on which that minute is still ahead."""
        soonest = now + timedelta(minutes=action.lead_min)
        at = moment(now.date(), minute, self._tenant.zone)
        return now.date() if at is not None and at >= soonest else now.date() + timedelta(days=1)

    def _file(self, said: Said, language: str, now: datetime) -> Finding | None:
        named = [
            (places, action)
            for action in self._of_kind(FileSending)
            if isinstance(action, FileSending) and (places := said.spot(_names(action)))
        ]
        if not named:
            return None
        places, action = max(named, key=lambda found: len(found[0]))
        said.take(places)
        wishes = said.has("file") | said.has("wish")
        documents = list(action.files) if len(action.files) == 1 else documents_in(said, action.files)
        if not wishes or said.asks or not said.is_read:
            return None
        title = action.called(language)
        if len(documents) == 1:
            document = documents[0]
            data = f"file:ok:{action.id}:{document.id}"
            buttons = [Button(text=self._texts.say(ActionText.BUTTON_SEND, language), data=data)]
            what = title if len(action.files) == 1 else f"{title}: {document.called(language)}"
            text = self._texts.say(ActionText.ASKED_FILE, language, what=what)
        else:
            buttons = [
                Button(text=one.called(language), data=f"file:d:{action.id}:{one.id}")
                for one in documents or action.files
            ]
            text = self._texts.say(ActionText.ASKED_FILES, language, title=title)
        return _found(text, buttons, {"action": action.id, "files": [one.id for one in documents]})

    def _cost(self, said: Said, language: str, now: datetime) -> Finding | None:
        for action in self._of_kind(CostSheet):
            if not isinstance(action, CostSheet):
                continue
            named = said.spot(_names(action))
            said.take(named)
            wishes = said.has("cost_sheet") | (bool(named) and said.has("wish"))
            if not wishes:
                continue
            try:
                table = seen_table(self._table)
            except TableAway:
                return None
            return self._costed(Costing(action, table), table, said, language, is_named=bool(named))
        return None

    def _costed(
        self, costing: Costing, table: SeenTable, said: Said, language: str, *, is_named: bool
    ) -> Finding | None:
        options = options_in(said, costing.options)
        bases, parts = bases_in(said, costing, table)
        is_meant = is_named or bool(options) or said.has("about_cost")
        said.has("about_cost", "wish")
        if not is_meant or said.asks or not said.is_read:
            return None
        words = CostWording(self._tenant, self._texts, language)
        screens = CostScreens(self._tenant, self._texts, self._table, language, now=lambda: table.as_of)
        mask = costing.mask(options)
        if not parts:
            first = Step(verb="a", action=costing.sheet.id).data
            title = costing.sheet.called(language)
            text = words.say(ActionText.ASKED_COST, what=title)
            return _found(text, [Button(text=title, data=first)], {"action": costing.sheet.id})
        text = words.say(ActionText.ASKED_COST, what=", ".join(parts))
        if options:
            titles = ", ".join(option.called(language) for option in options)
            text += "\n\n" + words.say(ActionText.ASKED_COST_OPTIONS, options=titles)
        shown = sorted(bases, key=lambda base: -len(costing.costs(base, mask).chosen))[:_MOST_BASES]
        buttons = [screens.base_button(costing, base, mask) for base in shown]
        if len(bases) > len(shown):
            buttons.append(screens.more_button(costing, bases[0], mask))
        return _found(text, buttons, {"action": costing.sheet.id, "options": [one.id for one in options]})

    def offers(self, turn: Turn, answer: Answer) -> tuple[Button, ...]:
        """Under the answer to a question about an action: the way into it, in a message of its own."""
        is_told = answer.outcome in (Outcome.ANSWERED, Outcome.UNKNOWN)
        if (
            not turn.chat.private
            or not is_told
            or answer.offers
            or answer.choices
            or not turn.last.kind.is_said
        ):
            return ()
        said = Said.of(turn.text, turn.last.received_at.astimezone(self._tenant.zone))
        language = answer.trace.get("language", turn.last.language)
        named = [action for action in self._tenant.actions if said.spot(_names(action))]
        return tuple(self._way_into(action, language) for action in named[:1])

    def _way_into(self, action: Action, language: str) -> Button:
        title = action.called(language)
        if isinstance(action, Booking):
            text = self._texts.say(BookingText.BUTTON_BOOK, language, title=title)
            return Button(text=text, data=f"book:n:{action.id}")
        if isinstance(action, FileSending):
            text = self._texts.say(ActionText.BUTTON_FILE, language, title=title)
            return Button(text=text, data=f"file:n:{action.id}")
        text = self._texts.say(ActionText.BUTTON_COUNT, language, title=title)
        return Button(text=text, data=Step(verb="n", action=action.id).data)


def _names(action: Action) -> list[str]:
    return [*action.names, *action.title.values()]


def _found(text: str, buttons: Sequence[Button], trace: dict[str, object]) -> Finding:
    return Finding(
        kind=FindingKind.ACTION,
        text=text,
        certainty=1.0,
        facts=(text,),
        focus={"source": FindingKind.ACTION.value},
        trace=trace,
        offers=tuple(buttons),
    )
