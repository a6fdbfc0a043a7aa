"""Any server with OpenAI's /audio/speech, by the `openai` package."""

import asyncio
from typing import Final

import openai
from pydantic import SecretStr

from bot.errors import SpeechError
from bot.recordings import SpokenNote
from bot.voice.openai_client import open_client, speech_error
from bot.voice.speaking.encoding import note_of

USUAL_MODEL: Final = "gpt-4o-mini-tts"
USUAL_VOICE: Final = "alloy"


class OpenAISpeaker:
    """A Speaker. `deadline_s` is for a whole answer."""

    def __init__(
        self,
        *,
        base_url: str,
        api_key: SecretStr | None,
        model: str = "",
        voice: str = "",
        deadline_s: float = 30.0,
    ) -> None:
        self._model = model or USUAL_MODEL
        self._voice = voice or USUAL_VOICE
        self._deadline_s = deadline_s
        self._client = open_client(base_url=base_url, api_key=api_key, deadline_s=deadline_s)

    @property
    def name(self) -> str:
        return f"openai {self._model}"

    def speaks(self, language: str) -> bool:
        return True

    async def speak(self, text: str, language: str) -> SpokenNote:
        try:
            async with asyncio.timeout(self._deadline_s):
                answer = await self._client.audio.speech.create(
                    model=self._model, voice=self._voice, input=text, response_format="wav"
                )
                sound = await answer.aread()
        except (TimeoutError, openai.APITimeoutError):
            raise SpeechError(f"{self.name}: more than {self._deadline_s:g} s") from None
        except openai.APIConnectionError as error:
            raise SpeechError(f"{self.name}: {type(error.__cause__).__name__}") from error
        except openai.APIStatusError as error:
            raise speech_error(self.name, error) from None
        return await asyncio.to_thread(note_of, sound)

    async def close(self) -> None:
        await self._client.close()
