"""The steps of the form of a request to be called, each of them shown once and noted at once."""

from dataclasses import replace
from typing import Final

from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message, Update

from bot.domain import ChannelName
from bot.domain.callbacks import AlreadyOpen, Request, Requester
from bot.guard.personal_data import Masked, mask, named_labels
from bot.handlers.screens import chat_ref, language_of, message_of, tell
from bot.people.callback_screens.customers import CallbackScreens
from bot.people.callback_screens.handing import hand_over, tell_outcome
from bot.people.callbacks.form import CallForm, Step
from bot.people.callbacks.intents import FormReply, form_reply, is_question, refuses_number
from bot.people.callbacks.phones import PhoneFault, read_phone
from bot.people.callbacks.promises import Window
from bot.people.callbacks.wishes import Wish, WishReading, says_only_when
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.callbacks import CallbackText

CHANNEL: Final = ChannelName.TELEGRAM
LONGEST_WORDS: Final = 500
TALK_WORDS: Final = 4
"""So many words instead of a number or a time are for the assistant."""
_FAULTS = {
    PhoneFault.IN_WORDS: CallbackText.PHONE_IN_WORDS,
    PhoneFault.SHORT: CallbackText.PHONE_SHORT,
    PhoneFault.LONG: CallbackText.PHONE_LONG,
    PhoneFault.EXTENSION: CallbackText.PHONE_EXTENSION,
    PhoneFault.SEVERAL: CallbackText.PHONE_SEVERAL,
    PhoneFault.OWN: CallbackText.PHONE_OWN,
    PhoneFault.NO_SUCH: CallbackText.PHONE_NO_SUCH,
}


def masked(people: People, text: str) -> str:
    """What may be kept and shown to all staff: nobody's number stands in it."""
    return named_labels(_hidden(people, text).text)[:LONGEST_WORDS]


def _hidden(people: People, text: str) -> Masked:
    return mask(text, keep=people.tenant.phones)


