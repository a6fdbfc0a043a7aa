"""What an operator sees on asking who waits for a call."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain import Button, Keyboard
from bot.domain.callbacks import Callback, CallbackStatus
from bot.people.callbacks.card_text import TAP, tap
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.cards import DeskText

_ON_A_PAGE = 5
_BACK, _ON = "‹", "›"


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """For one reader, in their language."""

    people: People
    language: str

    def say(self, text: DeskText, **values: object) -> str:
        return self.people.texts.say(text, self.language, **values)

    async def waiting(self, page: int = 0) -> Screen:
        """One page of who waits, the most pressing first; a page that is gone is the last."""
        found = await self.people.callbacks.list_open()
        if not found:
            return Screen(self.say(DeskText.LIST_EMPTY))
        pages = -(-len(found) // _ON_A_PAGE)
        page = min(page, pages - 1)
        shown = found[page * _ON_A_PAGE : (page + 1) * _ON_A_PAGE]
        lines = [self.say(DeskText.LIST, count=len(found))]
        lines += [await self._line(callback) for callback in shown]
        if pages > 1:
            lines.append(self.say(DeskText.LIST_PAGE, page=page + 1, pages=pages))
        return Screen("\n\n".join(lines), Keyboard(rows=self._rows(shown, page, pages)))

    async def _line(self, callback: Callback) -> str:
        cards, now = self.people.cards, self.people.now()
        waited = self.people.callbacks.clock.minutes_between(callback.created_at, now)
        shown = await cards.look_up(callback)
        text = {
            CallbackStatus.TAKEN: DeskText.LIST_TAKEN,
            CallbackStatus.NO_ANSWER: DeskText.LIST_RETRY,
        }.get(callback.status, DeskText.LIST_FREE)
        return self.say(
            text,
            number=callback.callback_id,
            name=cards.wording.name(callback, self.language),
            when=cards.wording.window(callback, now, self.language),
            waited=cards.wording.length(waited, self.language),
            who=cards.wording.taker(shown, self.language),
            tries=callback.tries,
        )

    def _rows(self, shown: Sequence[Callback], page: int, pages: int) -> tuple[tuple[Button, ...], ...]:
        opening = tuple(
            Button(
                text=self.say(DeskText.OPEN, number=callback.callback_id),
                data=tap("open", callback.callback_id),
            )
            for callback in shown
        )
        turning = [Button(text=_BACK, data=f"{TAP}page:{page - 1}")] * (page > 0)
        turning += [Button(text=_ON, data=f"{TAP}page:{page + 1}")] * (page < pages - 1)
        return (opening, tuple(turning)) if turning else (opening,)
