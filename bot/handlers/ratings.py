"""Ratings by taps: of a dialogue, of the business, and whether to be asked at all."""

from aiogram import Bot, F, Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message, Update

from bot.domain.ratings import Rating, RatingKind
from bot.handlers.choices import pass_over
from bot.handlers.rating_words import rater_of, wait_for_words, wait_no_more, way_to_person
from bot.handlers.screens import language_of, tell, toast, turn_into
from bot.people.ratings.screens import OFF, scored_in, step_in
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.ratings import RatingText


def build_router() -> Router:
    router = Router(name="ratings")
    router.message.register(switch_off, Command("norate"))
    router.message.register(switch_on, Command("rate"))
    router.callback_query.register(decline, F.data == OFF)
    router.callback_query.register(take_score, F.data.func(lambda data: scored_in(data) is not None))
    router.callback_query.register(take_step, F.data.func(lambda data: step_in(data) is not None))
    return router


async def take_score(query: CallbackQuery, bot: Bot, people: People, state: FSMContext) -> None:
    """The last number that was tapped counts; a dialogue's is followed by the question why."""
    scored = scored_in(query.data or "")
    if scored is None or query.message is None:
        await pass_over(query, bot, people)
        return
    ratings, language = people.closing.ratings, language_of(query.from_user)
    rating = await ratings.score(scored.kind, scored.subject, rater_of(query.from_user), scored.score)
    if rating is None:
        await _refuse(query, bot, people)
        return
    if scored.kind is RatingKind.NPS:
        await turn_into(people, query, bot, ratings.screens.nps_thanks(scored.score, language))
        return
    message_id = query.message.message_id
    await wait_for_words(state, RatingKind.CSAT, scored.subject, message_id, people.now())
    await turn_into(people, query, bot, ratings.screens.why(rating, language))


async def take_step(query: CallbackQuery, bot: Bot, people: People, state: FSMContext) -> None:
    """A reason, the wish to change the score, or that all is said."""
    step = step_in(query.data or "")
    if step is None or query.message is None:
        await pass_over(query, bot, people)
        return
    ratings, rater, language = people.closing.ratings, rater_of(query.from_user), language_of(query.from_user)
    rating: Rating | None
    if step.step in ("done", "again"):
        rating = await ratings.open_csat(step.subject, rater)
    else:
        rating = await ratings.give_reason(step.subject, rater, step.reason, is_given=step.is_given)
    if rating is None or rating.score is None:
        await _refuse(query, bot, people)
        return
    match step.step:
        case "done":
            await wait_no_more(state)
            screen = ratings.screens.thanks(rating, language, way_to_person(people, language))
        case "again":
            screen = ratings.screens.csat(step.subject, language)
        case _:
            screen = ratings.screens.why(rating, language)
    await turn_into(people, query, bot, screen)


async def decline(query: CallbackQuery, bot: Bot, people: People) -> None:
    """Not to be asked again: said where the question stood."""
    if query.message is None or not await people.closing.ratings.switch(
        rater_of(query.from_user), is_off=True
    ):
        await _refuse(query, bot, people)
        return
    words = people.texts.say(RatingText.SWITCHED_OFF, language_of(query.from_user))
    await turn_into(people, query, bot, Screen(words))


async def switch_off(message: Message, event_update: Update, people: People) -> None:
    await _switch(message, event_update, people, is_off=True)


async def switch_on(message: Message, event_update: Update, people: People) -> None:
    await _switch(message, event_update, people, is_off=False)


async def _switch(message: Message, update: Update, people: People, *, is_off: bool) -> None:
    if message.from_user is None:
        return
    await people.closing.ratings.switch(rater_of(message.from_user), is_off=is_off)
    language = language_of(message.from_user)
    words = people.texts.say(RatingText.SWITCHED_OFF if is_off else RatingText.SWITCHED_ON, language)
    await tell(people, message, update, Screen(words))


async def _refuse(query: CallbackQuery, bot: Bot, people: People) -> None:
    await toast(bot, query, people.texts.say(RatingText.TOO_LATE, language_of(query.from_user)), alert=True)
