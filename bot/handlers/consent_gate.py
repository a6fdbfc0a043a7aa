"""The gate of consent: what customers send passes it once they agree to the terms; until then it waits."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiogram import Router
from aiogram.types import CallbackQuery, Message, TelegramObject, Update

from bot.domain import Utterance, UtteranceKind
from bot.domain.consents import Person
from bot.errors import StoreError
from bot.handlers.own_data import own_data_of
from bot.handlers.screens import person_of, tell, toast
from bot.handlers.utterances import utterance_from
from bot.people.privacy.consent import Standing
from bot.people.privacy.consent_screen import SUBJECT
from bot.people.privacy.screens import SUBJECT as OWN_DATA
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.consent import ConsentText

log = structlog.get_logger()

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]

_NOT_WORTH_KEEPING = frozenset({UtteranceKind.CANCEL, UtteranceKind.NEW, UtteranceKind.END})
"""Commands that have nothing to work on before the first answer."""
_ASKED_EACH_TIME = frozenset({UtteranceKind.START, UtteranceKind.HELP})


def guard(customers: Router) -> None:
    """Let nothing of customers past before they agree, but what they want with their own data."""
    customers.message.outer_middleware(_hold_message)
    customers.edited_message.outer_middleware(_hold_message)
    customers.callback_query.outer_middleware(_stop_tap)


async def _hold_message(handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
    """Let a message wait for consent, and ask for it."""
    people: People = data["people"]
    if not isinstance(event, Message) or event.from_user is None or event.from_user.is_bot:
        return await handler(event, data)
    person = person_of(event.from_user)
    me = await data["bot"].me()
    standing = await _standing(people, person)
    if standing is Standing.GIVEN or own_data_of(event, me) is not None:
        return await handler(event, data)
    update: Update = data["event_update"]
    utterance = utterance_from(event, update.update_id, me, data["recordings"])
    if utterance is None:
        return None
    await people.delivery.seen(utterance.chat, event.message_id)
    is_kept = utterance.kind in _NOT_WORTH_KEEPING or await people.consents.hold(
        person, update.model_dump_json(exclude_unset=True, by_alias=True)
    )
    if utterance.kind in _ASKED_EACH_TIME or await people.consents.may_ask(
        person, utterance.chat.key, update.update_id
    ):
        await _ask(people, event, update, utterance, person, standing, is_kept=is_kept)
    return None


async def _standing(people: People, person: Person) -> Standing:
    """While the database is away, whoever Redis does not know is asked: nobody else must wait for them."""
    try:
        return await people.consents.standing(person)
    except StoreError as error:
        log.warning("consent_not_looked_up", person=person.key, error=str(error))
        return Standing.MISSING


async def _ask(
    people: People,
    message: Message,
    update: Update,
    utterance: Utterance,
    person: Person,
    standing: Standing,
    *,
    is_kept: bool,
) -> None:
    log.info("consent_asked", update_id=update.update_id, person=person.key, standing=standing)
    screen = people.privacy.consent_screen
    waits = utterance.kind not in _ASKED_EACH_TIME | _NOT_WORTH_KEEPING
    shown = Screen(people.texts.say(ConsentText.TOO_MANY, person.language))
    if is_kept and screen is not None:
        shown = Screen(screen.question(person, standing, waits=waits), screen.buttons(person))
    # The update is handled once more after the yes, and may show a screen of its own then.
    await tell(people, message, update, shown, name="consent")


async def _stop_tap(handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
    """A button of whatever else, tapped by somebody who does not agree to the terms, or no longer."""
    people: People = data["people"]
    if not isinstance(event, CallbackQuery) or (event.data or "").startswith((SUBJECT, OWN_DATA)):
        return await handler(event, data)
    person = person_of(event.from_user)
    standing = await _standing(people, person)
    if standing is Standing.GIVEN:
        return await handler(event, data)
    log.info("tap_without_consent", person=person.key)
    await toast(data["bot"], event, people.texts.say(ConsentText.NEEDED, person.language), alert=True)
    update: Update = data["event_update"]
    screen, message = people.privacy.consent_screen, event.message
    if message is None or screen is None:
        return None
    chat_key = f"telegram:{message.chat.id}"
    if await people.consents.may_ask(person, chat_key, update.update_id):
        question = screen.question(person, standing, waits=False)
        await tell(people, event, update, Screen(question, screen.buttons(person)))
    return None
