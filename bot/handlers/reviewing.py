"""The buttons of an answer that waits for a person: send it, write another, decline it."""

from aiogram import Bot, F, Router
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message, Update

from bot.domain.staff import Member, Role
from bot.guard.personal_data import named_labels
from bot.handlers.choices import pass_over
from bot.handlers.correcting import fault_text
from bot.handlers.roles import HasRole
from bot.handlers.screens import language_of, tell, toast, turn_into
from bot.handlers.staff_words import begin, is_current, number_in, read_back, words_in
from bot.people.review.cards import DECLINE, EDIT, SEND
from bot.people.review.decisions import Decision
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.literal import literal
from bot.texts.reviewing import ReviewText
from bot.texts.why import ProposalText

_DATA = "edited:"


class Editing(StatesGroup):
    answer = State()


def build_router() -> Router:
    router = Router(name="reviewing")
    operator = HasRole(Role.OPERATOR)
    router.callback_query.register(send, F.data.startswith(SEND), operator)
    router.callback_query.register(decline, F.data.startswith(DECLINE), operator)
    router.callback_query.register(ask, F.data.startswith(EDIT), operator)
    writing = StateFilter(Editing.answer)
    router.message.register(take, writing, F.text, operator)
    router.message.register(refuse, writing, operator)
    router.callback_query.register(send_written, F.data.startswith(f"{_DATA}ok:"), operator)
    router.callback_query.register(again, F.data.startswith(f"{_DATA}again:"), operator)
    router.callback_query.register(drop, F.data.startswith(f"{_DATA}drop:"), operator)
    return router


async def send(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    number = number_in(query.data)
    if number is None:
        await pass_over(query, bot, people)
        return
    decision = await people.oversight.decisions.approve(number, member)
    await _tell(query, bot, people, decision, ReviewText.TOLD_SENT, number)


async def decline(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    number = number_in(query.data)
    if number is None:
        await pass_over(query, bot, people)
        return
    decision = await people.oversight.decisions.decline(number, member)
    await _tell(query, bot, people, decision, ReviewText.TOLD_DECLINED, number)


async def ask(
    query: CallbackQuery, bot: Bot, event_update: Update, people: People, state: FSMContext
) -> None:
    number = number_in(query.data)
    review = None if number is None else await people.oversight.decisions.find(number)
    if review is None or query.message is None:
        await _tell(query, bot, people, Decision.GONE, ReviewText.GONE)
        return
    if not review.status.is_open:
        await _tell(query, bot, people, Decision.TOO_LATE, ReviewText.TOO_LATE)
        return
    await toast(bot, query)
    question = named_labels(review.question)
    await begin(people, state, Editing.answer, query, review=review.review_id)
    await tell(
        people,
        query,
        event_update,
        Screen(
            people.texts.say(ReviewText.ASK_EDIT, language_of(query.from_user), question=literal(question))
        ),
    )


async def take(message: Message, event_update: Update, people: People, state: FSMContext) -> None:
    """Show it as the customer will see it, or say what is wrong with it."""
    words = await words_in(people, message, state)
    language = language_of(message.from_user)
    if words is None:
        await state.clear()
        await tell(people, message, event_update, Screen(people.texts.say(ProposalText.DROPPED, language)))
        return
    fault = people.oversight.proposals.fault_of(words)
    if fault is not None:
        await tell(people, message, event_update, Screen(fault_text(people, fault, language)))
        return
    await state.update_data(written=words, written_in=event_update.update_id)
    yes = people.texts.say(ReviewText.CONFIRM, language)
    anew, no = (people.texts.say(label, language) for label in (ProposalText.AGAIN, ProposalText.DROP))
    await tell(
        people,
        message,
        event_update,
        Screen(
            people.texts.say(ReviewText.READ_BACK, language, answer=words),
            read_back(_DATA, event_update, (yes, anew, no)),
        ),
    )


async def refuse(message: Message, event_update: Update, people: People, state: FSMContext) -> None:
    """A photo or a voice note cannot be read back."""
    await words_in(people, message, state)
    text = people.texts.say(ProposalText.ONLY_TEXT, language_of(message.from_user))
    await tell(people, message, event_update, Screen(text))


async def send_written(
    query: CallbackQuery, bot: Bot, people: People, state: FSMContext, member: Member
) -> None:
    if not await is_current(query, state, Editing.answer):
        await pass_over(query, bot, people)
        return
    data = await state.get_data()
    decision = await people.oversight.decisions.send_instead(data["review"], member, data["written"])
    await state.clear()
    words = await _outcome(query, people, decision, ReviewText.TOLD_SENT, data["review"])
    is_new = decision is Decision.DONE
    await turn_into(people, query, bot, Screen(literal(words)), said=words, alert=not is_new)


async def again(query: CallbackQuery, bot: Bot, people: People, state: FSMContext) -> None:
    if not await is_current(query, state, Editing.answer):
        await pass_over(query, bot, people)
        return
    review = await people.oversight.decisions.find((await state.get_data())["review"])
    if review is None:
        await state.clear()
        await _tell(query, bot, people, Decision.GONE, ReviewText.GONE)
        return
    await state.update_data(written_in=None)
    question = literal(named_labels(review.question))
    text = people.texts.say(ReviewText.ASK_EDIT, language_of(query.from_user), question=question)
    await turn_into(people, query, bot, Screen(text))


async def drop(query: CallbackQuery, bot: Bot, people: People, state: FSMContext) -> None:
    if not await is_current(query, state, Editing.answer):
        await pass_over(query, bot, people)
        return
    await state.clear()
    text = people.texts.say(ProposalText.DROPPED, language_of(query.from_user))
    await turn_into(people, query, bot, Screen(text))


_TOLD = {Decision.TOO_LATE: ReviewText.TOO_LATE, Decision.GONE: ReviewText.GONE}


async def _tell(
    query: CallbackQuery,
    bot: Bot,
    people: People,
    decision: Decision,
    done: ReviewText,
    number: int | None = None,
) -> None:
    words = await _outcome(query, people, decision, done, number)
    await toast(bot, query, words, alert=decision is not Decision.DONE)


async def _outcome(
    query: CallbackQuery, people: People, decision: Decision, done: ReviewText, number: int | None
) -> str:
    """`number`: of the review, whose customer may be in somebody's hands, so that nothing reaches them."""
    language = language_of(query.from_user)
    review = None if number is None else await people.oversight.decisions.find(number)
    hold = None if review is None else await people.handoffs.hold_of(review.chat.key)
    if decision is Decision.DONE and hold is not None:
        operator = people.handoffs.words.called(await people.staff.by_key(hold.operator))
        return people.texts.say(ReviewText.TOLD_WITHHELD, language, operator=operator)
    return people.texts.say(_TOLD.get(decision, done), language)