class CallSteps:
    """One person's way through the form, at one update."""

    def __init__(
        self, people: People, event: Message | CallbackQuery, update: Update, state: FSMContext
    ) -> None:
        """Raises ValueError where nobody says it, or in no chat."""
        message, person = message_of(event), event.from_user
        if message is None or person is None:
            raise ValueError("a form is somebody's, in a chat")
        self.people = people
        self.person = person
        self.screens = CallbackScreens(people=people, language=language_of(person), now=people.now())
        self.reading = WishReading(people.callbacks.clock, people.tenant.service.callbacks)
        self._event = event
        self._chat = message.chat
        self._update = update
        self._state = state

    async def form(self) -> CallForm | None:
        return CallForm.from_data(await self._state.get_data(), self.people.sealer)

    def key(self, form_id: str) -> str:
        return f"{chat_ref(self._chat).key}:{form_id}"

    def is_repeated(self, form: CallForm) -> bool:
        """Whether this update, or a later one, has made its step already."""
        return form.update_id >= self._update.update_id

    async def show(self, screen: Screen, name: str = "screen") -> None:
        await tell(self.people, self._event, self._update, screen, name=name)

    async def go(self, form: CallForm, *screens: Screen) -> None:
        """Show the next step, then note it: killed in between, it is done again and shown once."""
        for number, screen in enumerate(screens):
            await self.show(screen, f"screen{number}")
        noted = replace(form, update_id=self._update.update_id)
        await self._state.set_data(noted.to_data(self.people.sealer))

    async def drop(self, text: CallbackText = CallbackText.DROPPED) -> None:
        await self.show(Screen(text=self.screens.say(text), keyboard=self.screens.menu()))
        await self._state.clear()

    def begun_with(self, words: str) -> CallForm:
        """A new form, with what was said on asking for a call: on which number, and when."""
        update_id = self._update.update_id
        form = CallForm(form_id=str(update_id), update_id=update_id, step=Step.SAME)
        phone = self._phone_in(words)
        if isinstance(phone, str):
            form = replace(form, phone=phone)
        wish = self.reading.read(words, self.people.now())
        return form if wish is None else _wishing(form, wish, masked(self.people, words))

    async def tapped(self, form: CallForm, step: str, rest: list[str]) -> None:
        if step == "drop":
            await self.drop()
        elif step == "same":
            await self._take_last_phone(form)
        elif step in ("other", "phone"):
            await self.go(replace(form, step=Step.PHONE), self.screens.ask_phone())
        elif not form.phone:
            return
        elif step == "details":
            await self._ask_details(form)
        elif step == "at":
            await self._take_wish(form, self.reading.tapped(rest[0] if rest else "", self.people.now()))
        elif step == "yes":
            await self.submit(form)

    async def _take_last_phone(self, form: CallForm) -> None:
        phone = await self.people.callbacks.last_phone_of(CHANNEL, str(self.person.id))
        if phone is None:
            await self.go(replace(form, step=Step.PHONE), self.screens.ask_phone())
        else:
            await self._go_on(replace(form, phone=phone))

    async def _take_wish(self, form: CallForm, wish: Wish | None) -> None:
        if wish is None:
            await self._ask_details(form)
            return
        await self._confirm(_wishing(form, wish))

    async def take_phone(self, form: CallForm, phone: str) -> None:
        """A number was given, and the menu is back in its place."""
        await self._go_on(replace(form, phone=phone), self.screens.phone_taken(phone))

    async def read_phone(self, form: CallForm, text: str) -> None:
        """A typed number. Raises SkipHandler for what is no number but talk."""
        phone = self._phone_in(text)
        if isinstance(phone, PhoneFault):
            await self.show(self.screens.ask_phone(_FAULTS[phone]))
        elif phone is not None:
            await self.take_phone(form, phone)
        elif form.step is Step.SAME and form_reply(text) is FormReply.AGREE:
            await self._take_last_phone(form)
        elif form.step is Step.SAME and form_reply(text) is FormReply.REFUSE:
            await self.go(replace(form, step=Step.PHONE), self.screens.ask_phone())
        elif refuses_number(text):
            await self.drop(CallbackText.NO_NUMBER)
        elif is_question(text) or len(text.split()) >= TALK_WORDS:
            raise SkipHandler
        else:
            await self.show(self.screens.ask_phone(CallbackText.PHONE_NOT_READ))

    async def read_details(self, form: CallForm, text: str) -> None:
        """Subject and time in one phrase, or better ones, maybe with another number. Raises SkipHandler for a
        question, which is noted as the subject where none is known.
        """
        phone = self._phone_in(text)
        if form.step is Step.CONFIRM and isinstance(phone, PhoneFault):
            await self.read_phone(form, text)
            return
        wish = self.reading.read(text, self.people.now())
        is_named = isinstance(phone, str)
        if wish is None and not is_named and is_question(text):
            if not form.reason:
                noted = replace(form, reason=masked(self.people, text))
                await self._state.set_data(noted.to_data(self.people.sealer))
            raise SkipHandler
        words, is_time = masked(self.people, text), says_only_when(_hidden(self.people, text).without_labels)
        form = replace(form, phone=phone) if isinstance(phone, str) else form
        form = form if is_time else replace(form, reason=words)
        form = form if wish is None else _wishing(form, wish, words if is_time else "")
        if is_named and is_time:
            await self._go_on(form)
        else:
            await self._confirm(form)

    async def ask_change(self, form: CallForm) -> None:
        text = self.screens.say(CallbackText.WHAT_TO_CHANGE)
        await self.show(Screen(text=text, keyboard=self.screens.what_to_change(form.form_id)))

    async def submit(self, form: CallForm) -> None:
        """Store what was read back, tell staff, and only then promise."""
        now = self.people.now()
        window = self._window(form)
        if window is None or not (form.window or self.screens.takes_requests):
            await self.show(self.screens.choice(may_join=False))
            await self._state.clear()
            return
        opened = await self.people.callbacks.open(
            Request(
                requester=Requester(
                    chat=chat_ref(self._chat),
                    external_id=str(self.person.id),
                    name=self.person.full_name,
                    language=self.screens.language,
                ),
                request_key=self.key(form.form_id),
                phone=form.phone,
                reason=form.reason,
                wished=form.wished,
                call_from=window.call_from,
                due_at=window.due_at,
                created_at=now,
            )
        )
        if isinstance(opened, AlreadyOpen):
            await self.show(self.screens.status(opened.callback, is_already=True))
        elif opened.callback.status.is_open:
            await tell_outcome(self.people, await hand_over(self.people, opened.callback))
        await self._state.clear()

    async def _go_on(self, form: CallForm, *before: Screen) -> None:
        """With the number known: to the subject, or back to the reading where all is known."""
        if form.reason or form.window is not None:
            await self._confirm(form, *before)
        else:
            await self._ask_details(form, *before)

    async def _ask_details(self, form: CallForm, *before: Screen) -> None:
        asked = self.screens.ask_details(form.form_id)
        await self.go(replace(form, step=Step.DETAILS), *before, asked)

    async def _confirm(self, form: CallForm, *before: Screen) -> None:
        window = self._window(form)
        if window is None:
            await self.drop()
            return
        is_moved = form.is_moved and window == form.window
        read_back = self.screens.confirm(form.form_id, form.phone, form.reason, window, is_moved=is_moved)
        await self.go(replace(form, step=Step.CONFIRM), *before, read_back)

    def _phone_in(self, text: str) -> str | PhoneFault | None:
        region = self.people.tenant.service.callbacks.region
        return read_phone(text, region, own=self.people.tenant.phones)

    def _window(self, form: CallForm) -> Window | None:
        """What was wished while it lies ahead, else what is usual."""
        is_ahead = form.window is not None and form.window.due_at > self.people.now()
        return form.window if is_ahead else self.screens.promised()


def _wishing(form: CallForm, wish: Wish, wished: str = "") -> CallForm:
    """`wished`: their own words, where the window and the subject do not say it all."""
    return replace(form, wished=wished, window=wish.window, is_moved=wish.is_moved)
