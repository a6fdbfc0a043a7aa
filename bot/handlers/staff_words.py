"""Words that one of the staff writes into a form: asked for, taken where they were asked for, read back."""

from typing import Any

from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State
from aiogram.types import CallbackQuery, Message, Update

from bot.domain import Button, Keyboard
from bot.domain.handoffs import read_token
from bot.handlers.screens import chat_ref, place_of, thread_of
from bot.people.services import People

_CANCEL = "/cancel"
LONGEST_ID = 15
ASKED_AT = "asked_at"
"""In the data of a form: when its words were asked for, in seconds since the epoch."""


def number_in(data: str | None) -> int | None:
    """What stands behind the last colon, if it can be the number of a row."""
    tail = (data or "").rpartition(":")[2]
    is_number = tail.isascii() and tail.isdigit() and len(tail) <= LONGEST_ID
    return int(tail) if is_number else None


async def begin(people: People, state: FSMContext, form: State, query: CallbackQuery, **data: Any) -> None:
    """From now on the next words of this person in this place are for the form."""
    await state.set_state(form)
    await state.set_data({**data, "thread": thread_of(query.message), ASKED_AT: people.now().timestamp()})


async def words_in(people: People, message: Message, state: FSMContext) -> str | None:
    """What was written for the form; None: it was left by /cancel. Raises SkipHandler for other things."""
    data = await state.get_data()
    if data.get("thread") != thread_of(message):
        raise SkipHandler
    if await _is_taken_since(people, message, data.get(ASKED_AT, 0.0)):
        raise SkipHandler  # the words are for the customer who is talked with here
    text = message.text or ""
    if text.partition("@")[0].strip().lower() == _CANCEL:
        return None
    if text.startswith("/"):
        raise SkipHandler
    return text.strip()


async def _is_taken_since(people: People, message: Message, asked_at: float) -> bool:
    """Whether a dialogue has come into this place after the form asked for its words."""
    if message.chat.type == "private":
        holds = await people.handoffs.holds_of(chat_ref(message.chat).key)
    else:
        hold = await people.handoffs.hold_in(place_of(message))
        holds = [] if hold is None else [hold]
    began = (read_token(hold.token) for hold in holds)
    return any(named is not None and named[1].timestamp() > asked_at for named in began)


def read_back(prefix: str, update: Update, labels: tuple[str, str, str]) -> Keyboard:
    """Buttons that mean just these words: what was written later has others."""
    yes, again, no = labels
    number = update.update_id
    return Keyboard(
        rows=(
            (Button(text=yes, data=f"{prefix}ok:{number}"),),
            (
                Button(text=again, data=f"{prefix}again:{number}"),
                Button(text=no, data=f"{prefix}drop:{number}"),
            ),
        )
    )


async def is_current(query: CallbackQuery, state: FSMContext, form: State) -> bool:
    """Whether the button belongs to the words that the form holds now."""
    data = await state.get_data()
    return await state.get_state() == form.state and data.get("written_in") == number_in(query.data)
