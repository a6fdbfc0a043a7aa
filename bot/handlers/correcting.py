"""«Исправить»: one of the staff writes the right answer, sees it once more, and proposes it."""

from aiogram import Bot, F, Router
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message, Update

from bot.domain.staff import Member, Role
from bot.guard.personal_data import named_labels
from bot.handlers.choices import pass_over
from bot.handlers.roles import HasRole
from bot.handlers.screens import language_of, tell, toast, turn_into
from bot.handlers.staff_words import begin, is_current, read_back, words_in
from bot.people.review.proposals import Fault, parted
from bot.people.review.why import FIX
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.literal import literal
from bot.texts.why import ProposalText, WhyText

_DATA = "fixed:"


class Correcting(StatesGroup):
    answer = State()


FAULTS = {
    Fault.EMPTY: ProposalText.EMPTY,
    Fault.TOO_LONG: ProposalText.TOO_LONG,
    Fault.FOREIGN_PHONE: ProposalText.FOREIGN_PHONE,
}


def build_router() -> Router:
    router = Router(name="correcting")
    router.callback_query.register(ask, F.data.startswith(FIX), HasRole(Role.OPERATOR))
    writing = StateFilter(Correcting.answer)
    router.message.register(take, writing, F.text, HasRole(Role.OPERATOR))
    router.message.register(refuse, writing, HasRole(Role.OPERATOR))
    router.callback_query.register(propose, F.data.startswith(f"{_DATA}ok:"), HasRole(Role.OPERATOR))
    router.callback_query.register(again, F.data.startswith(f"{_DATA}again:"), HasRole(Role.OPERATOR))
    router.callback_query.register(drop, F.data.startswith(f"{_DATA}drop:"), HasRole(Role.OPERATOR))
    return router


async def ask(
    query: CallbackQuery, bot: Bot, event_update: Update, people: People, state: FSMContext
) -> None:
    record = await people.oversight.why.turn((query.data or "").removeprefix(FIX))
    language = language_of(query.from_user)
    if record is None or query.message is None:
        await toast(bot, query, people.texts.say(WhyText.GONE, language), alert=True)
        return
    await toast(bot, query)
    question = named_labels(record.question)
    await begin(people, state, Correcting.answer, query, turn_id=record.turn_id)
    await tell(
        people,
        query,
        event_update,
        Screen(people.texts.say(ProposalText.ASK, language, question=literal(question))),
    )


async def take(message: Message, event_update: Update, people: People, state: FSMContext) -> None:
    """Read back what was written, or say what is wrong with it."""
    words = await words_in(people, message, state)
    language = language_of(message.from_user)
    if words is None:
        await state.clear()
        await tell(people, message, event_update, Screen(people.texts.say(ProposalText.DROPPED, language)))
        return
    asked = await _question(people, state)
    if asked is None:
        await state.clear()
        await tell(people, message, event_update, Screen(people.texts.say(WhyText.GONE, language)))
        return
    question, answer = parted(words, asked)
    fault = people.oversight.proposals.fault_of(answer)
    if fault is not None:
        await tell(people, message, event_update, Screen(fault_text(people, fault, language)))
        return
    await state.update_data(written=words, written_in=event_update.update_id)
    labels = (ProposalText.SEND, ProposalText.AGAIN, ProposalText.DROP)
    yes, anew, no = (people.texts.say(label, language) for label in labels)
    await tell(
        people,
        message,
        event_update,
        Screen(
            people.texts.say(ProposalText.READ_BACK, language, question=literal(question), answer=answer),
            read_back(_DATA, event_update, (yes, anew, no)),
        ),
    )


async def refuse(message: Message, event_update: Update, people: People, state: FSMContext) -> None:
    """A photo or a voice note is no answer of the FAQ."""
    await words_in(people, message, state)
    text = people.texts.say(ProposalText.ONLY_TEXT, language_of(message.from_user))
    await tell(people, message, event_update, Screen(text))


async def propose(query: CallbackQuery, bot: Bot, people: People, state: FSMContext, member: Member) -> None:
    if not await is_current(query, state, Correcting.answer):
        await pass_over(query, bot, people)
        return
    data, asked = await state.get_data(), await _question(people, state)
    await state.clear()
    if asked is None:
        await _say_instead(query, bot, people, WhyText.GONE)
        return
    question, answer = parted(data["written"], asked)
    await people.oversight.proposals.propose(
        member, turn_id=data["turn_id"], question=question, answer=answer
    )
    await _say_instead(query, bot, people, ProposalText.STORED)


async def again(query: CallbackQuery, bot: Bot, people: People, state: FSMContext) -> None:
    if not await is_current(query, state, Correcting.answer):
        await pass_over(query, bot, people)
        return
    question = await _question(people, state)
    if question is None:
        await state.clear()
        await _say_instead(query, bot, people, WhyText.GONE)
        return
    await state.update_data(written_in=None)
    await _say_instead(query, bot, people, ProposalText.ASK, question=literal(question))


async def drop(query: CallbackQuery, bot: Bot, people: People, state: FSMContext) -> None:
    if not await is_current(query, state, Correcting.answer):
        await pass_over(query, bot, people)
        return
    await state.clear()
    await _say_instead(query, bot, people, ProposalText.DROPPED)


async def _question(people: People, state: FSMContext) -> str | None:
    """Of the turn that is corrected; None: it was erased, or purged, since."""
    turn_id = (await state.get_data()).get("turn_id")
    record = None if turn_id is None else await people.oversight.why.turn(turn_id)
    return None if record is None else named_labels(record.question)


def fault_text(people: People, fault: tuple[Fault, str], language: str) -> str:
    """Why words of the staff cannot be taken, for them."""
    kind, detail = fault
    return people.texts.say(FAULTS[kind], language, phone=detail, limit=detail)


async def _say_instead(
    query: CallbackQuery, bot: Bot, people: People, text: ProposalText | WhyText, **values: object
) -> None:
    words = people.texts.say(text, language_of(query.from_user), **values)
    await turn_into(people, query, bot, Screen(words))
