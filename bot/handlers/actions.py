"""Files on request: which one, whether to send it, and once sent it is sent; and the menu's own buttons."""

from typing import Any

from aiogram import Bot, F, Router
from aiogram.filters import Command, Filter
from aiogram.types import CallbackQuery, Message, Update, User

from bot.domain import Button
from bot.handlers.booking_forms import booker_of, turn_or_show
from bot.handlers.booking_forms import screens as booking_screens
from bot.handlers.choices import pass_over
from bot.handlers.screens import language_of, tell, toast
from bot.handlers.sheets import cost_screens
from bot.people.actions.choices import Choice
from bot.people.actions.cost_screens import Step, Told
from bot.people.actions.documents import FileAway
from bot.people.actions.screens import rows_of
from bot.people.menu import Menu
from bot.people.screen import Screen
from bot.people.services import People
from bot.tenant.actions import Action, Booking, FileSending
from bot.texts.actions import ActionText


class Pressed(Filter):
    """A button of the menu for an action that there is; the handler takes it as `action`."""

    async def __call__(self, message: Message, people: People | None) -> bool | dict[str, Any]:
        if people is None or message.text is None or message.chat.type != "private":
            return False
        item = Menu(people.texts, people.tenant.actions).item_of(message.text)
        named = item.action_id if item is not None else None
        action = next((action for action in people.tenant.actions if action.id == named), None)
        return False if action is None else {"action": action}


def build_router() -> Router:
    router = Router(name="actions")
    is_ours = F.data.startswith(("file:", "cost:"))
    router.message.register(start, Command("files"))
    router.message.register(press, Pressed())
    router.callback_query.register(refuse_in_group, is_ours, F.message.chat.type != "private")
    router.callback_query.register(enter, F.data.startswith(("book:n:", "file:n:", "cost:n:")))
    router.callback_query.register(send, F.data.startswith("file:ok:"))
    router.callback_query.register(decline, F.data == "file:no")
    router.callback_query.register(choose, F.data.startswith("file:"))
    return router


def _say(people: People, person: User | None, text: ActionText, **values: object) -> str:
    return people.texts.say(text, language_of(person), **values)


async def start(message: Message, event_update: Update, people: People) -> None:
    if message.from_user is None:
        return
    if message.chat.type != "private":
        screen = Screen(text=_say(people, message.from_user, ActionText.IN_PRIVATE))
    else:
        screen = _kinds(people, message.from_user)
    await tell(people, message, event_update, screen)


async def press(message: Message, event_update: Update, people: People, action: Action) -> None:
    """The way into the action that the menu names."""
    if message.from_user is not None:
        screen = await _way_into(people, message.from_user, action)
        await tell(people, message, event_update, screen)


async def _way_into(people: People, person: User, action: Action) -> Screen:
    if isinstance(action, Booking):
        following = await booking_screens(people, person).after(Choice(action=action.id))
        assert isinstance(following, Screen)  # without a time nothing is picked
        return following
    if isinstance(action, FileSending):
        return _files(people, person, action)
    told = await cost_screens(people, person).after(Step(verb="a", action=action.id))
    assert isinstance(told, Told)  # nothing is confirmed yet
    return told.screen


async def enter(query: CallbackQuery, bot: Bot, event_update: Update, people: People) -> None:
    """The way into an action from under an answer, which stays as it is."""
    _, _, action_id = (query.data or "").split(":", 2)
    action = next((action for action in people.tenant.actions if action.id == action_id), None)
    await toast(bot, query)
    if action is None:
        screen = Screen(text=_say(people, query.from_user, ActionText.NO_MORE))
    else:
        screen = await _way_into(people, query.from_user, action)
    await tell(people, query, event_update, screen)


async def refuse_in_group(query: CallbackQuery, bot: Bot, people: People) -> None:
    await toast(bot, query, _say(people, query.from_user, ActionText.IN_PRIVATE), alert=True)


