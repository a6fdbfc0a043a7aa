"""The cost with options, by taps: what, which row of the table, which options, and the sheet."""

import asyncio

from aiogram import Bot, F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message, Update, User

from bot.handlers.booking_forms import booker_of, turn_or_show
from bot.handlers.choices import pass_over
from bot.handlers.screens import language_of, tell, toast
from bot.people.actions.cost_screens import CostScreens, Step, Told
from bot.people.actions.cost_wording import Ready
from bot.people.actions.papers import sheet_of
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.actions import ActionText


def build_router() -> Router:
    router = Router(name="sheets")
    router.message.register(start, Command("cost"))
    router.callback_query.register(go_on, F.data.startswith("cost:"))
    return router


def cost_screens(people: People, person: User | None) -> CostScreens:
    return CostScreens(people.tenant, people.texts, people.stock, language_of(person), now=people.now)


async def start(message: Message, event_update: Update, people: People) -> None:
    if message.from_user is None:
        return
    way = cost_screens(people, message.from_user)
    first = way.first()
    if message.chat.type != "private":
        screen = Screen(text=people.texts.say(ActionText.IN_PRIVATE, language_of(message.from_user)))
    elif first is None:
        screen = way.which()
    else:
        told = await way.after(first)
        assert isinstance(told, Told)  # nothing is confirmed yet
        screen = told.screen
    await tell(people, message, event_update, screen)


async def go_on(query: CallbackQuery, bot: Bot, event_update: Update, people: People) -> None:
    step = Step.parse(query.data or "")
    if step is None or query.message is None:
        await pass_over(query, bot, people)
        return
    following = await cost_screens(people, query.from_user).after(step)
    if isinstance(following, Told):
        await toast(bot, query, following.toast, alert=bool(following.toast))
        await turn_or_show(people, query, event_update, following.screen)
        return
    await _send(query, bot, event_update, people, step, following)


async def _send(
    query: CallbackQuery, bot: Bot, update: Update, people: People, step: Step, ready: Ready
) -> None:
    """The sheet is sent once for the message whose button was tapped."""
    if query.message is None:
        return
    who = booker_of(query.message.chat, query.from_user)
    letterhead = people.documents.letterhead(who.language)
    content = await asyncio.to_thread(sheet_of, ready.sheet, letterhead)
    is_new = await people.sender.send(
        who,
        content,
        ready.file_name,
        ready.caption,
        action=step.action,
        request_key=f"{who.chat.key}:{query.message.message_id}:{step.data}",
        details={"total_rub": ready.costs.total_rub, "options": len(ready.costs.chosen)},
    )
    await toast(bot, query, "" if is_new else people.texts.say(ActionText.SENT_ALREADY, who.language))
    if is_new:
        await turn_or_show(people, query, update, Screen(text=ready.picture))
