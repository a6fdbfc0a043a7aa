"""How a request to be called reads for the staff, at each step of its life, and what can be tapped."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain import Button, Keyboard
from bot.domain.callbacks import Callback, CallbackStatus
from bot.people.callbacks.promises import PromiseWords
from bot.people.portrait import Portrait
from bot.people.review.why import why_row
from bot.tenant import Tenant
from bot.texts.cards import CardText
from bot.texts.catalogue import Texts
from bot.texts.literal import literal
from bot.texts.service import ServiceText
from bot.understanding.mood import Mood

TAP = "card:"
"""What the data of every button here begins with: ``card:take:12``."""
_MOODS = {Mood.ANGRY: CardText.MOOD_ANGRY, Mood.SAD: CardText.MOOD_SAD}
_KEY_CHARACTERS = 6
_IN_A_ROW = 2


def dialogue_key(dialogue_id: str) -> str:
    """What staff may type to name a dialogue."""
    return dialogue_id[:_KEY_CHARACTERS]


def tap(action: str, about: int | str, *rest: str) -> str:
    return TAP + ":".join((action, str(about), *rest))


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A request with what is looked up for its card."""

    callback: Callback
    phone: str
    """Masked; empty: it cannot be read."""
    taker: str
    """The name of who has it; empty: nobody, or nobody who works here."""


