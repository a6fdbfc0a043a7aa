"""The adapter of openai-whisper, with a model that is scripted: its weights cannot be fetched here."""

from typing import Any

import pytest

from bot.errors import AudioError, AudioFault, SpeechError
from bot.voice.openai_whisper import Recognition, load, openai_whisper
from bot.voice.transcriber import Hints
from tests.sounds import tone


class ScriptedModel:
    """Answers as whisper does, one segment for each call."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def transcribe(self, values: Any, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        segment = {
            "text": f" часть {len(self.asked)}",
            "start": 0.5,
            "end": len(values) / 16_000,
            "avg_logprob": -0.2,
            "no_speech_prob": 0.01,
            "compression_ratio": 1.1,
        }
        return {"language": "ru", "segments": [segment]}


def test_a_long_recording_is_heard_in_half_minutes_with_the_right_times() -> None:
    told: list[float] = []
    heard = Recognition(ScriptedModel(), "scripted")(told.append, tone(70), Hints(), 60)
    assert heard.text == "часть 1 часть 2 часть 3"
    assert [(segment.start_s, segment.end_s) for segment in heard.segments] == [
        (0.5, 30),
        (30.5, 60),
        (60.5, 70),
    ]
    assert told == [30, 60, 70]


@pytest.mark.parametrize(
    ("languages", "first", "then"), [(("en",), "en", "en"), (("ru", "en"), None, "ru"), ((), None, "ru")]
)
def test_the_language_is_forced_or_kept_once_it_is_detected(
    languages: tuple[str, ...], first: str | None, then: str
) -> None:
    model = ScriptedModel()
    Recognition(model, "scripted")(lambda _: None, tone(40), Hints(languages=languages), 60)
    assert [asked["language"] for asked in model.asked] == [first, then]


def test_names_and_context_are_given_as_the_prompt() -> None:
    model = ScriptedModel()
    Recognition(model, "scripted")(
        lambda _: None, tone(1), Hints(hotwords="гелик", context="Какой цвет?"), 60
    )
    assert model.asked[0]["initial_prompt"] == "гелик Какой цвет?"


def test_a_deadline_stops_it_between_half_minutes() -> None:
    with pytest.raises(AudioError) as caught:
        Recognition(ScriptedModel(), "scripted")(lambda _: None, tone(40), Hints(), -1)
    assert caught.value.reason == AudioFault.TOO_SLOW


def test_without_its_package_it_says_what_to_install() -> None:
    with pytest.raises(SpeechError, match=r"pip install 'dezhurny\[whisper\]'") as caught:
        load("base", 0, "openai-whisper base")
    assert caught.value.permanent
    assert openai_whisper(model="turbo").name == "openai-whisper turbo"
