"""Opening what people send: whatever is wrong with it, one kind of error that says what."""

import os
import pickle
import resource
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("av", reason="the extra `voice` is not installed")

import av

from bot.errors import AudioError, AudioFault
from bot.voice.audio import RATE
from bot.voice.decoding import DecodingLimits, decode_file
from tests.sounds import silence, tone, write, write_video

LIMITS = DecodingLimits(max_seconds=20, max_bytes=5_000_000)


@pytest.mark.parametrize(
    ("name", "codec", "rate", "layout"),
    [
        ("note.ogg", "libopus", 48_000, "mono"),
        ("song.mp3", "libmp3lame", 44_100, "stereo"),
        ("memo.m4a", "aac", 44_100, "mono"),
        ("round.mp4", "aac", 48_000, "mono"),
        ("phone.wav", "pcm_s16le", 8_000, "mono"),
        ("cinema.wav", "pcm_s16le", 48_000, "7.1"),
        ("float.wav", "pcm_f32le", 16_000, "stereo"),
        ("disc.flac", "flac", 44_100, "stereo"),
        ("browser.webm", "libopus", 48_000, "stereo"),
    ],
)
def test_every_usual_kind_becomes_one_channel_at_one_rate(
    tmp_path: Path, name: str, codec: str, rate: int, layout: str
) -> None:
    sound = decode_file(write(tmp_path / name, tone(2), codec=codec, rate=rate, layout=layout), LIMITS)
    assert sound.duration_s == pytest.approx(2, abs=0.15)
    assert sound.values.dtype == np.float32
    spectrum = np.abs(np.fft.rfft(sound.values))
    assert np.argmax(spectrum) * RATE / len(sound.values) == pytest.approx(440, abs=2)


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", AudioFault.EMPTY),
        (png(), AudioFault.NOT_AUDIO),
        (b"not a sound at all, only words", AudioFault.NOT_AUDIO),
        (os.urandom(5_000), AudioFault.NOT_AUDIO),
        (b"OggS" + bytes(200), AudioFault.NOT_AUDIO),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n", AudioFault.NOT_AUDIO),
        (b"ffconcat version 1.0\nfile '/etc/hostname'\n", AudioFault.NOT_AUDIO),
    ],
)
def test_a_file_that_is_no_sound_is_told_from_one_that_is(
    tmp_path: Path, content: bytes, reason: AudioFault
) -> None:
    file = tmp_path / "voice.ogg"
    file.write_bytes(content)
    with pytest.raises(AudioError) as caught:
        decode_file(file, LIMITS)
    assert caught.value.reason == reason


def test_a_video_without_sound_is_told_from_a_file_that_is_no_sound(tmp_path: Path) -> None:
    with pytest.raises(AudioError) as caught:
        decode_file(write_video(tmp_path / "round.mp4"), LIMITS)
    assert caught.value.reason == AudioFault.NO_SOUND


def test_a_codec_that_nobody_knows_is_named_as_such(tmp_path: Path) -> None:
    file = write(tmp_path / "odd.wav", tone(1), codec="pcm_s16le", rate=16_000)
    content = bytearray(file.read_bytes())
    place = content.index(b"fmt ") + 8
    content[place : place + 2] = struct.pack("<H", 0x7A21)
    file.write_bytes(content)
    with pytest.raises(AudioError) as caught:
        decode_file(file, LIMITS)
    assert caught.value.reason == AudioFault.UNKNOWN_CODEC


@pytest.mark.parametrize(("share", "is_broken"), [(0.3, True), (0.7, True), (0.97, False)])
def test_a_note_that_ends_in_the_middle_is_known_by_the_length_it_was_sent_with(
    tmp_path: Path, share: float, is_broken: bool
) -> None:
    whole = write(tmp_path / "whole.ogg", tone(10), codec="libopus").read_bytes()
    cut = tmp_path / "cut.ogg"
    cut.write_bytes(whole[: int(len(whole) * share)])
    if is_broken:
        with pytest.raises(AudioError) as caught:
            decode_file(cut, LIMITS, declared_s=10)
        assert caught.value.reason == AudioFault.BROKEN
    else:
        assert decode_file(cut, LIMITS, declared_s=10).duration_s > 8


def test_a_cut_mp4_is_broken_whatever_length_was_declared(tmp_path: Path) -> None:
    whole = write(tmp_path / "a.m4a", tone(10), codec="aac", options={"movflags": "faststart"}).read_bytes()
    cut = tmp_path / "cut.m4a"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(AudioError) as caught:
        decode_file(cut, LIMITS)
    assert caught.value.reason == AudioFault.BROKEN


def test_a_long_silence_in_a_small_file_is_not_decoded_to_its_end(tmp_path: Path) -> None:
    file = write(tmp_path / "long.ogg", silence(120), codec="libopus")
    assert file.stat().st_size < 200_000
    with pytest.raises(AudioError) as caught:
        decode_file(file, LIMITS)
    assert caught.value.reason == AudioFault.TOO_LONG


def test_hours_in_one_frame_are_not_resampled(tmp_path: Path) -> None:
    file = tmp_path / "hours.mkv"
    with av.open(str(file), "w", format="matroska") as container:
        stream = container.add_stream("pcm_s16le", rate=8, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 65_000), dtype=np.int16), format="s16", layout="mono")
        frame.sample_rate = 8
        container.mux([*stream.encode(frame), *stream.encode(None)])
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(AudioError) as caught:
        decode_file(file, LIMITS)
    assert caught.value.reason == AudioFault.TOO_LONG
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 200_000


def test_limits_are_kept_before_anything_is_opened(tmp_path: Path) -> None:
    file = write(tmp_path / "note.ogg", tone(2), codec="libopus")
    small = DecodingLimits(max_seconds=20, max_bytes=100)
    for limits, declared_s, reason in ((small, 2, AudioFault.TOO_LARGE), (LIMITS, 21, AudioFault.TOO_LONG)):
        with pytest.raises(AudioError) as caught:
            decode_file(file, limits, declared_s)
        assert caught.value.reason == reason


@pytest.mark.parametrize("name", ["", "nowhere.ogg"])
def test_a_file_that_is_not_there_is_missing(tmp_path: Path, name: str) -> None:
    with pytest.raises(AudioError) as caught:
        decode_file(tmp_path / name, LIMITS)
    assert caught.value.reason == AudioFault.MISSING


def test_numbers_that_are_none_become_silence(tmp_path: Path) -> None:
    sound = tone(1)
    sound.values[100:200] = np.nan
    sound.values[300] = np.inf
    decoded = decode_file(write(tmp_path / "a.wav", sound, codec="pcm_f32le", rate=16_000), LIMITS)
    assert np.isfinite(decoded.values).all()
    assert np.abs(decoded.values).max() <= 1


@pytest.mark.parametrize("message", [None, "12 s", "a: b"])
def test_the_error_comes_whole_out_of_another_process(message: str | None) -> None:
    error = AudioError(AudioFault.TOO_LONG, message)
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.reason, str(copy)) == (error.reason, str(error))
