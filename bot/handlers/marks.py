"""/mark: testers see answers one by one and mark them."""

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Chat, Message, Update, User

from bot.domain import Button, Keyboard, Outgoing
from bot.domain.reviews import MarkItem
from bot.domain.staff import Member, Role
from bot.guard.personal_data import named_labels
from bot.handlers.choices import pass_over
from bot.handlers.roles import HasRole
from bot.handlers.screens import change, chat_ref, language_of, tell, thread_of, toast, turn_into
from bot.handlers.staff_words import begin, number_in, words_in
from bot.people.review.marks import LONGEST_WORDS, SCORES
from bot.people.review.why import clip
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.literal import literal
from bot.texts.marks import MarkText
from bot.texts.why import ProposalText

_SCORE, _SKIP, _STOP, _WORDS = "mark:s:", "mark:skip:", "mark:stop", "mark:w:"
_QUESTION, _ANSWER = 500, 3_000


class Marking(StatesGroup):
    words = State()


def build_router() -> Router:
    router = Router(name="marks")
    tester = HasRole(Role.TESTER)
    router.message.register(start, Command("mark"), tester)
    router.callback_query.register(mark, F.data.startswith(_SCORE), tester)
    router.callback_query.register(skip, F.data.startswith(_SKIP), tester)
    router.callback_query.register(stop, F.data == _STOP, tester)
    router.callback_query.register(ask_words, F.data.startswith(_WORDS), tester)
    router.message.register(take_words, StateFilter(Marking.words), F.text, tester)
    return router


async def start(
    message: Message,
    command: CommandObject,
    event_update: Update,
    people: People,
    state: FSMContext,
    member: Member,
) -> None:
    """Go on where it was left; `/mark stop` leaves it."""
    await state.clear()
    if (command.args or "").strip().lower() == "stop":
        await tell(people, message, event_update, await _stopped(people, member, message.from_user))
        return
    where = thread_of(message)
    await _show_next(people, message.chat, message.from_user, member, where, event_update.update_id)


async def mark(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    """``mark:s:<score>:<item>``"""
    score, number = (query.data or "").removeprefix(_SCORE).partition(":")[0], number_in(query.data)
    if score not in map(str, SCORES) or number is None:
        await pass_over(query, bot, people)
        return
    await _done(query, bot, people, member, number, int(score))


async def skip(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    number = number_in(query.data)
    if number is None:
        await pass_over(query, bot, people)
        return
    await _done(query, bot, people, member, number, None)


async def _done(
    query: CallbackQuery,
    bot: Bot,
    people: People,
    member: Member,
    number: int,
    score: int | None,
) -> None:
    item = await people.oversight.marking.item(number)
    if item is None:
        await pass_over(query, bot, people)
        return
    language = language_of(query.from_user)
    is_new = await people.oversight.marking.mark(member, number, score)
    await toast(bot, query, "" if is_new else people.texts.say(MarkText.DONE_BEFORE, language))
    if is_new and isinstance(query.message, Message):
        await change(people, query.message, *_marked(people, item, score, language))
    if query.message is not None:
        await _show_next(people, query.message.chat, query.from_user, member, thread_of(query.message))


async def stop(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    await turn_into(people, query, bot, _stopped(people, member, query.from_user))


async def ask_words(
    query: CallbackQuery, bot: Bot, event_update: Update, people: People, state: FSMContext
) -> None:
    number = number_in(query.data)
    if number is None or query.message is None:
        await pass_over(query, bot, people)
        return
    await toast(bot, query)
    await begin(people, state, Marking.words, query, item=number)
    await tell(
        people,
        query,
        event_update,
        Screen(people.texts.say(MarkText.ASK_WORDS, language_of(query.from_user))),
    )


async def take_words(
    message: Message, event_update: Update, people: People, state: FSMContext, member: Member
) -> None:
    words = await words_in(people, message, state)
    language = language_of(message.from_user)
    if words is None:
        await state.clear()
        text = people.texts.say(ProposalText.DROPPED, language)
    elif not any(map(str.isalnum, words)):
        text = people.texts.say(MarkText.WORDS_EMPTY, language)
    elif len(words) > LONGEST_WORDS:
        text = people.texts.say(MarkText.WORDS_LONG, language, limit=LONGEST_WORDS)
    else:
        number = int((await state.get_data())["item"])
        is_kept = await people.oversight.marking.add_words(member, number, words)
        await state.clear()
        text = people.texts.say(MarkText.WORDS_KEPT if is_kept else MarkText.WORDS_GONE, language)
    await tell(people, message, event_update, Screen(text))


async def _show_next(
    people: People,
    chat: Chat,
    person: User | None,
    member: Member,
    thread_id: int | None,
    update_id: int | None = None,
) -> None:
    """Each answer is shown once, however often the buttons before it are tapped; to who asks by a command
    (`update_id`) again."""
    language = language_of(person)
    marking = people.oversight.marking
    item = await marking.next(member)
    progress = await marking.progress(member)
    keyboard = None
    if item is not None:
        text = people.texts.say(
            MarkText.ITEM,
            language,
            number=progress.marked + progress.passed_over + 1,
            total=progress.prepared,
            question=literal(clip(named_labels(item.question), _QUESTION)),
            answer=clip(named_labels(item.answer), _ANSWER),
            scale=people.texts.say(MarkText.SCALE, language),
        )
        keyboard = _keyboard(people, item, language)
    elif progress.prepared:
        text = people.texts.say(
            MarkText.ALL_DONE, language, marked=progress.marked, passed_over=progress.passed_over
        )
    else:
        text = people.texts.say(MarkText.NONE, language)
    what = f"end-{progress.prepared}" if item is None else str(item.item_id)
    name = f"mark-{member.external_id}-{what if update_id is None else update_id}"
    outgoing = Outgoing(text=text, keyboard=keyboard, thread_id=thread_id)
    await people.outbox.post(chat_ref(chat), outgoing, name=name, language=language)


def _keyboard(people: People, item: MarkItem, language: str) -> Keyboard:
    scores = tuple(Button(text=str(score), data=f"{_SCORE}{score}:{item.item_id}") for score in SCORES)
    skipped = Button(text=people.texts.say(MarkText.SKIP, language), data=f"{_SKIP}{item.item_id}")
    stopped = Button(text=people.texts.say(MarkText.STOP, language), data=_STOP)
    return Keyboard(rows=(scores, (skipped, stopped)))


def _marked(people: People, item: MarkItem, score: int | None, language: str) -> Screen:
    question = literal(clip(named_labels(item.question), _QUESTION))
    if score is None:
        return Screen(people.texts.say(MarkText.PASSED_OVER, language, question=question))
    words = Button(text=people.texts.say(MarkText.ADD_WORDS, language), data=f"{_WORDS}{item.item_id}")
    text = people.texts.say(MarkText.MARKED, language, score=score, question=question)
    return Screen(text, Keyboard(rows=((words,),)))


async def _stopped(people: People, member: Member, person: User | None) -> Screen:
    progress = await people.oversight.marking.progress(member)
    return Screen(people.texts.say(MarkText.STOPPED, language_of(person), marked=progress.marked))
