"""/topics: what is not talked about. For admins."""

from aiogram import Bot, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import Command, CommandObject, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message, Update

from bot.domain.staff import Member, Role
from bot.handlers.changing import carry_out, numbers_in, register_taps, written
from bot.handlers.choices import pass_over
from bot.handlers.roles import HasRole
from bot.handlers.screens import language_of, tell, toast, turn_into
from bot.handlers.staff_words import begin
from bot.people.changes.topic_list import MOST_PHRASE_CHARACTERS, Faulty, Listed, TopicList
from bot.people.changes.topic_screens import TopicScreens
from bot.people.services import People
from bot.people.tuning import Knob
from bot.texts.topics import TopicText

_SUBJECT = "topics"


class TopicForm(StatesGroup):
    name = State()
    words = State()
    phrase = State()


def build_router() -> Router:
    router = Router(name="topics")
    is_admin = HasRole(Role.ADMIN)
    router.message.register(show_list, Command("topics"), is_admin)
    router.message.register(take_name, StateFilter(TopicForm.name), is_admin)
    router.message.register(take_words, StateFilter(TopicForm.words), is_admin)
    router.message.register(take_phrase, StateFilter(TopicForm.phrase), is_admin)
    register_taps(
        router,
        _SUBJECT,
        {
            "list": back_to_list,
            "one": show_one,
            "del": ask_to_remove,
            "removed": show_removed,
            "back": ask_to_restore,
            "add": ask_name,
            "try": ask_phrase,
            "yes": confirm,
            "no": leave,
        },
    )
    return router


async def show_list(
    message: Message, command: CommandObject, event_update: Update, people: People, state: FSMContext
) -> None:
    """The list; with a phrase, whether that is forbidden."""
    await state.clear()
    screens, phrase = _screens(people, message), (command.args or "").strip()
    if phrase:
        await _try(message, event_update, people, phrase)
        return
    listed, standing = await people.topics.listed(), await people.changes.standing(Knob.FORBIDDEN)
    await tell(people, message, event_update, screens.overview(listed, standing))


async def back_to_list(query: CallbackQuery, bot: Bot, people: People) -> None:
    listed, standing = await people.topics.listed(), await people.changes.standing(Knob.FORBIDDEN)
    await turn_into(people, query, bot, _screens(people, query).overview(listed, standing))


async def show_one(query: CallbackQuery, bot: Bot, people: People) -> None:
    screens, found = _screens(people, query), await _meant(query, people.topics)
    if found is None:
        await turn_into(people, query, bot, screens.plain(TopicText.GONE))
        return
    await turn_into(people, query, bot, screens.one(*found))


async def ask_to_remove(
    query: CallbackQuery, bot: Bot, event_update: Update, people: People, member: Member
) -> None:
    screens, found = _screens(people, query), await _meant(query, people.topics)
    if found is None:
        await turn_into(people, query, bot, screens.plain(TopicText.GONE))
        return
    listed, place = found
    name, token = listed.topics[place].name, str(event_update.update_id)
    await people.changes.propose(people.topics.removing(listed, name), member, token)
    await turn_into(people, query, bot, screens.ask_remove(name, token))


async def show_removed(query: CallbackQuery, bot: Bot, people: People) -> None:
    await turn_into(people, query, bot, _screens(people, query).removed(await people.topics.listed()))


async def ask_to_restore(
    query: CallbackQuery, bot: Bot, event_update: Update, people: People, member: Member
) -> None:
    screens, numbers = _screens(people, query), numbers_in(query, 2)
    listed = await people.topics.listed()
    if numbers is None or numbers[0] != listed.mark or numbers[1] >= len(listed.removed):
        await turn_into(people, query, bot, screens.plain(TopicText.GONE))
        return
    name, token = listed.removed[numbers[1]], str(event_update.update_id)
    await people.changes.propose(people.topics.restoring(listed, name), member, token)
    await turn_into(people, query, bot, screens.ask_restore(name, token))


