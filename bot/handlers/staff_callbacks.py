"""Taps on the cards of callback requests: whoever is first has it, everybody else is told who has."""

from dataclasses import dataclass
from typing import Self

import structlog
from aiogram import Bot, F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Update

from bot.domain.callbacks import Callback, CallbackStatus, Move
from bot.domain.staff import Member, Role
from bot.handlers.choices import pass_over
from bot.handlers.roles import HasRole
from bot.handlers.screens import chat_ref, language_of, toast, turn_into
from bot.handlers.staff_result import ask_for_words
from bot.people.callback_screens.desk import Desk
from bot.people.callback_screens.handing import tell_news
from bot.people.callbacks.card_text import TAP
from bot.people.callbacks.phones import shown_phone
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.cards import CardText, DeskText

log = structlog.get_logger()

_LONGEST_NUMBER = 15
_ALERT_NAME = 100


def build_router() -> Router:
    router = Router(name="staff_callbacks")
    for actions, handler in (
        (("take", "back", "silent"), move),
        (("talked", "look"), turn_over),
        (("result",), close),
        (("words",), write),
        (("phone",), reveal),
        (("open",), open_card),
    ):
        router.callback_query.register(handler, F.data.regexp(_data_of(actions)), HasRole(Role.OPERATOR))
    router.callback_query.register(
        turn_page, F.data.regexp(rf"^{TAP}page:[0-9]{{1,4}}$"), HasRole(Role.OPERATOR)
    )
    router.callback_query.register(pass_over, F.data.startswith(TAP), HasRole(Role.OPERATOR))
    router.callback_query.register(refuse, F.data.startswith(TAP))
    return router


def _data_of(actions: tuple[str, ...]) -> str:
    return rf"^{TAP}(?:{'|'.join(actions)}):[0-9]{{1,{_LONGEST_NUMBER}}}(?::[a-z0-9_]+)?$"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Tap:
    """What the button says, which is forged as easily as pressed."""

    action: str
    callback_id: int
    extra: str

    @classmethod
    def of(cls, query: CallbackQuery) -> Self:
        action, number, *rest = (query.data or "").removeprefix(TAP).split(":")
        return cls(action=action, callback_id=int(number), extra=rest[0] if rest else "")


async def refuse(query: CallbackQuery, bot: Bot, people: People) -> None:
    """One who does not work here, or no longer, has a card before them."""
    await toast(bot, query, people.texts.say(DeskText.STAFF_ONLY, language_of(query.from_user)))


async def move(query: CallbackQuery, bot: Bot, people: People, member: Member, state: FSMContext) -> None:
    """A step that changes whose the request is: taken, given back, or nobody answered."""
    tapped, desk = _Tap.of(query), Desk(people=people, language=language_of(query.from_user))
    steps = {
        "take": people.callbacks.take,
        "back": people.callbacks.give_back,
        "silent": people.callbacks.no_answer,
    }
    moved = await steps[tapped.action](tapped.callback_id, member)
    if not moved.done or moved.callback is None:
        await _explain(query, bot, desk, moved, member)
        return
    callback = moved.callback
    await state.clear()
    await _follow(people, callback, member, f"callback_{tapped.action}")
    if tapped.action == "back":
        await _say_free(people, callback)
    await toast(bot, query, _moved_words(desk, callback))


