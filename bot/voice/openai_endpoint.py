"""Any server with OpenAI's /audio/transcriptions, by the `openai` package."""

import asyncio
import time
from typing import Any, Final

import openai
from pydantic import SecretStr

from bot.errors import AudioError, AudioFault, SpeechError
from bot.voice.audio import Samples
from bot.voice.levelling import wav_of
from bot.voice.openai_client import open_client, speech_error
from bot.voice.transcriber import Hints, Progress, Segment, Timings, Transcript

USUAL_MODEL: Final = "whisper-1"
_BAD_REQUEST: Final = 400


class OpenAITranscriber:
    """A Transcriber. `deadline_s` is for a whole answer.

    The server is asked for segments with their probabilities. One that knows only plain text is asked for
    that, once and for all; then nothing is known of how sure it was.
    """

    def __init__(
        self, *, base_url: str, api_key: SecretStr | None, model: str = "", deadline_s: float = 180.0
    ) -> None:
        self._model = model or USUAL_MODEL
        self._deadline_s = deadline_s
        self._tells_segments = True
        self._client = open_client(base_url=base_url, api_key=api_key, deadline_s=deadline_s)

    @property
    def name(self) -> str:
        return f"openai {self._model}"

    async def start(self) -> float:
        return 0.0  # the server has its model

    async def transcribe(
        self,
        audio: Samples,
        hints: Hints = Hints(),  # noqa: B008  frozen
        progress: Progress | None = None,
    ) -> Transcript:
        began = time.monotonic()
        answer = await self._ask(await asyncio.to_thread(wav_of, audio), hints)
        if progress is not None:
            progress(audio.duration_s)
        segments = tuple(map(_segment, getattr(answer, "segments", None) or ()))
        text = answer.text.strip()
        if text and not segments:
            segments = (Segment(text=text, start_s=0.0, end_s=audio.duration_s),)
        told = getattr(answer, "language", None) or ""
        return Transcript(
            text=text,
            language=_CODES.get(told.lower(), told) or (hints.languages[0] if hints.languages else ""),
            segments=segments,
            duration_s=audio.duration_s,
            model=self.name,
            timings=Timings(recognise_s=time.monotonic() - began),
        )

    async def close(self) -> None:
        await self._client.close()

    async def _ask(self, wav: bytes, hints: Hints) -> Any:
        while True:
            asked_for_segments = self._tells_segments
            try:
                return await self._client.audio.transcriptions.create(
                    file=("voice.wav", wav, "audio/wav"),
                    model=self._model,
                    response_format="verbose_json" if asked_for_segments else "json",
                    language=hints.languages[0] if len(hints.languages) == 1 else openai.omit,
                    prompt=" ".join(filter(None, (hints.hotwords, hints.context))) or openai.omit,
                )
            except openai.APITimeoutError as error:
                raise AudioError(AudioFault.TOO_SLOW, f"more than {self._deadline_s:g} s") from error
            except openai.APIConnectionError as error:
                raise SpeechError(f"{self.name}: {type(error.__cause__).__name__}") from error
            except openai.APIStatusError as error:
                if error.status_code != _BAD_REQUEST or not asked_for_segments:
                    raise speech_error(self.name, error) from None
                self._tells_segments = False


_CODES: Final = {"russian": "ru", "english": "en"}
"""The servers write out the names of languages."""


def _segment(told: Any) -> Segment:
    return Segment(
        text=told.text.strip(),
        start_s=told.start,
        end_s=told.end,
        avg_logprob=told.avg_logprob,
        no_speech_prob=told.no_speech_prob,
        compression_ratio=told.compression_ratio,
    )
