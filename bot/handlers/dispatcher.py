"""The aiogram dispatcher with everything it needs, for polling and webhook alike."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiogram import Bot, Dispatcher, Router
from aiogram.client.default import DefaultBotProperties
from aiogram.client.telegram import TelegramAPIServer
from aiogram.fsm.storage.base import DefaultKeyBuilder
from aiogram.fsm.storage.redis import RedisStorage
from aiogram.types import TelegramObject, Update
from aiogram.types.update import UpdateTypeLookupError

from bot.errors import SettingsError
from bot.handlers import (
    actions,
    admins,
    audit,
    booking_forms,
    bookings,
    bookings_kept,
    broadcast_forms,
    broadcasts,
    callbacks,
    choices,
    consent,
    correcting,
    dialogues,
    exporting,
    handoff_talk,
    handoffs,
    health,
    hours,
    invitations,
    jobs,
    marks,
    members,
    models,
    privacy,
    proposals,
    rating_words,
    ratings,
    retention,
    review_modes,
    reviewing,
    sheets,
    staff_callbacks,
    staff_desk,
    staff_elsewhere,
    staff_result,
    staff_room,
    start,
    statistics,
    thumbs,
    topics,
    why,
)
from bot.handlers.consent_gate import guard
from bot.handlers.inbox import Acceptor, build_router
from bot.handlers.patience import Patience
from bot.handlers.plain_filters import call_plain_filters_at_once
from bot.handlers.session import TolerantSession
from bot.people.services import People
from bot.recordings import RecordingLimits
from bot.settings import TelegramSettings

log = structlog.get_logger()

ALLOWED_UPDATES = ["message", "edited_message", "callback_query"]


_FORM_KEPT_S = 24 * 3600
"""A form that was begun and left is forgotten then."""


def build_dispatcher(
    acceptor: Acceptor,
    recordings: RecordingLimits | None = None,
    people: People | None = None,
    *,
    patience_s: float | None = None,
) -> Dispatcher:
    """Without `recordings` none is listened to; without `people` there is nothing but questions and answers.

    `patience_s`: as in `Patience`.
    """
    dispatcher = Dispatcher(
        storage=_forms(people) if people else None,
        disable_fsm=True,  # what was entered so far is looked up below, where Redis may be away
        acceptor=acceptor,
        recordings=recordings,
        people=people,
    )
    dispatcher.update.outer_middleware(_pass_over_unknown)
    if people is not None:
        dispatcher.update.outer_middleware(Patience(patience_s))
        dispatcher.update.outer_middleware(dispatcher.fsm)
        dispatcher.update.outer_middleware(_see_changes)
        for router in staff_routers():
            dispatcher.include_router(router)
    dispatcher.include_router(_customers(people))
    call_plain_filters_at_once(dispatcher)
    return dispatcher


def staff_routers() -> list[Router]:
    """What an update of the staff is offered to first; everybody else's passes through untouched."""
    return [
        staff_room.build_router(),
        staff_elsewhere.build_router(),
        why.build_router(),
        correcting.build_router(),
        proposals.build_router(),
        reviewing.build_router(),
        review_modes.build_router(),
        marks.build_router(),
        staff_desk.build_router(),
        staff_callbacks.build_router(),
        staff_result.build_router(),
        bookings_kept.build_staff_router(),
        retention.build_router(),
        jobs.build_router(),
        exporting.build_router(),
        broadcasts.build_router(),
        broadcast_forms.build_router(),
        topics.build_router(),
        hours.build_router(),
        models.build_router(),
        admins.build_router(),
        statistics.build_router(),
        health.build_router(),
        members.build_router(),
        invitations.build_router(),
        audit.build_router(),
        handoffs.build_router(),
        handoff_talk.build_router(),
    ]


def _customers(people: People | None) -> Router:
    """The gate of consent around all that customers send, a router for each subject, and the inbox."""
    customers = Router(name="customers")
    if people is not None:
        if people.consents.terms is not None:
            guard(customers)
        for router in _for_customers():
            customers.include_router(router)
    customers.include_routers(build_router(), choices.build_router())
    return customers


def _for_customers() -> list[Router]:
    """What an update of a customer is offered to before it is a question."""
    return [
        consent.build_router(),
        privacy.build_router(),
        start.build_router(),
        callbacks.build_router(),
        bookings.build_router(),
        booking_forms.build_router(),
        bookings_kept.build_router(),
        actions.build_router(),
        sheets.build_router(),
        ratings.build_router(),
        thumbs.build_router(),
        dialogues.build_router(),
        rating_words.build_router(),
    ]


class _Forms(RedisStorage):
    """What was entered so far, under `<prefix>:form:<chat>:<person>:...`."""

    async def close(self) -> None:
        """Nothing: the client is not the storage's own."""


def _forms(people: People) -> RedisStorage:
    keys = DefaultKeyBuilder(prefix=f"{people.prefix}:form")
    return _Forms(people.redis, key_builder=keys, state_ttl=_FORM_KEPT_S, data_ttl=_FORM_KEPT_S)


def build_bot(settings: TelegramSettings) -> Bot:
    """Raises SettingsError when the token is missing."""
    if settings.bot_token is None:
        raise SettingsError("TELEGRAM_BOT_TOKEN is not set: get one from @BotFather and put it into .env")
    server = TelegramAPIServer.from_base(settings.api_base_url)
    proxy = settings.proxy.get_secret_value() if settings.proxy else None
    session = TolerantSession(api=server, proxy=proxy)
    return Bot(settings.bot_token.get_secret_value(), session=session, default=DefaultBotProperties())


async def _see_changes(
    handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
    event: TelegramObject,
    data: dict[str, Any],
) -> Any:
    """Each update is handled by the hours that hold now, whichever process changed them."""
    await data["people"].changes.refresh()
    return await handler(event, data)


async def _pass_over_unknown(
    handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
    event: TelegramObject,
    data: dict[str, Any],
) -> Any:
    """Confirm updates of unknown kinds; the warning of aiogram itself would print their text."""
    if isinstance(event, Update):
        try:
            _ = event.event_type
        except UpdateTypeLookupError:
            log.info("update_passed_over", update_id=event.update_id)
            return None
    return await handler(event, data)
