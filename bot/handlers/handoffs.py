"""How staff take dialogues over, talk in them and give them back: buttons and commands."""

from datetime import timedelta
from typing import Final

import structlog
from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message, Update

from bot.domain import ChatRef
from bot.domain.handoffs import Cause, Customer, Handoff, Stage, read_token
from bot.domain.staff import Member, Role
from bot.handlers.roles import HasRole
from bot.handlers.screens import language_of, place_of, tell, toast, turn_into
from bot.handlers.staff_desk import is_among_staff
from bot.people.handoffs.holds import Hold
from bot.people.handoffs.suggestions import Fate
from bot.people.handoffs.words import TAP
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.handoffs import HandoffText
from bot.texts.literal import literal

log = structlog.get_logger()

_CARD_HOLDS_FOR: Final = timedelta(hours=24)
"""So long after a request has ended its card may still be used to step in."""
_MOST_SHOWN = 10


def build_router() -> Router:
    router = Router(name="handoffs")
    router.callback_query.register(tapped, F.data.startswith(TAP), HasRole(Role.OPERATOR))
    router.callback_query.register(tapped_by_others, F.data.startswith(TAP))
    router.message.register(take, Command("take"), HasRole(Role.OPERATOR))
    router.message.register(release, Command("release"), HasRole(Role.OPERATOR))
    return router


