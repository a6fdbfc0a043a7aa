"""What people do with what is kept about them: see it, get it as a file, have it erased, withdraw consent."""

import asyncio
from collections.abc import Mapping

import structlog
from aiogram import Bot, F, Router
from aiogram.filters import Filter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message, Update

from bot.domain import FileRef, Outgoing, Purpose
from bot.handlers.news import show_news, stop_news, take_news
from bot.handlers.own_data import Act, Asked, own_data_of, redraw, screen_of
from bot.handlers.screens import chat_ref, person_of, toast
from bot.people.privacy.screens import SUBJECT, OwnTap
from bot.people.privacy.words import OwnData
from bot.people.services import People
from bot.store.erasing import Erasure
from bot.texts.literal import literal
from bot.texts.privacy import PrivacyText
from bot.texts.service import ServiceText

log = structlog.get_logger()


def build_router() -> Router:
    router = Router(name="privacy")
    router.message.register(take_words, _AboutOwnData())
    router.edited_message.register(take_words, _AboutOwnData())  # a command that was misspelt at first
    router.callback_query.register(take_tap, F.data.startswith(SUBJECT))
    return router


class _AboutOwnData(Filter):
    async def __call__(self, message: Message, bot: Bot) -> bool | dict[str, OwnData]:
        wanted = own_data_of(message, await bot.me())
        return {"wanted": wanted} if wanted is not None else False


async def take_words(
    message: Message, bot: Bot, event_update: Update, people: People, state: FSMContext, wanted: OwnData
) -> None:
    if message.from_user is None:
        return
    asked = Asked(
        people=people,
        person=person_of(message.from_user),
        chat=message.chat,
        update=event_update,
        state=state,
        bot=bot,
    )
    await people.delivery.seen(chat_ref(message.chat), message.message_id)
    if message.chat.type != "private":
        await asked.show(Outgoing(text=asked.say(PrivacyText.ONLY_IN_PRIVATE)))
    elif not await people.consents.is_handled(event_update.update_id):
        log.info("own_data_asked", person=asked.person.key, wanted=wanted.name)
        await _BY_WORDS[wanted](asked)
        await people.consents.note_handled(event_update.update_id)


async def take_tap(
    query: CallbackQuery, bot: Bot, event_update: Update, people: People, state: FSMContext
) -> None:
    tap, person, message = OwnTap.parse(query.data or ""), person_of(query.from_user), query.message
    if tap is None or tap.act not in _BY_TAP or message is None:
        await toast(bot, query, people.texts.say(ServiceText.BUTTON_OUTDATED, person.language))
        return
    asked = Asked(
        people=people,
        person=person,
        chat=message.chat,
        update=event_update,
        state=state,
        bot=bot,
        query=query,
        tapped=message,
        detail=tap.detail,
        is_about_news=tap.act == "mail",
    )
    if tap.person_id != person.external_id:
        await asked.toast(PrivacyText.OTHERS)
    elif await people.consents.is_handled(event_update.update_id):
        await asked.toast()
    else:
        await _BY_TAP[tap.act](asked)
        await people.consents.note_handled(event_update.update_id)


async def _show_screen(asked: Asked) -> None:
    text, keyboard = await screen_of(asked)
    await asked.show(Outgoing(text=text, keyboard=keyboard))


async def _send_file(asked: Asked) -> None:
    """As a file for programs and one for reading; their bytes are forgotten once they are sent."""
    people, person = asked.people, asked.person
    await asked.toast()
    file = await people.privacy.files.of(person)
    if file.is_empty:
        await asked.show(Outgoing(text=asked.say(PrivacyText.FILE_NOTHING)))
        return
    when = people.privacy.screen.moment(people.now())
    title = asked.say(PrivacyText.FILE_TITLE, when=when)
    parts = (
        ("json", file.as_json(), PrivacyText.FILE),
        ("txt", file.as_text(title), PrivacyText.FILE_READABLE),
    )
    for ending, content, caption in parts:
        key = await people.files.keep(content, f"own:{person.key}:{asked.update.update_id}:{ending}")
        await asked.show(
            Outgoing(
                text=asked.say(caption),
                file=FileRef(key=key, name=f"my-data.{ending}"),
                purpose=Purpose.EXPORT,
            ),
            name=f"export-{ending}",
        )


