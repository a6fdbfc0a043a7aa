"""Who wants what with what is kept about them, and the screen that shows it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiogram import Bot
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Chat, InaccessibleMessage, Message, Update, User

from bot.domain import Keyboard, Outgoing
from bot.domain.consents import Person
from bot.handlers.screens import change, show, toast
from bot.people.privacy.words import OwnData, own_data_in
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.broadcasts import NewsText
from bot.texts.privacy import PrivacyText


def own_data_of(message: Message, me: User) -> OwnData | None:
    """What this message asks for, which needs no consent; None: it is about something else.

    In a group only commands to this bot count: there «забудь меня» may be said to anybody.
    """
    text = message.text or ""
    if message.chat.type != "private":
        to = text.partition(" ")[0].partition("@")[2].lower()
        if not text.startswith("/") or to not in ("", (me.username or "").lower()):
            return None
    return own_data_in(text)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Who wants what, by a message or by a tap; `tapped` is where the button stands."""

    people: People
    person: Person
    chat: Chat
    update: Update
    state: FSMContext
    bot: Bot
    query: CallbackQuery | None = None
    tapped: Message | InaccessibleMessage | None = None
    detail: str = ""

    is_about_news: bool = False
    """The button stands where nothing but the news is spoken of."""

    def say(self, text: PrivacyText | NewsText, **values: object) -> str:
        return self.people.texts.say(text, self.person.language, **values)

    async def show(self, outgoing: Outgoing, name: str = "screen") -> None:
        await show(self.people, self.chat, self.update, outgoing, name=name, language=self.person.language)

    async def toast(self, text: PrivacyText | NewsText | None = None, *, alert: bool = False) -> None:
        if self.query is not None:
            await toast(self.bot, self.query, self.say(text) if text is not None else "", alert=alert)

    async def change(self, words: str, keyboard: Keyboard | None = None) -> None:
        if self.tapped is not None:
            await change(self.people, self.tapped, words, keyboard)


Act = Callable[[Asked], Awaitable[None]]


async def screen_of(asked: Asked) -> Screen:
    people, person = asked.people, asked.person
    consent = await people.consents.of(person)
    standing = await people.consents.standing(person)
    counts = await people.privacy.files.counts(person)
    screen = people.privacy.screen
    return Screen(screen.text(person.language, consent, standing, counts), screen.keyboard(person, consent))


async def redraw(asked: Asked) -> None:
    text, keyboard = await screen_of(asked)
    await asked.change(text, keyboard)