async def ask_name(
    query: CallbackQuery, bot: Bot, event_update: Update, people: People, state: FSMContext
) -> None:
    await _begin(query, bot, event_update, people, state, TopicForm.name, TopicText.ASK_NAME)


async def ask_phrase(
    query: CallbackQuery, bot: Bot, event_update: Update, people: People, state: FSMContext
) -> None:
    await _begin(query, bot, event_update, people, state, TopicForm.phrase, TopicText.ASK_PHRASE)


async def take_name(message: Message, event_update: Update, people: People, state: FSMContext) -> None:
    screens = _screens(people, message)
    said = await written(message, event_update, people, state, screens)
    if said is None:
        return
    if said.endswith("?"):
        raise SkipHandler  # a question for the assistant
    name = " ".join(said.split())
    fault = people.topics.name_fault(await people.topics.listed(), name)
    screen = screens.ask_words(name) if fault is None else screens.faulty(fault)
    await tell(people, message, event_update, screen)
    if fault is None:  # last, so that the same message handled again is no list of words
        await state.update_data(name=name)
        await state.set_state(TopicForm.words)


async def take_words(
    message: Message, event_update: Update, people: People, state: FSMContext, member: Member
) -> None:
    """Read the topic back, with the questions that would lose their answers."""
    screens, topics = _screens(people, message), people.topics
    said = await written(message, event_update, people, state, screens)
    if said is None:
        return
    listed, name = await topics.listed(), str((await state.get_data()).get("name", ""))
    topic = topics.name_fault(listed, name) or await topics.topic(name, said)
    if isinstance(topic, Faulty):
        await tell(people, message, event_update, screens.faulty(topic))
        return
    own = await topics.own_questions(topic)
    if (wide := await topics.width_fault(topic, own)) is not None:
        await tell(people, message, event_update, screens.faulty(wide))
        return
    token = str(event_update.update_id)
    await people.changes.propose(topics.adding(listed, topic), member, token)
    screen = screens.ask_add(topic, own, token)
    await tell(people, message, event_update, screen)
    await state.clear()


async def take_phrase(message: Message, event_update: Update, people: People, state: FSMContext) -> None:
    """The form stays open: one phrase after another can be tried."""
    said = await written(message, event_update, people, state, _screens(people, message))
    if said is not None:
        await _try(message, event_update, people, said)


async def confirm(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    made = await carry_out(query, bot, people, member)
    if made is not None:
        await turn_into(people, query, bot, _screens(people, query).made(made, people.topics))


async def leave(query: CallbackQuery, bot: Bot, people: People) -> None:
    await turn_into(people, query, bot, _screens(people, query).left())


async def _begin(
    query: CallbackQuery,
    bot: Bot,
    update: Update,
    people: People,
    state: FSMContext,
    form: State,
    text: TopicText,
) -> None:
    if query.message is None:
        await pass_over(query, bot, people)
        return
    await begin(people, state, form, query)
    await toast(bot, query)
    await tell(people, query, update, _screens(people, query).plain(text))


async def _try(message: Message, update: Update, people: People, phrase: str) -> None:
    screens, topics = _screens(people, message), people.topics
    screen = screens.phrase_long()
    if len(phrase) <= MOST_PHRASE_CHARACTERS:
        gives_orders = await topics.gives_orders(phrase)
        screen = screens.tried(await topics.match(phrase), gives_orders=gives_orders)
    await tell(people, message, update, screen)


async def _meant(query: CallbackQuery, topics: TopicList) -> tuple[Listed, int] | None:
    """The topic that a button stands for; None if the list has changed since."""
    numbers, listed = numbers_in(query, 2), await topics.listed()
    if numbers is None or numbers[0] != listed.mark or numbers[1] >= len(listed.topics):
        return None
    return listed, numbers[1]


def _screens(people: People, event: Message | CallbackQuery) -> TopicScreens:
    return TopicScreens(people.tenant, people.texts, language_of(event.from_user), _SUBJECT)