async def tapped(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    """A button of a card, of a choice, of an opening or of a suggestion."""
    action, _, about = (query.data or "").removeprefix(TAP).partition(":")
    if action in tuple(Fate):
        await _decide(query, bot, people, member, Fate(action), about)
        return
    if action == "r":
        said = await _give_back(people, member, about)
    else:
        said = await _step_in(people, member, action, about)
    await toast(bot, query, said)


async def tapped_by_others(query: CallbackQuery, bot: Bot, people: People | None) -> None:
    text = people.texts.say(HandoffText.FOR_STAFF, language_of(query.from_user)) if people else ""
    await toast(bot, query, text)


async def take(
    message: Message, command: CommandObject, event_update: Update, people: People, member: Member
) -> None:
    """``/take`` in a customer's topic, as a reply to a card, or with whom: a name, an id, a dialogue."""
    words = people.handoffs.words
    replied = _button_under(message.reply_to_message)
    place = place_of(message)
    if command.args:
        screen = await _take_named(people, member, command.args)
    elif replied is not None:
        screen = Screen(literal(await _step_in(people, member, *replied)))
    elif place.thread_id is not None and (last := await people.handoffs.known.last_in(place)) is not None:
        screen = Screen(literal(await _take(people, member, last.customer)))
    else:
        waiting = await people.handoffs.known.waiting()
        said = words.say(HandoffText.TAKE_WAITING if waiting else HandoffText.TAKE_WHOM)
        names = [(_plain(people, one.customer.name), one.handoff_id) for one in waiting[:_MOST_SHOWN]]
        screen = Screen(said, words.choice("t", names) if names else None)
    await tell(people, message, event_update, screen, language=words.language)


async def release(message: Message, event_update: Update, people: People, member: Member) -> None:
    """``/release`` in the customer's topic, or, elsewhere among staff, of what the operator holds; in their
    own chat a reply tells which."""
    words = people.handoffs.words
    held = await _meant_to_end(message, people, member)
    if len(held) == 1:
        await _give_back(people, member, held[0].token)
        return
    names = [(_plain(people, hold.name), hold.token) for hold in held]
    said = words.say(HandoffText.RELEASE_WHICH if held else HandoffText.NOTHING_HELD)
    screen = Screen(said, words.choice("r", names) if names else None)
    await tell(people, message, event_update, screen, language=words.language)


async def _meant_to_end(message: Message, people: People, member: Member) -> list[Hold]:
    holds = people.handoffs.holds
    here = place_of(message)
    in_topic = await people.handoffs.hold_in(here) if here.thread_id is not None else None
    if in_topic is not None:
        return [in_topic]
    if not await is_among_staff(people, message):  # others would read whom the staff talk with
        return []
    mine = [hold for hold in await holds.all() if hold.operator == member.key]
    replied = message.reply_to_message
    token = await holds.token_of(here.chat_id, replied.message_id) if replied is not None else ""
    return [hold for hold in mine if hold.token == token] or mine


async def _step_in(people: People, member: Member, action: str, about: str) -> str:
    """By a card of a request (``t``), or into any dialogue (``c``). What to say of it."""
    closed = people.handoffs.words.say(HandoffText.CLOSED)
    if action == "c":
        return await _take(people, member, await people.handoffs.known.customer(_chat(about)))
    if action != "t" or not (about.isascii() and about.isdigit() and len(about) <= 18):
        return closed
    handoff = await people.handoffs.known.by_id(int(about))
    if handoff is None:
        return closed
    ended = handoff.released_at
    if ended is not None and people.now() - ended > _CARD_HOLDS_FOR:
        return closed
    return await _take(people, member, handoff.customer)


async def _take(people: People, member: Member, customer: Customer | None) -> str:
    words = people.handoffs.words
    if not people.handoffs.settings.enabled:
        return words.say(HandoffText.OFF)
    if customer is None:
        return words.say(HandoffText.UNKNOWN)
    taken = await people.handoffs.take(member, customer, Cause.TAKEN)
    if taken is None:
        return words.say(HandoffText.OWN_CHAT)
    if taken.is_ours:
        await people.staff.note_act(member, "handoff_taken", f"handoff:{taken.handoff.handoff_id}")
        return words.say(HandoffText.TAKEN, name=_plain(people, customer.name))
    return await _held_by_other(people, taken.handoff)


async def _held_by_other(people: People, handoff: Handoff) -> str:
    words = people.handoffs.words
    operator = words.called(await people.staff.by_key(handoff.operator))
    return words.say(HandoffText.TAKEN_BY, operator=operator)


async def _take_named(people: People, member: Member, who: str) -> Screen:
    words = people.handoffs.words
    found = await people.handoffs.known.find(who)
    if len(found) > 1:
        names = [(f"{_plain(people, one.name)} · {one.chat.chat_id}", one.chat.key) for one in found]
        return Screen(words.say(HandoffText.FOUND), words.choice("c", names))
    return Screen(literal(await _take(people, member, found[0] if found else None)))


async def _give_back(people: People, member: Member, token: str) -> str:
    """What to say of it; nothing where the place itself tells."""
    handoff = await people.handoffs.known.by_token(token) if read_token(token) else None
    if handoff is None or handoff.stage is not Stage.HELD:
        return people.handoffs.words.say(HandoffText.BACK_ALREADY)
    if handoff.is_private and handoff.operator != member.key:  # forged: nobody else has such a button
        return await _held_by_other(people, handoff)
    await people.handoffs.hand_back(handoff)
    await people.staff.note_act(member, "handoff_released", f"handoff:{handoff.handoff_id}")
    return ""


async def _decide(
    query: CallbackQuery, bot: Bot, people: People, member: Member, fate: Fate, key: str
) -> None:
    read = await people.suggestions.decide(key, fate, member.key)
    if read is None:
        await toast(bot, query, people.handoffs.words.say(HandoffText.CLOSED))
        return
    log.info("suggestion_decided", member=member.key, fate=fate.name.lower())
    await turn_into(people, query, bot, Screen(read))


def _plain(people: People, name: str) -> str:
    return name or people.handoffs.words.say(HandoffText.SOMEBODY)


def _button_under(message: Message | None) -> tuple[str, str] | None:
    """What the button says that steps in, if the message has one."""
    rows = message.reply_markup.inline_keyboard if message is not None and message.reply_markup else []
    for data in (button.callback_data or "" for row in rows for button in row):
        action, _, about = data.removeprefix(TAP).partition(":")
        if data.startswith(TAP) and action in ("t", "c"):
            return action, about
    return None


def _chat(key: str) -> ChatRef:
    """Whatever was forged: nobody is known there, then."""
    try:
        return ChatRef.of_key(key)
    except ValueError:
        return ChatRef.of_key("telegram:")
