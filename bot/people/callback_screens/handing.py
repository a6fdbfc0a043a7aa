"""Hands requests to staff, and tells customers what became of them: never a promise before staff know."""

from datetime import timedelta

import structlog

from bot.domain import Outgoing
from bot.domain.callbacks import Callback
from bot.people.callback_screens.customers import CallbackScreens
from bot.people.callbacks.promises import Window, promised
from bot.people.screen import Screen
from bot.people.services import People

log = structlog.get_logger()

_AT_ONCE = timedelta(minutes=1)
"""Within it what was read back is promised; later the time runs from when staff were told."""


def screens_of(people: People, callback: Callback) -> CallbackScreens:
    return CallbackScreens(people=people, language=callback.requester.language, now=people.now())


async def hand_over(people: People, callback: Callback) -> Callback:
    """Tell staff, and note it; `told_at` of the result says whether anybody could be told. Repeatable."""
    if callback.told_at is not None or not callback.status.is_open:
        return callback
    if not await people.cards.announce(callback):
        return callback
    await people.callbacks.told(callback, _window(people, callback))
    log.info("callback_handed_over", callback=callback.callback_id)
    found = await people.callbacks.find(callback.callback_id)
    if found is None:
        return callback
    await people.cards.refresh(found)
    return found


async def tell_outcome(people: People, callback: Callback) -> None:
    """The promise, or that there is none yet, once each."""
    phone = await people.callbacks.phone_of(callback.callback_id)
    if phone is None:
        return
    state = "accepted" if callback.told_at else "kept"
    await _tell(people, callback, screens_of(people, callback).outcome(callback, phone), state)


async def tell_news(people: People, callback: Callback) -> None:
    """What staff have just done with it, once for each state and try."""
    phone = await people.cards.phone_of(callback)
    news = None if not phone else screens_of(people, callback).news(callback, phone)
    if news is not None:
        await _tell(people, callback, news, f"{callback.status}-{callback.tries}")


async def hand_over_waiting(people: People) -> None:
    """The duty: what could not be told to anybody is told as soon as somebody is there."""
    for callback in await people.callbacks.list_open():
        if callback.told_at is None and people.now() - callback.created_at > _AT_ONCE:
            handed = await hand_over(people, callback)
            if handed.told_at is not None:
                await tell_outcome(people, handed)


def _window(people: People, callback: Callback) -> Window:
    now = people.now()
    read_back = Window(call_from=callback.call_from, due_at=callback.due_at)
    if callback.call_from > now or now - callback.created_at <= _AT_ONCE:
        return read_back
    settings = people.tenant.service.callbacks
    return promised(people.callbacks.clock, settings, now) or read_back


async def _tell(people: People, callback: Callback, screen: Screen, state: str) -> None:
    name = f"callback-{callback.callback_id}-{state}"
    outgoing = Outgoing(text=screen.text, keyboard=screen.keyboard)
    await people.outbox.post(callback.chat, outgoing, name=name, language=callback.requester.language)
