"""What people do with the question for consent: agree, read all of it, refuse."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog
from aiogram import Bot, Dispatcher, F, Router
from aiogram.exceptions import TelegramAPIError
from aiogram.types import (
    CallbackQuery,
    InaccessibleMessage,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    Update,
)

from bot.domain import Keyboard, Outgoing
from bot.domain.consents import Person
from bot.errors import StoreError
from bot.handlers.screens import change, chat_ref, person_of, show, toast
from bot.people.privacy.consent import Standing
from bot.people.privacy.consent_screen import SUBJECT, ConsentScreen, ConsentTap
from bot.people.services import People
from bot.texts.broadcasts import NewsText
from bot.texts.consent import ConsentText
from bot.texts.menu import MenuText
from bot.texts.service import ServiceText

log = structlog.get_logger()


def build_router() -> Router:
    router = Router(name="consent")
    router.callback_query.register(take_tap, F.data.startswith(SUBJECT))
    return router


@dataclass(frozen=True, kw_only=True, slots=True)
class _Tapped:
    """One tap on the question, by whom it was asked."""

    query: CallbackQuery
    message: Message | InaccessibleMessage
    """The latter after months, when Telegram no longer says what stands there."""
    update: Update
    bot: Bot
    people: People
    screen: ConsentScreen
    dispatcher: Dispatcher
    person: Person
    tap: ConsentTap

    def say(self, text: ConsentText, **values: object) -> str:
        return self.people.texts.say(text, self.person.language, **values)

    async def toast(self, text: ConsentText | None = None, *, alert: bool = False) -> None:
        await toast(self.bot, self.query, self.say(text) if text else "", alert=alert)

    async def show(self, words: str, keyboard: Keyboard | None = None) -> None:
        outgoing = Outgoing(text=words, keyboard=keyboard)
        await show(self.people, self.message.chat, self.update, outgoing, language=self.person.language)

    async def rebutton(self, keyboard: Keyboard | None) -> None:
        """Change the buttons alone; if the message is gone, nobody misses them."""
        with suppress(TelegramAPIError):
            await self.bot.edit_message_reply_markup(
                chat_id=self.message.chat.id,
                message_id=self.message.message_id,
                reply_markup=_markup(keyboard),
            )

    @property
    def is_under_full(self) -> bool:
        """Whether the buttons stand, or may, under the full text, which must not be written over."""
        markup = self.message.reply_markup if isinstance(self.message, Message) else None
        rows = markup.inline_keyboard if markup is not None else []
        data = [button.callback_data or "" for row in rows for button in row]
        return not any(item.startswith(f"{SUBJECT}full:") for item in data)

    async def settle(self, words: str) -> None:
        """Put what came of it where the question stood."""
        if self.is_under_full:
            await self.rebutton(None)
        else:
            await change(self.people, self.message, words)


async def take_tap(
    query: CallbackQuery, bot: Bot, event_update: Update, people: People, dispatcher: Dispatcher
) -> None:
    tap, person, message = ConsentTap.parse(query.data or ""), person_of(query.from_user), query.message
    screen, say = people.privacy.consent_screen, people.texts.say
    if tap is None or screen is None or message is None or tap.act not in _ACTS:
        await toast(bot, query, say(ServiceText.BUTTON_OUTDATED, person.language))
        return
    if tap.person_id != person.external_id:
        await toast(bot, query, say(ConsentText.OTHERS, person.language), alert=True)
        return
    if await people.consents.is_handled(event_update.update_id):
        await toast(bot, query)
        return
    tapped = _Tapped(
        query=query,
        message=message,
        update=event_update,
        bot=bot,
        people=people,
        screen=screen,
        dispatcher=dispatcher,
        person=person,
        tap=tap,
    )
    terms = await people.consents.look()
    is_of_today = terms is not None and tap.version == terms.version
    await (_ACTS[tap.act] if is_of_today else _ask_anew)(tapped)


async def _ask_anew(tapped: _Tapped) -> None:
    """The button is of another version of the terms."""
    people, person = tapped.people, tapped.person
    standing = await people.consents.standing(person)
    await tapped.rebutton(None)
    if standing is Standing.GIVEN:
        await tapped.toast(ConsentText.STANDS, alert=True)
        return
    await tapped.toast(ConsentText.OUTDATED, alert=True)
    waits = bool(await people.consents.held(person))
    await tapped.show(
        tapped.screen.question(person, Standing.OUTDATED, waits=waits), tapped.screen.buttons(person)
    )


async def _agree(tapped: _Tapped) -> None:
    """Note it, and handle what waited as if it came now."""
    people, person, tap = tapped.people, tapped.person, tapped.tap
    try:
        await people.privacy.erasing.finish(person)  # one that is not done would take this consent along
        is_new = await people.consents.give(
            person, keeps_summary=tap.keeps_summary, takes_news=tap.takes_news, version=tap.version
        )
    except StoreError as error:
        log.warning("consent_not_stored", person=person.key, error=str(error))
        await tapped.toast(ConsentText.NOT_STORED, alert=True)
        return
    await tapped.toast(None if is_new else ConsentText.ALREADY)
    text = ConsentText.GIVEN_WITH_SUMMARY if tap.keeps_summary else ConsentText.GIVEN
    words = tapped.say(text, version=tap.version)
    if tap.takes_news:
        words = f"{words}\n\n{people.texts.say(NewsText.GIVEN, person.language)}"
    await tapped.settle(words)
    held = [
        Update.model_validate_json(item, context={"bot": tapped.bot})
        for item in await people.consents.held(person)
    ]
    if is_new or held:
        await _thank(tapped, held)
    for update in sorted(held, key=lambda update: update.update_id):
        await tapped.dispatcher.feed_update(tapped.bot, update)
    await people.consents.drop(person, chat_ref(tapped.message.chat).key)
    await people.consents.note_handled(tapped.update.update_id)


async def _thank(tapped: _Tapped, held: Sequence[Update]) -> None:
    """With the keyboard for all that follows; a /start that waits says more than thanks."""
    people, person = tapped.people, tapped.person
    if any(update.message and (update.message.text or "").startswith("/start") for update in held):
        return
    if held:
        words = tapped.say(ConsentText.ANSWERING)
    elif await people.consents.has_waited(person):
        words = tapped.say(ConsentText.ASK_AGAIN)
    else:
        words = people.texts.say(MenuText.WHAT_NEXT, person.language)
    is_private = tapped.message.chat.type == "private"
    await tapped.show(words, people.menu.keyboard(person.language) if is_private else None)


async def _decline(tapped: _Tapped) -> None:
    people, person = tapped.people, tapped.person
    if await people.consents.standing(person) is Standing.GIVEN:
        await tapped.toast(ConsentText.STANDS, alert=True)
        return
    await people.consents.drop(person, chat_ref(tapped.message.chat).key)
    log.info("consent_declined", person=person.key)
    await tapped.toast()
    if tapped.is_under_full:
        await tapped.rebutton(None)
        await tapped.show(tapped.say(ConsentText.DECLINED))
    else:
        await change(people, tapped.message, tapped.say(ConsentText.DECLINED))


async def _show_full(tapped: _Tapped) -> None:
    """The full text, once under each question, with the buttons below it once more."""
    people, person = tapped.people, tapped.person
    buttons = tapped.screen.buttons(person, tapped.tap, under_full=True)
    outgoing = Outgoing(text=tapped.screen.full(person.language), keyboard=buttons)
    name = f"terms-{tapped.message.message_id}"
    chat = chat_ref(tapped.message.chat)
    is_new = await people.outbox.post(chat, outgoing, name=name, language=person.language)
    await tapped.toast(None if is_new else ConsentText.FULL_BELOW)


async def _tick(tapped: _Tapped) -> None:
    """Tick a box, or no longer: the buttons carry it until the person agrees."""
    ticked = tapped.tap.ticked_over()
    await tapped.toast()
    await tapped.rebutton(tapped.screen.buttons(tapped.person, ticked, under_full=tapped.is_under_full))


_ACTS: Mapping[str, Callable[[_Tapped], Awaitable[None]]] = {
    "yes": _agree,
    "no": _decline,
    "full": _show_full,
    "sum": _tick,
    "news": _tick,
}


def _markup(keyboard: Keyboard | None) -> InlineKeyboardMarkup | None:
    if keyboard is None:
        return None
    rows = [
        [InlineKeyboardButton(text=button.text, callback_data=button.data) for button in row]
        for row in keyboard.rows
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows)
