"""The answer spoken too, for those who want that. The text is the answer; the voice note comes beside it."""

import time
from dataclasses import dataclass

import structlog

from bot.delivery.turn_delivery import TurnDelivery
from bot.domain import Answer, Outcome, Turn, Utterance
from bot.errors import DeliveryError, SpeechError
from bot.memory.voice_wishes import VoiceWishes
from bot.texts.catalogue import Text, Texts
from bot.voice.speaking.speaker import Speaker
from bot.voice.speaking.wording import Wording

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """`answers_voice`: whoever speaks is answered by voice, unless they have said no to that."""

    speaker: Speaker
    wording: Wording
    answers_voice: bool = False


class Speaking:
    """Without a `voice` nobody is spoken to."""

    def __init__(self, *, wishes: VoiceWishes, texts: Texts, voice: Voice | None = None) -> None:
        self._wishes = wishes
        self._texts = texts
        self._voice = voice

    @property
    def speaker(self) -> Speaker | None:
        """Who speaks; None: nobody."""
        return None if self._voice is None else self._voice.speaker

    async def switch(self, utterance: Utterance, delivery: TurnDelivery) -> Text:
        """Take /voice: on or off for this person. What to say of it."""
        if self._voice is None or not delivery.has_voice:
            return Text.VOICE_OUT_NONE
        wanted = await self._wishes.toggle(utterance.person_key, utterance.update_id)
        return Text.VOICE_OUT_ON if wanted else Text.VOICE_OUT_OFF

    def hint(self, language: str, delivery: TurnDelivery) -> str:
        """A line of /help, where there is anything to say."""
        if self._voice is None or not delivery.has_voice:
            return ""
        return self._texts.say(Text.VOICE_OUT_HELP, language)

    async def speak(self, turn: Turn, delivery: TurnDelivery, answer: Answer) -> None:
        """Say the answer that stands in the chat, at most once. What goes wrong is logged: it can be read."""
        voice = self._voice
        language = answer.trace.get("language", turn.last.language)
        if voice is None or not _is_spoken(turn, answer) or not voice.speaker.speaks(language):
            return
        if not await self._is_wanted(voice, turn) or not await delivery.may_speak():
            return
        text = voice.wording.spoken(answer.text, language)
        if not text:
            return
        began = time.monotonic()
        try:
            async with delivery.typing(speaking=True):
                note = await voice.speaker.speak(text, language)
            await delivery.speak(note)
        except (SpeechError, DeliveryError) as error:
            log.warning("answer_not_spoken", error=type(error).__name__, reason=str(error))
        else:
            log.info(
                "answer_spoken", seconds=round(note.duration_s, 1), took_s=round(time.monotonic() - began, 1)
            )

    async def _is_wanted(self, voice: Voice, turn: Turn) -> bool:
        wish = await self._wishes.wish(turn.last.person_key)
        return voice.answers_voice and bool(turn.notes) if wish is None else wish

    async def close(self) -> None:
        if self._voice is not None:
            await self._voice.speaker.close()


def _is_spoken(turn: Turn, answer: Answer) -> bool:
    """What was said is answered by voice, commands are not; nor is anybody who cannot be reached."""
    return turn.last.kind.is_said and answer.outcome is not Outcome.CANCELLED and answer.has_arrived
