"""What an admin does to a broadcast that is not begun: each step by its words or its button."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import Update

from bot.domain import Outgoing
from bot.domain.broadcasts import Audience, Promo
from bot.domain.broadcasts import Message as ToMany
from bot.domain.staff import Member
from bot.errors import StoreFull
from bot.handlers.staff_words import ASKED_AT
from bot.people.broadcasts.checking import Fault, fault_of_text, read_button, read_promo
from bot.people.broadcasts.codes import longest_code
from bot.people.broadcasts.copies import under_copy, words_of
from bot.people.broadcasts.draft_screens import SHOWN, Act, DraftScreens
from bot.people.broadcasts.drafts import Draft
from bot.people.broadcasts.wording import Wording
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.broadcasts import BroadcastText

DUTY: Final = "broadcasts"
_MOST_DAYS = 3_650
_SHOWN_CHARACTERS = 20
_FEW = 0.05


class Drafting(StatesGroup):
    """What the next words are for; in `ready` they are for nothing."""

    text = State()
    button = State()
    promo = State()
    days = State()
    ready = State()


@dataclass(frozen=True, kw_only=True, slots=True)
class Writing:
    """The draft as it stands, and who works at it."""

    people: People
    state: FSMContext
    draft: Draft
    words: Wording
    member: Member
    update: Update
    number: int = 0
    """What the button carries."""
    revision: int = 0
    """Of the draft as it was seen where the button stands."""

    @property
    def screens(self) -> DraftScreens:
        return DraftScreens(self.words, self.people.broadcasts.products)

    async def count(self) -> int:
        return await self.people.broadcasts.count(self.draft.audience)

    async def keep(self, draft: Draft, state: State = Drafting.ready) -> "Writing":
        if draft != self.draft:
            draft = replace(draft, revision=self.draft.revision + 1)
        asked = {"draft": draft.to_value(), ASKED_AT: self.people.now().timestamp()}
        await self.state.update_data(asked)
        await self.state.set_state(state)
        return replace(self, draft=draft)

    async def hub(self) -> Screen:
        return self.screens.hub(self.draft, await self.count())

    async def whom(self) -> Screen:
        return self.screens.whom(self.draft, await self.count())


# What is written.


async def _take_text(at: Writing, said: str) -> Screen:
    fault = fault_of_text(said, at.draft.message.promo)
    if fault is not None:
        return Screen(at.screens.fault(fault))
    draft = replace(at.draft, message=replace(at.draft.message, text=said))
    return await (await at.keep(draft)).hub()


async def _take_button(at: Writing, said: str) -> Screen:
    read = read_button(said)
    if isinstance(read, Fault):
        return Screen(at.screens.fault(read))
    label, url = read
    return await _with_message(at, replace(at.draft.message, button=label, url=url))


async def _take_promo(at: Writing, said: str) -> Screen:
    read = read_promo(said)
    if isinstance(read, Fault):
        return Screen(at.screens.fault(read))
    fault = fault_of_text(at.draft.message.text, read)
    if fault is not None:
        return Screen(at.screens.fault(fault))
    return await _with_message(at, replace(at.draft.message, promo=read))


async def _take_days(at: Writing, said: str) -> Screen:
    days = int(said) if said.isascii() and said.isdecimal() and len(said) < 6 else 0
    if not 0 < days <= _MOST_DAYS:
        return Screen(at.words.say(BroadcastText.BAD_DAYS, days=said[:_SHOWN_CHARACTERS]))
    return await _with_audience(at, replace(at.draft.audience, active_days=days))


FORMS: Mapping[str, Callable[[Writing, str], Awaitable[Screen]]] = {
    "Drafting:text": _take_text,
    "Drafting:button": _take_button,
    "Drafting:promo": _take_promo,
    "Drafting:days": _take_days,
}


# What is tapped.


async def _with_message(at: Writing, message: ToMany) -> Screen:
    return await (await at.keep(replace(at.draft, message=message))).hub()


async def _with_audience(at: Writing, audience: Audience) -> Screen:
    return await (await at.keep(replace(at.draft, audience=audience))).whom()


async def _ask_text(at: Writing) -> Screen:
    await at.keep(at.draft, Drafting.text)
    return Screen(at.words.say(BroadcastText.ASK_NEW_TEXT))


async def _ask_button(at: Writing) -> Screen:
    await at.keep(at.draft, Drafting.button)
    return at.screens.asking_button(at.draft)


async def _ask_promo(at: Writing) -> Screen:
    await at.keep(at.draft, Drafting.promo)
    return at.screens.asking_promo(at.draft)


async def _ask_days(at: Writing) -> Screen:
    await at.keep(at.draft, Drafting.days)
    return at.screens.asking_days(at.draft)


async def _ask_product(at: Writing) -> Screen:
    return at.screens.asking_product(at.draft)


async def _without_button(at: Writing) -> Screen:
    return await _with_message(at, replace(at.draft.message, button="", url=""))


async def _own_promo(at: Writing) -> Screen:
    return await _with_message(at, replace(at.draft.message, promo=Promo(own=True)))


async def _without_promo(at: Writing) -> Screen:
    return await _with_message(at, replace(at.draft.message, promo=Promo()))


async def _next_language(at: Writing) -> Screen:
    found = ["", *await at.people.broadcasts.languages()]
    now = at.draft.audience.language
    place = found.index(now) + 1 if now in found else 0
    return await _with_audience(at, replace(at.draft.audience, language=found[place % len(found)]))


async def _choose_days(at: Writing) -> Screen:
    return await _with_audience(at, replace(at.draft.audience, active_days=min(at.number, _MOST_DAYS)))


async def _choose_product(at: Writing) -> Screen:
    products = ("", *at.people.broadcasts.products)
    product = products[at.number] if at.number < len(products) else ""
    return await _with_audience(at, replace(at.draft.audience, product=product))


async def _tick_booking(at: Writing) -> Screen:
    without = not at.draft.audience.without_booking
    return await _with_audience(at, replace(at.draft.audience, without_booking=without))


async def _hub(at: Writing) -> Screen:
    return await (await at.keep(at.draft)).hub()


async def _whom(at: Writing) -> Screen:
    return await (await at.keep(at.draft)).whom()


async def _show(at: Writing) -> Screen | None:
    """The message itself, just as people get it, and below it what to do about it."""
    at = await at.keep(at.draft)
    count, message = await at.count(), at.draft.message
    if at.draft.fault is not None:
        return (await at.hub()).headed(at.screens.fault(at.draft.fault))
    if not count:
        return (await at.whom()).headed(at.words.say(BroadcastText.NOBODY))
    code = longest_code(message.promo) if message.promo.own else ""
    copy = Outgoing(
        text=words_of(message, code),
        keyboard=under_copy(message, at.people.texts, at.words.language, SHOWN),
    )
    await at.people.outbox.post(at.member.chat, copy, name=f"{at.update.update_id}-copy")
    text, keyboard = at.screens.shown(at.draft, count)
    below = Outgoing(text=text, keyboard=keyboard)
    await at.people.outbox.post(at.member.chat, below, name=f"{at.update.update_id}-below")
    return None


async def _ask_whether(at: Writing) -> Screen:
    """Anew, and with what is different, if the draft or the count is no longer what was seen."""
    if at.draft.fault is not None:
        return Screen(at.screens.fault(at.draft.fault))
    count, is_changed = await at.count(), at.revision != at.draft.revision
    if not count:
        return (await at.whom()).headed(at.words.say(BroadcastText.NOBODY))
    is_quiet = at.people.broadcasts.is_quiet
    screen = at.screens.sure(at.draft, count, is_quiet=is_quiet, is_changed=is_changed)
    if is_changed:
        return screen.headed(at.words.say(BroadcastText.DRAFT_CHANGED))
    return screen if count == at.number else screen.headed(at.words.say(BroadcastText.COUNT_CHANGED))


def _has_grown(seen: int, count: int) -> bool:
    """Whether there are more than were agreed to: people come and go all the time, so a few do not count."""
    return count > seen + seen * _FEW


async def _start(at: Writing) -> Screen:
    return await _begin(at, by_night=False)


async def _start_by_night(at: Writing) -> Screen:
    return await _begin(at, by_night=True)


async def _begin(at: Writing, *, by_night: bool) -> Screen:
    """The yes, to what was seen. Whoever is no admin any more does not get here."""
    if at.revision != at.draft.revision or _has_grown(at.number, await at.count()):
        return await _ask_whether(at)
    key = f"{at.people.tenant.name}:{at.member.key}:{at.draft.token}"
    try:
        begun = await at.people.broadcasts.start(
            at.draft.message, at.draft.audience, at.member, by_night=by_night, request_key=key
        )
    except StoreFull:
        return (await _ask_whether(at)).headed(at.words.say(BroadcastText.FULL))
    if begun is None:
        return (await at.whom()).headed(at.words.say(BroadcastText.NOBODY))
    waits = at.people.broadcasts.is_quiet and not begun.by_night
    await at.people.upkeep.jobs.run_now(DUTY, key=begun.subject, asked_by=at.member.key)
    await at.state.clear()
    said = BroadcastText.BEGUN_MORNING if waits else BroadcastText.BEGUN
    people = at.words.people(begun.people)
    return Screen(at.words.say(said, number=begun.broadcast_id, people=people))


async def _drop(at: Writing) -> Screen:
    await at.state.clear()
    return Screen(at.words.say(BroadcastText.DROPPED))


TAPS: Mapping[Act, Callable[[Writing], Awaitable[Screen | None]]] = {
    Act.TEXT: _ask_text,
    Act.BUTTON: _ask_button,
    Act.NO_BUTTON: _without_button,
    Act.PROMO: _ask_promo,
    Act.OWN_PROMO: _own_promo,
    Act.NO_PROMO: _without_promo,
    Act.WHO: _whom,
    Act.LANGUAGE: _next_language,
    Act.ASK_DAYS: _ask_days,
    Act.DAYS: _choose_days,
    Act.ASK_PRODUCT: _ask_product,
    Act.PRODUCT: _choose_product,
    Act.BOOKING: _tick_booking,
    Act.HUB: _hub,
    Act.SHOW: _show,
    Act.ASK: _ask_whether,
    Act.YES: _start,
    Act.NIGHT: _start_by_night,
    Act.DROP: _drop,
}