async def turn_over(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    """The card asks what came of the call, or goes back to what it was; nothing is decided yet."""
    tapped, desk = _Tap.of(query), Desk(people=people, language=language_of(query.from_user))
    callback = await _own(query, bot, desk, tapped.callback_id, member)
    if callback is not None:
        await people.cards.refresh(callback, asks_result=tapped.action == "talked")
        await toast(bot, query)


async def close(query: CallbackQuery, bot: Bot, people: People, member: Member, state: FSMContext) -> None:
    """The call was made; what came of it is one of the tenant's labels."""
    tapped, desk = _Tap.of(query), Desk(people=people, language=language_of(query.from_user))
    if tapped.extra not in {label.id for label in people.tenant.service.callbacks.results}:
        await pass_over(query, bot, people)
        return
    moved = await people.callbacks.done(tapped.callback_id, member, tapped.extra)
    if not moved.done or moved.callback is None:
        await _explain(query, bot, desk, moved, member)
        return
    await state.clear()
    await _follow(people, moved.callback, member, "callback_done")
    await toast(bot, query, desk.say(DeskText.NOTED))


async def write(
    query: CallbackQuery, bot: Bot, event_update: Update, people: People, member: Member, state: FSMContext
) -> None:
    """What came of the call is told in the operator's own words, by the next message."""
    desk = Desk(people=people, language=language_of(query.from_user))
    callback = await _own(query, bot, desk, _Tap.of(query).callback_id, member)
    if callback is not None:
        await ask_for_words(query, event_update, people, callback, state)
        await toast(bot, query)


async def reveal(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    """The number, before the eyes of who tapped alone; that it was shown is written down first."""
    desk = Desk(people=people, language=language_of(query.from_user))
    callback = await people.callbacks.find(_Tap.of(query).callback_id)
    if callback is None:
        await _say_gone(query, bot, desk)
        return
    phone = await people.cards.phone_of(callback) if callback.status.is_open else ""
    if not phone:
        text = DeskText.PHONE_UNREADABLE if callback.status.is_open else DeskText.PHONE_CLOSED
        await toast(bot, query, desk.say(text), alert=True)
        return
    await people.staff.note_act(member, "phone_shown", callback.subject)
    name = callback.requester.name[:_ALERT_NAME] or people.texts.say(CardText.NO_NAME, desk.language)
    await toast(bot, query, desk.say(DeskText.PHONE, name=name, phone=shown_phone(phone)), alert=True)


async def open_card(query: CallbackQuery, bot: Bot, event_update: Update, people: People) -> None:
    """One more copy of the card, where the list was read."""
    desk = Desk(people=people, language=language_of(query.from_user))
    callback = await people.callbacks.find(_Tap.of(query).callback_id)
    if callback is None or query.message is None:
        await _say_gone(query, bot, desk)
        return
    await people.cards.show(callback, chat_ref(query.message.chat), str(event_update.update_id))
    await toast(bot, query)


async def turn_page(query: CallbackQuery, bot: Bot, people: People) -> None:
    page = int((query.data or "").rpartition(":")[2])
    desk = Desk(people=people, language=language_of(query.from_user))
    await turn_into(people, query, bot, desk.waiting(page))


async def _own(
    query: CallbackQuery, bot: Bot, desk: Desk, callback_id: int, member: Member
) -> Callback | None:
    """The request, if it is in the member's hands; else they are told how it is."""
    callback = await desk.people.callbacks.find(callback_id)
    is_own = callback is not None and callback.status is CallbackStatus.TAKEN
    if callback is not None and is_own and callback.taken_by == member.key:
        return callback
    await _explain(query, bot, desk, Move(callback=callback, done=False), member)
    return None


async def _explain(query: CallbackQuery, bot: Bot, desk: Desk, move: Move, member: Member) -> None:
    """Why nothing has changed; a copy that was behind the times catches up."""
    callback = move.callback
    if callback is None:
        await _say_gone(query, bot, desk)
        return
    who = await desk.people.cards.taker_of(callback) or desk.people.texts.say(
        CardText.SOMEBODY, desk.language
    )
    text = DeskText.TAKE_FIRST
    if not callback.status.is_open:
        text = DeskText.CLOSED
    elif callback.status is CallbackStatus.TAKEN:
        text = DeskText.NOT_YOURS if _Tap.of(query).action != "take" else DeskText.TAKEN_BY_OTHER
    await toast(bot, query, desk.say(text, who=who))
    if callback.taken_by != member.key or not callback.status.is_open:
        await desk.people.cards.refresh(callback)


async def _say_gone(query: CallbackQuery, bot: Bot, desk: Desk) -> None:
    gone = desk.say(DeskText.GONE)
    await turn_into(desk.people, query, bot, Screen(gone), said=gone)


async def _follow(people: People, callback: Callback, member: Member, act: str) -> None:
    """What follows from any step: the record, the cards, and word to the customer."""
    await people.staff.note_act(member, act, callback.subject, tries=callback.tries)
    await people.cards.refresh(callback)
    await tell_news(people, callback)


async def _say_free(people: People, callback: Callback) -> None:
    language = people.posts.language
    when = people.cards.wording.window(callback, people.now(), language)
    words = people.texts.say(CardText.FREE_AGAIN, language, number=callback.callback_id, when=when)
    await people.cards.nudge(callback, words, f"free-{int(people.now().timestamp())}")


def _moved_words(desk: Desk, callback: Callback) -> str:
    match callback.status:
        case CallbackStatus.TAKEN:
            return desk.say(DeskText.YOURS)
        case CallbackStatus.NO_ANSWER:
            when = desk.people.cards.wording.window(callback, desk.people.now(), desk.language)
            return desk.say(DeskText.TRY_AGAIN_AT, when=when)
        case CallbackStatus.GIVEN_UP:
            return desk.say(DeskText.GIVEN_UP)
        case _:
            return desk.say(DeskText.RETURNED)
