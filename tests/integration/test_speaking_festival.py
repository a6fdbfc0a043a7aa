"""Festival by its text2wave: a small script in its place, and the real one where it is."""

import asyncio
import io
import os
import time
from pathlib import Path

import av
import pytest

pytest.importorskip("pydub", reason="the extra `voice` is not installed")

from bot.embedded.files import is_alive
from bot.errors import SettingsError, SpeechError
from bot.recordings import SpokenNote
from bot.voice.levelling import joined, wav_of
from bot.voice.speaking.festival import FestivalSpeaker, TextToWave, find_festival
from tests.sounds import silence, tone

CACHE = Path.home() / ".cache" / "dezhurny"


def scripted(folder: Path, body: str) -> TextToWave:
    """A program that is called as text2wave is: `$4` is the sound's file, `$5` the text's."""
    program = folder / "text2wave"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    return TextToWave(program=program)


def speaks(folder: Path, sound: bytes) -> TextToWave:
    (folder / "spoken.wav").write_bytes(sound)
    return scripted(folder, f'cp "$5" {folder}/heard.txt; cp {folder}/spoken.wav "$4"')


def opened(note: SpokenNote) -> tuple[str, int, int, float]:
    """Codec, rate, channels and seconds of a note."""
    with av.open(io.BytesIO(note.content), "r") as file:
        stream = file.streams.audio[0]
        samples: list[int] = [frame.samples for frame in file.decode(stream)]
        seconds = sum(samples) / stream.rate
        return stream.codec_context.name, stream.rate, stream.channels, seconds


async def test_a_note_is_opus_of_one_channel_without_the_silence_around_it(tmp_path: Path) -> None:
    sound = joined([silence(1), tone(1, loudness=0.01), silence(2)], pause_s=0)
    note = await FestivalSpeaker(speaks(tmp_path, wav_of(sound))).speak("Да.", "ru")
    codec, rate, channels, seconds = opened(note)
    assert ("opus" in codec, rate, channels) == (True, 48_000, 1)
    assert 1.0 <= note.duration_s <= 1.5
    assert seconds == pytest.approx(note.duration_s, abs=0.1)


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("«Да» — конечно…  (очень)!", "Да, конечно, очень!"),
        ("Раз.\nДва?", "Раз. Два?"),
        ("— трейд-ин , да", "трейд-ин, да"),
        ('") (system "rm")', None),
    ],
)
async def test_the_voice_gets_only_what_it_can_say(tmp_path: Path, text: str, heard: str | None) -> None:
    speaker = FestivalSpeaker(speaks(tmp_path, wav_of(tone(1))))
    if heard is None:
        with pytest.raises(SpeechError, match="nothing to say"):
            await speaker.speak(text, "ru")
        return
    await speaker.speak(text, "ru")
    assert (tmp_path / "heard.txt").read_text().strip() == heard


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("exit 0", "no reason given"),
        ('echo "SIOD ERROR: oops" >&2; exit 255', "SIOD ERROR: oops"),
        ('echo "SIOD ERROR: unbound variable : voice_msu_ru" >&2; exit 255', "apt-get install .*festvox-ru"),
        ('echo RIFFnothing > "$4"', "cannot be decoded"),
        ("kill -9 $$", "no reason given"),
    ],
)
async def test_a_voice_that_fails_says_why(tmp_path: Path, body: str, said: str) -> None:
    with pytest.raises(SpeechError, match=said):
        await FestivalSpeaker(scripted(tmp_path, body)).speak("Да.", "ru")


async def test_silence_is_no_note(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match="silence"):
        await FestivalSpeaker(speaks(tmp_path, wav_of(silence(2)))).speak("Да.", "ru")


async def test_a_voice_that_hangs_is_killed_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    speaker = FestivalSpeaker(
        scripted(tmp_path, f"sleep 60 & echo $! > {tmp_path}/pid; wait"), deadline_s=0.5
    )
    with pytest.raises(SpeechError, match=r"more than 0\.5 s"):
        await speaker.speak("Да.", "ru")
    assert _has_ended(int((tmp_path / "pid").read_text()))
    assert not any("dezhurny-voice-" in name for name in os.listdir(tmp_path))


def _has_ended(pid: int) -> bool:
    """Whether it does so in five seconds: the kernel takes a moment."""
    deadline = time.monotonic() + 5
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_alive(pid)


async def test_texts_are_spoken_one_at_a_time_and_few_of_them_wait(tmp_path: Path) -> None:
    (tmp_path / "spoken.wav").write_bytes(wav_of(tone(1)))
    body = f'mkdir {tmp_path}/busy || exit 9; sleep 0.1; rmdir {tmp_path}/busy; cp {tmp_path}/spoken.wav "$4"'
    speaker = FestivalSpeaker(scripted(tmp_path, body))
    said = await asyncio.gather(*(speaker.speak("Да.", "ru") for _ in range(9)), return_exceptions=True)
    assert [isinstance(one, SpokenNote) for one in said] == [True] * 4 + [False] * 5
    assert "too many" in str(said[-1])


def test_it_is_found_by_its_setting_on_the_path_or_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked = tmp_path / "cache" / "festival" / "usr" / "bin"
    unpacked.mkdir(parents=True)
    (unpacked / "text2wave").touch()
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert find_festival(None, tmp_path / "cache").root == tmp_path / "cache" / "festival"
    own = scripted(tmp_path, "exit 0")
    assert find_festival(own.program, tmp_path / "cache") == own
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_festival(None, tmp_path / "cache") == own


@pytest.mark.parametrize("wanted", [None, Path("/nowhere/text2wave")])
def test_where_it_is_missing_a_sentence_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: Path | None
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SettingsError, match="apt-get install festival festvox-ru"):
        find_festival(wanted, tmp_path)


@pytest.fixture
def festival() -> TextToWave:
    try:
        found = find_festival(None, CACHE)
    except SettingsError as error:
        pytest.skip(str(error))
    if found.root is None and not os.path.isdir("/usr/share/festival/voices/russian"):
        pytest.skip("festvox-ru is not installed")
    return found


async def test_the_real_voice_speaks(festival: TextToWave) -> None:
    text = "Цэ сто восемьдесят — от пяти миллионов девятисот тысяч рублей; «остальное» в тексте."
    note = await FestivalSpeaker(festival).speak(text, "ru")
    assert 4 < note.duration_s < 12
    assert len(note.content) < 100_000
