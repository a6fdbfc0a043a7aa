"""The keyboard that is always under the input field: the way to a person, and what can be done."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain import Button, Keyboard
from bot.tenant.actions import Action
from bot.texts.catalogue import LANGUAGES, Texts
from bot.texts.menu import MenuText

_IN_A_ROW = 2
_LONG = 18
"""A title of more characters has a row for itself, so that phones show all of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MenuItem:
    """What was pressed: `action_id`, or None for the way to a person."""

    action_id: str | None = None

    @property
    def is_person(self) -> bool:
        return self.action_id is None


class Menu:
    """One tenant's menu. Buttons under the input field say their own text, in whichever language."""

    def __init__(self, texts: Texts, actions: Sequence[Action]) -> None:
        self._texts = texts
        self._actions = tuple(actions)
        self._items = {
            _folded(action.called(language)): MenuItem(action_id=action.id)
            for action in self._actions
            for language in LANGUAGES
        } | {_folded(texts.say(MenuText.PERSON, language)): MenuItem() for language in LANGUAGES}

    def item_of(self, text: str) -> MenuItem | None:
        """None: it is no press, but words."""
        return self._items.get(_folded(text))

    def keyboard(self, language: str) -> Keyboard:
        rows: list[tuple[Button, ...]] = [(Button(text=self._texts.say(MenuText.PERSON, language)),)]
        row: list[Button] = []
        for action in self._actions:
            title = action.called(language)
            if row and (len(title) > _LONG or len(row) == _IN_A_ROW or len(row[-1].text) > _LONG):
                rows.append(tuple(row))
                row = []
            row.append(Button(text=title))
        if row:
            rows.append(tuple(row))
        return Keyboard(rows=tuple(rows), is_field=True)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
