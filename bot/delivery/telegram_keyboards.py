"""Buttons, as Telegram has them."""

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot.domain import Button, Keyboard

BUTTON_CHARACTERS = 64

Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove


def markup_of(keyboard: Keyboard | None) -> Markup | None:
    if keyboard is None:
        return None
    if not keyboard.is_field:
        return InlineKeyboardMarkup([[_inline(button) for button in row] for row in keyboard.rows])
    if not keyboard.rows:
        return ReplyKeyboardRemove()
    rows = [[_field(button) for button in row] for row in keyboard.rows]
    return ReplyKeyboardMarkup(rows, resize_keyboard=True, is_persistent=True)


def inline_of(keyboard: Keyboard | None) -> InlineKeyboardMarkup | None:
    """What may stand under a message for ever, and so can be edited and probed."""
    markup = markup_of(keyboard)
    return markup if isinstance(markup, InlineKeyboardMarkup) else None


def _inline(button: Button) -> InlineKeyboardButton:
    label = button.text[:BUTTON_CHARACTERS]
    if button.url:
        return InlineKeyboardButton(label, url=button.url)
    return InlineKeyboardButton(label, callback_data=button.data)


def _field(button: Button) -> KeyboardButton:
    return KeyboardButton(button.text[:BUTTON_CHARACTERS], request_contact=button.asks_contact or None)
