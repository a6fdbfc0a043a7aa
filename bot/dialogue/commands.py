"""What is answered from the texts alone: commands, and what nobody here can read."""

from collections.abc import Mapping
from enum import StrEnum

from bot.delivery.turn_delivery import TurnDelivery
from bot.dialogue.speaking import Speaking
from bot.domain import Answer, ChannelName, Outcome, Turn, Utterance, UtteranceKind
from bot.memory.memory import Memory
from bot.texts.catalogue import Text, Texts
from bot.texts.endings import EndingText
from bot.texts.menu import MenuText

_SCRIPTED: Mapping[UtteranceKind, StrEnum] = {
    UtteranceKind.START: Text.START,
    UtteranceKind.HELP: Text.HELP,
    UtteranceKind.NEW: Text.NEW,
    UtteranceKind.END: EndingText.ENDED,
}
_BY_VOICE = {UtteranceKind.START: Text.START_BY_VOICE, UtteranceKind.HELP: Text.HELP_BY_VOICE}
"""What fills their blank where recordings are listened to."""


class Commands:
    """`hears`: whether recordings are listened to, where people can send them."""

    def __init__(self, *, memory: Memory, speaking: Speaking, texts: Texts, hears: bool) -> None:
        self._memory = memory
        self._speaking = speaking
        self._texts = texts
        self._hears = hears

    async def answer(self, turn: Turn, delivery: TurnDelivery) -> Answer:
        """Do what the turn's one utterance wants, and say so. May be repeated."""
        last = turn.last
        if last.kind is UtteranceKind.NEW:
            await self._memory.forget(turn.chat.key)
        text = await self._text(last, delivery)
        said = self._texts.say(
            text, last.language, by_voice=self._by_voice(last, delivery), more=self._more(last)
        )
        hint = self._speaking.hint(last.language, delivery) if last.kind is UtteranceKind.HELP else ""
        return Answer(text="\n\n".join(filter(None, (said, hint))), outcome=Outcome.SCRIPTED)

    async def _text(self, last: Utterance, delivery: TurnDelivery) -> StrEnum:
        match last.kind:
            case UtteranceKind.SPEAK:
                return await self._speaking.switch(last, delivery)
            case UtteranceKind.UNREADABLE:
                return Text(f"unreadable_{last.detail}")
            case UtteranceKind.CANCEL:
                return Text.CANCEL_STOPPED if last.detail == "stopped" else Text.CANCEL_IDLE
            case kind:
                return _SCRIPTED[kind]

    def _more(self, last: Utterance) -> str:
        """What can be typed besides where people are served, and not only answered."""
        is_served = last.chat.channel is ChannelName.TELEGRAM
        return self._texts.say(MenuText.HELP_MORE, last.language) if is_served else ""

    def _by_voice(self, last: Utterance, delivery: TurnDelivery) -> str:
        text = _BY_VOICE.get(last.kind)
        is_heard = self._hears and delivery.has_voice
        return self._texts.say(text, last.language) if text is not None and is_heard else ""
