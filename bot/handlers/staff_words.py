"""Words that one of the staff writes into a form: asked for, taken where they were asked for, read back."""

from typing import Any

from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State
from aiogram.types import CallbackQuery, Message, Update

from bot.domain import Button, Keyboard
from bot.handlers.screens import thread_of

_CANCEL = "/cancel"
LONGEST_ID = 15


def number_in(data: str | None) -> int | None:
    """What stands behind the last colon, if it can be the number of a row."""
    tail = (data or "").rpartition(":")[2]
    is_number = tail.isascii() and tail.isdigit() and len(tail) <= LONGEST_ID
    return int(tail) if is_number else None


async def begin(state: FSMContext, form: State, query: CallbackQuery, **data: Any) -> None:
    """From now on the next words of this person in this place are for the form."""
    await state.set_state(form)
    await state.set_data({**data, "thread": thread_of(query.message)})


async def words_in(message: Message, state: FSMContext) -> str | None:
    """What was written for the form; None: it was left by /cancel. Raises SkipHandler for other things."""
    data = await state.get_data()
    if data.get("thread") != thread_of(message):
        raise SkipHandler
    text = message.text or ""
    if text.partition("@")[0].strip().lower() == _CANCEL:
        return None
    if text.startswith("/"):
        raise SkipHandler
    return text.strip()


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
