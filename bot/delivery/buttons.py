"""The buttons that this bot puts under an answer."""

from collections.abc import Sequence

from bot.domain import Button, Keyboard

SAY = "say:"
"""A tap says what stands on the button, as if it had been typed."""


def keyboard_of(choices: Sequence[str], offers: Sequence[Button] = ()) -> Keyboard:
    """A button a line: first what may be said, then what can be done."""
    said = [Button(text=choice, data=f"{SAY}{number}") for number, choice in enumerate(choices)]
    return Keyboard(rows=tuple((button,) for button in (*said, *offers)))