def _kinds(people: People, person: User) -> Screen:
    """All kinds of files, or the files of the only kind."""
    actions = people.documents.actions
    if not actions:
        return Screen(text=_say(people, person, ActionText.NOTHING_TO_SEND))
    if len(actions) == 1:
        return _files(people, person, actions[0])
    buttons = [
        Button(text=action.called(language_of(person)), data=f"file:a:{action.id}") for action in actions
    ]
    return Screen(text=_say(people, person, ActionText.WHICH_KIND), keyboard=rows_of(buttons, 1))


def _files(people: People, person: User, action: FileSending) -> Screen:
    """The files of a kind; of a single one, whether to send it."""
    if len(action.files) == 1:
        return _sure(people, person, action, action.files[0].id)
    language = language_of(person)
    buttons = [
        Button(text=document.called(language), data=f"file:d:{action.id}:{document.id}")
        for document in action.files
    ]
    text = _say(people, person, ActionText.WHICH_FILE, title=action.called(language))
    return Screen(text=text, keyboard=rows_of(buttons, 2))


def _sure(people: People, person: User, action: FileSending, document_id: str) -> Screen:
    found = people.documents.find(action.id, document_id)
    if found is None:
        return Screen(text=_say(people, person, ActionText.NO_MORE))
    what = people.documents.called(*found, language_of(person))
    buttons = [
        Button(text=_say(people, person, ActionText.BUTTON_SEND), data=f"file:ok:{action.id}:{document_id}"),
        Button(text=_say(people, person, ActionText.BUTTON_NOT_NOW), data="file:no"),
    ]
    return Screen(text=_say(people, person, ActionText.FILE_SURE, what=what), keyboard=rows_of(buttons, 1))


async def choose(query: CallbackQuery, bot: Bot, event_update: Update, people: People) -> None:
    """A kind of files, or one of them."""
    verb, action_id, document_id = _parts(query.data or "")
    action = people.documents.action(action_id)
    if verb not in ("a", "d"):
        await pass_over(query, bot, people)
        return
    await toast(bot, query)
    if action is None:
        screen = Screen(text=_say(people, query.from_user, ActionText.NO_MORE))
    elif verb == "a":
        screen = _files(people, query.from_user, action)
    else:
        screen = _sure(people, query.from_user, action, document_id)
    await turn_or_show(people, query, event_update, screen)


async def decline(query: CallbackQuery, bot: Bot, event_update: Update, people: People) -> None:
    await toast(bot, query)
    declined = _say(people, query.from_user, ActionText.DECLINED)
    await turn_or_show(people, query, event_update, Screen(text=declined))


async def send(query: CallbackQuery, bot: Bot, event_update: Update, people: People) -> None:
    """The yes: the file is sent once for the message whose button was tapped."""
    _, action_id, document_id = _parts((query.data or "").replace("file:ok:", "file:d:", 1))
    found = people.documents.find(action_id, document_id)
    person = query.from_user
    if found is None or query.message is None:
        await toast(bot, query, _say(people, person, ActionText.NO_MORE))
        return
    who = booker_of(query.message.chat, person)
    what = people.documents.called(*found, who.language)
    try:
        file_name, content = await people.documents.content(found[1], who.language)
    except FileAway:
        await toast(bot, query)
        away = _say(people, person, ActionText.FILE_AWAY, phone=people.tenant.contacts.phone)
        await turn_or_show(people, query, event_update, Screen(text=away))
        return
    is_new = await people.sender.send(
        who,
        content,
        file_name,
        _say(people, person, ActionText.FILE_CAPTION, what=what),
        action=action_id,
        request_key=f"{who.chat.key}:{query.message.message_id}:file:{action_id}:{document_id}",
        details={"document": document_id},
    )
    await toast(bot, query, "" if is_new else _say(people, person, ActionText.SENT_ALREADY))
    if is_new:
        await turn_or_show(people, query, event_update, Screen(text=f"**{what}**"))


def _parts(data: str) -> tuple[str, str, str]:
    """The verb, the action and the document of a button; empty where there is none."""
    _, verb, action_id, document_id = [*data.split(":"), "", "", ""][:4]
    return verb, action_id, document_id