class CardWording:
    """For one tenant; days are named by their date, since a card is read on other days too."""

    def __init__(self, tenant: Tenant, texts: Texts) -> None:
        self._texts = texts
        self._settings = tenant.service.callbacks
        self._zone = tenant.zone
        self._times = PromiseWords(tenant, texts, names_today=False)

    def card(self, shown: Shown, now: datetime, language: str, *, asks_result: bool = False) -> str:
        callback = shown.callback
        lines = [self._say(CardText.TITLE, language, number=callback.callback_id)]
        lines += [self._state(shown, now, language), self._who(shown, language)]
        lines += [self._say(CardText.REASON, language, reason=literal(callback.reason))] * bool(
            callback.reason
        )
        if callback.status.is_open:
            lines += self._about(callback, language)
        if asks_result:
            lines += ["", self._say(CardText.ASK_RESULT, language)]
        return "\n".join(lines)

    def keyboard(self, callback: Callback, language: str, *, asks_result: bool = False) -> Keyboard | None:
        """None: nothing can be done with it any more."""
        if not callback.status.is_open:
            return None
        number = callback.callback_id
        phone = Button(text=self._say(CardText.SHOW_PHONE, language), data=tap("phone", number))
        why = why_row(self._texts, language, Portrait.from_value(callback.card).turn_id)
        if callback.status is not CallbackStatus.TAKEN:
            return _rows((self.take_button(callback, language), phone), why)
        if asks_result:
            return self._results(number, language)
        talked, nobody, back = (
            Button(text=self._say(text, language), data=tap(action, number))
            for text, action in (
                (CardText.TALKED, "talked"),
                (CardText.NOBODY_ANSWERED, "silent"),
                (CardText.GIVE_BACK, "back"),
            )
        )
        return _rows((talked, nobody), (phone, back), why)

    def take_button(self, callback: Callback, language: str) -> Button:
        return Button(text=self._say(CardText.TAKE, language), data=tap("take", callback.callback_id))

    def result(self, callback: Callback, language: str) -> str:
        """What came of the call: the label's wording, or the operator's own words."""
        labels = {label.id: label.called(language) for label in self._settings.results}
        return labels.get(callback.result, callback.result)

    def length(self, minutes: float, language: str) -> str:
        """«15 мин», «2 ч», «2 ч 5 мин»."""
        hours, rest = divmod(max(1, round(minutes)), 60)
        text = CardText.MINUTES if not hours else CardText.HOURS if rest else CardText.WHOLE_HOURS
        return self._say(text, language, hours=hours, minutes=rest)

    def name(self, callback: Callback, language: str) -> str:
        return literal(callback.requester.name) or self._say(CardText.NO_NAME, language)

    def taker(self, shown: Shown, language: str) -> str:
        return literal(shown.taker) or self._say(CardText.SOMEBODY, language)

    def window(self, callback: Callback, now: datetime, language: str) -> str:
        return self._times.window(callback, now, language)

    def portrait(self, portrait: Portrait, language: str) -> list[str]:
        """What is known of the talk, a line each."""
        lines: list[str] = []
        if portrait.products:
            shares = (
                self._say(CardText.PRODUCT, language, product=literal(product), percent=round(share * 100))
                for product, share in portrait.products
            )
            lines.append(self._say(CardText.PRODUCTS, language, products=", ".join(shares)))
        moods = [_MOODS[portrait.mood]] if portrait.mood in _MOODS else []
        moods += [CardText.URGENT] if portrait.is_urgent else []
        if moods:
            mood = ", ".join(self._say(text, language) for text in moods)
            lines.append(self._say(CardText.MOOD, language, mood=mood))
        if portrait.summary:
            lines.append(self._say(CardText.SUMMARY, language, summary=literal(portrait.summary)))
        if portrait.said:
            lines += [self._say(CardText.SAID, language), *(f"— {literal(words)}" for words in portrait.said)]
        return lines

    def _results(self, number: int, language: str) -> Keyboard:
        buttons = [
            Button(text=label.called(language), data=tap("result", number, label.id))
            for label in self._settings.results
        ]
        other = self._say(CardText.OTHER_RESULT, language)
        buttons.append(Button(text=other, data=tap("words", number)))
        rows = [tuple(buttons[at : at + _IN_A_ROW]) for at in range(0, len(buttons), _IN_A_ROW)]
        back = Button(text=self._texts.say(ServiceText.BACK, language), data=tap("look", number))
        return Keyboard(rows=(*rows, (back,)))

    def _who(self, shown: Shown, language: str) -> str:
        name = self.name(shown.callback, language)
        if not shown.callback.status.is_open:
            return name
        phone = literal(shown.phone) or self._say(CardText.NO_PHONE, language)
        return self._say(CardText.WHO, language, name=name, phone=phone)

    def _state(self, shown: Shown, now: datetime, language: str) -> str:
        callback = shown.callback
        when = self.window(callback, now, language)
        call = self._say(CardText.CALL, language, when=when)
        closed = self.moment(callback.closed_at or now, language)
        match callback.status:
            case CallbackStatus.NEW:
                return call
            case CallbackStatus.TAKEN:
                since = self.moment(callback.taken_at or now, language)
                who = self.taker(shown, language)
                return "\n".join((call, self._say(CardText.TAKEN, language, who=who, since=since)))
            case CallbackStatus.NO_ANSWER:
                most = self._settings.most_tries
                return self._say(CardText.NO_ANSWER, language, tries=callback.tries, most=most, when=when)
            case CallbackStatus.DONE:
                result = literal(self.result(callback, language))
                who = self.taker(shown, language)
                return self._say(CardText.DONE, language, result=result, who=who, at=closed)
            case CallbackStatus.CANCELLED:
                return self._say(CardText.CANCELLED, language, at=closed)
            case CallbackStatus.GIVEN_UP:
                return self._say(CardText.GIVEN_UP, language, tries=callback.tries, at=closed)

    def _about(self, callback: Callback, language: str) -> list[str]:
        since = self.moment(callback.created_at, language)
        lines = [self._say(CardText.WISHED, language, wished=literal(callback.wished))] * bool(
            callback.wished
        )
        lines.append(self._say(CardText.WAITS, language, since=since))
        lines += self.portrait(Portrait.from_value(callback.card), language)
        if callback.dialogue_id:
            key = literal(dialogue_key(callback.dialogue_id))
            lines.append(self._say(CardText.DIALOGUE, language, key=key))
        return lines

    def moment(self, at: datetime, language: str) -> str:
        """«25.11 в 12:03», by the clock on the tenant's wall."""
        local = at.astimezone(self._zone)
        return self._say(CardText.MOMENT, language, day=f"{local:%d.%m}", clock=f"{local:%H:%M}")

    def _say(self, text: CardText, language: str, **values: object) -> str:
        return self._texts.say(text, language, **values)


def _rows(*rows: tuple[Button, ...]) -> Keyboard:
    return Keyboard(rows=tuple(row for row in rows if row))
