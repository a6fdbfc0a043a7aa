"""Sound made even, and the names that recognition is told to expect."""

import io
import wave

import numpy as np
import pytest

pytest.importorskip("pydub", reason="the extra `voice` is not installed")

from bot.voice.audio import RATE, Samples
from bot.voice.hotwords import hotword_phrase
from bot.voice.levelling import joined, level, trim_silence, wav_of
from tests.sounds import silence, tone


def padded(before_s: float, sound: Samples, after_s: float) -> Samples:
    pieces = (silence(before_s).values, sound.values, silence(after_s).values)
    return Samples(np.concatenate(pieces))


@pytest.mark.parametrize("loudness", [0.0005, 0.003, 0.01])
def test_what_is_too_quiet_becomes_loud_and_never_clips(loudness: float) -> None:
    peak = float(np.abs(level(tone(1, loudness=loudness)).values).max())
    assert 10 * loudness < peak < 0.9


@pytest.mark.parametrize("sound", [tone(1, loudness=0.1), tone(1, loudness=1.0), silence(1), silence(0)])
def test_what_is_loud_enough_or_silent_stays_as_it_is(sound: Samples) -> None:
    assert level(sound) is sound


def test_one_loud_click_does_not_make_the_rest_clip() -> None:
    sound = tone(1, loudness=0.002)
    sound.values[100] = 0.5
    assert np.abs(level(sound).values).max() <= 0.9


@pytest.mark.parametrize(("before_s", "after_s"), [(2, 1), (0, 3), (0.1, 0)])
def test_silence_at_the_ends_is_left_out_but_for_a_little(before_s: float, after_s: float) -> None:
    trimmed = trim_silence(padded(before_s, tone(1), after_s))
    assert 1.0 <= trimmed.duration_s <= 1.45
    assert np.abs(trimmed.values).max() == pytest.approx(0.3, abs=0.01)


def test_nothing_stays_of_silence() -> None:
    assert trim_silence(silence(2)).duration_s == 0


def test_pieces_are_joined_with_pauses_and_made_as_loud_as_one_another() -> None:
    whole = joined([tone(1, loudness=0.01), tone(1, loudness=0.9)], pause_s=0.5)
    assert whole.duration_s == pytest.approx(2.5, abs=0.01)
    first, second = whole.values[: RATE // 2], whole.values[2 * RATE :]
    assert np.abs(first).max() == pytest.approx(np.abs(second).max(), rel=0.05)
    assert joined([]).duration_s == 0


def test_a_wav_file_holds_the_same_sound() -> None:
    sound = tone(0.5)
    with wave.open(io.BytesIO(wav_of(sound))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (RATE, 1, RATE // 2)
        read = np.frombuffer(file.readframes(RATE), dtype="<i2") / 32_768
    assert read == pytest.approx(sound.values, abs=1e-3)


@pytest.mark.parametrize(
    ("names", "phrase"),
    [
        ({"C 180": ("c180", "ц 180", "цэ сто восемьдесят")}, "цэ сто восемьдесят"),
        ({"G-Класс": ("гелик", "кубик на колёсах")}, "гелик"),
        ({"ОСАГО": ("осага",), "полис": ("страховка",)}, "ОСАГО"),
        ({"MBUX": ("mbux",), "VIN": ()}, "MBUX, VIN"),
        ({"GLE": ("гле",), "GLE 450": ("гле",)}, "гле"),
        ({}, ""),
    ],
)
def test_names_are_expected_as_they_are_said(names: dict[str, tuple[str, ...]], phrase: str) -> None:
    assert hotword_phrase(names) == phrase


def test_a_long_lexicon_is_cut_at_a_whole_name() -> None:
    names = {
        f"M{number}": (f"модель {'а' * (number % 10)} {'б' * (number // 10)}".strip(),)
        for number in range(100)
    }
    phrase = hotword_phrase(names)
    assert 200 < len(phrase) <= 300
    assert set(phrase.split(", ")) <= {others[0] for others in names.values()}
