"""👍 👎 ⚠️ under an answer, by whoever asked."""

from contextlib import suppress

from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramAPIError
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from bot.domain import Outgoing
from bot.domain.ratings import RatingKind
from bot.handlers.choices import pass_over
from bot.handlers.rating_words import rater_of, wait_for_words
from bot.handlers.screens import chat_ref, language_of, toast
from bot.people.ratings.thumbs import Tap, ThumbTap, thumb_in
from bot.people.services import People
from bot.texts.ratings import RatingText

_SAID = {
    Tap.UP: RatingText.THUMB_TAKEN,
    Tap.DOWN: RatingText.THUMB_TAKEN,
    Tap.CLEAR: RatingText.THUMB_BACK,
    Tap.ERROR: RatingText.ERROR_TAKEN,
}


def build_router() -> Router:
    router = Router(name="thumbs")
    router.callback_query.register(take, F.data.func(lambda data: thumb_in(data) is not None))
    return router


async def take(query: CallbackQuery, bot: Bot, people: People, state: FSMContext) -> None:
    tap = thumb_in(query.data or "")
    if tap is None or query.message is None:
        await pass_over(query, bot, people)
        return
    language = language_of(query.from_user)
    if not await people.closing.thumbs.take(tap, rater_of(query.from_user)):
        await toast(bot, query, people.texts.say(RatingText.NOT_YOURS, language), alert=True)
        return
    if tap.tap is Tap.ERROR:
        await _ask_what_is_wrong(query, people, state, tap.turn_id, language)
    if isinstance(query.message, Message):
        await _tick(bot, people, query.message, tap, language)
    await toast(bot, query, people.texts.say(_SAID[tap.tap], language))


async def _ask_what_is_wrong(
    query: CallbackQuery, people: People, state: FSMContext, turn_id: str, language: str
) -> None:
    """Staff see the answer at once; a word of what is wrong with it may follow."""
    if query.message is None:
        return
    await people.closing.thumbs.report(turn_id)
    await wait_for_words(state, RatingKind.ERROR, turn_id, query.message.message_id, people.now())
    asked = Outgoing(text=people.texts.say(RatingText.ERROR_ASK, language), subject=f"error:{turn_id}")
    chat = chat_ref(query.message.chat)
    await people.outbox.post(chat, asked, name=f"error-{turn_id}", language=language)


async def _tick(bot: Bot, people: People, message: Message, tap: ThumbTap, language: str) -> None:
    """Show what counts; all other buttons stay as they are."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup is not None else []
    shown = [_ticked(people, row, tap, language) if _is_thumbs(row) else row for row in rows]
    with suppress(TelegramAPIError):
        await bot.edit_message_reply_markup(
            chat_id=message.chat.id,
            message_id=message.message_id,
            reply_markup=InlineKeyboardMarkup(inline_keyboard=shown),
        )


def _is_thumbs(row: list[InlineKeyboardButton]) -> bool:
    return any(thumb_in(button.callback_data or "") is not None for button in row)


def _ticked(
    people: People, row: list[InlineKeyboardButton], tap: ThumbTap, language: str
) -> list[InlineKeyboardButton]:
    """A reported error and a thumb stand beside each other, so only what was tapped changes."""
    if tap.tap is Tap.ERROR:
        chosen = people.texts.say(RatingText.ERROR_CHOSEN, language)
        return [
            button.model_copy(update={"text": chosen}) if _says(button, Tap.ERROR) else button
            for button in row
        ]
    thumbs = people.closing.thumbs.thumbs(tap.turn_id, language, chosen=tap.tap)
    shown = [InlineKeyboardButton(text=button.text, callback_data=button.data) for button in thumbs]
    return [*shown, *row[len(shown) :]]


def _says(button: InlineKeyboardButton, tap: Tap) -> bool:
    found = thumb_in(button.callback_data or "")
    return found is not None and found.tap is tap
