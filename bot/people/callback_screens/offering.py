"""Offers a call under the answers after which people want one."""

from bot.domain import Answer, Button, ChannelName, Light, Outcome, Turn
from bot.people.callback_screens.customers import CallbackScreens
from bot.people.services import People
from bot.texts.callbacks import CallbackText

_WANTS_PERSON = "person"
_WITHOUT_ANSWER = (Outcome.UNKNOWN, Outcome.MODEL_DOWN)


class CallOffers:
    """Where there is no answer, a red light, or a person was asked for by voice."""

    def __init__(self, people: People) -> None:
        self._people = people

    def under(self, turn: Turn, answer: Answer) -> tuple[Button, ...]:
        if turn.chat.channel is not ChannelName.TELEGRAM or not turn.chat.private:
            return ()
        intent = answer.trace.get("understood", {}).get("intent")
        is_needed = answer.outcome in _WITHOUT_ANSWER or answer.light is Light.RED
        screens = CallbackScreens(people=self._people, language=turn.last.language, now=self._people.now())
        if not (is_needed or intent == _WANTS_PERSON) or not screens.takes_requests:
            return ()
        return (screens.button(CallbackText.CALL_ME, "ask"),)