async def _ask_to_forget(asked: Asked) -> None:
    people, person = asked.people, asked.person
    await asked.toast()
    if (held := await _held(asked)) is not None:
        await asked.show(Outgoing(text=held), name="forget")
        return
    counts = await people.privacy.files.counts(person)
    words = people.privacy.screen.forget_question(person.language, counts)
    keyboard = people.privacy.screen.forget_keyboard(person, people.now())
    await asked.show(Outgoing(text=words, keyboard=keyboard), name="forget")


async def _held(asked: Asked) -> str | None:
    """Why nothing can be erased now; None: all of it can."""
    person = asked.person
    hold = await asyncio.to_thread(asked.people.privacy.holds.of, person.channel, person.external_id)
    return None if hold is None else asked.say(PrivacyText.HELD_BACK, reason=literal(hold.reason))


async def _erase(asked: Asked) -> None:
    """Note that they want it, so that a kill does not undo it, and do it now."""
    people, person, tapped = asked.people, asked.person, asked.tapped
    if tapped is None or not OwnTap(act="erase", person_id=person.external_id, detail=asked.detail).is_fresh(
        people.now()
    ):
        await asked.toast(PrivacyText.FORGET_LATE)
        await asked.change(asked.say(PrivacyText.FORGET_LATE))
        return
    if (held := await _held(asked)) is not None:
        await asked.toast()
        await asked.change(held)
        return
    await people.privacy.erasing.ask(
        Erasure(
            person=person,
            chat=chat_ref(asked.chat),
            message_id=tapped.message_id,
            asked_at=people.now(),
        )
    )
    await asked.toast()
    await asked.change(asked.say(PrivacyText.FORGETTING))
    await people.privacy.erasing.finish(person)


async def _keep(asked: Asked) -> None:
    await asked.toast()
    await asked.change(asked.say(PrivacyText.FORGET_KEPT))


async def _show_terms(asked: Asked) -> None:
    people, screen = asked.people, asked.people.privacy.consent_screen
    await asked.toast()
    if screen is not None and asked.tapped is not None:
        name = f"terms-{asked.tapped.message_id}"
        outgoing = Outgoing(text=screen.full(asked.person.language))
        await people.outbox.post(chat_ref(asked.chat), outgoing, name=name, language=asked.person.language)


async def _withdraw(asked: Asked) -> None:
    """From now on nothing is answered: neither what waits, nor what is being answered."""
    people, person = asked.people, asked.person
    if not await people.consents.withdraw(person):
        await asked.toast(PrivacyText.NOT_WITHDRAWN)
        return
    await people.privacy.inbox.erase(person.key, person.external_id)
    await asked.state.clear()
    await asked.toast()
    await redraw(asked)
    await asked.show(Outgoing(text=asked.say(PrivacyText.WITHDRAWN)), name="withdrawn")


async def _keep_summary(asked: Asked) -> None:
    keeps = asked.detail == "1"
    await asked.people.consents.keep_summary(asked.person, keeps=keeps)
    await asked.toast(PrivacyText.SUMMARY_NOW_KEPT if keeps else PrivacyText.SUMMARY_NOW_DROPPED)
    await redraw(asked)


_BY_WORDS: Mapping[OwnData, Act] = {
    OwnData.PRIVACY: _show_screen,
    OwnData.MY_DATA: _send_file,
    OwnData.FORGET: _ask_to_forget,
    OwnData.NEWS: show_news,
}
_BY_TAP: Mapping[str, Act] = {
    "full": _show_terms,
    "file": _send_file,
    "forget": _ask_to_forget,
    "sum": _keep_summary,
    "news": take_news,
    "mail": take_news,
    "nonews": stop_news,
    "withdraw": _withdraw,
    "erase": _erase,
    "keep": _keep,
}
