"""How well and how fast speech is written down, beside faster-whisper's stock settings in the same run.

Both hear the same recordings in turn, each in a process of its own, so that what else the machine does
falls on both. Where the recordings cannot be fetched, their figures are null and a sentence says why.
"""

import argparse
import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import voice_load
from benchmarks.measuring import report, say
from benchmarks.voice_recordings import NotToBeHad, Recording, no_speech, people, spoken, with_noise
from benchmarks.voice_stock import load_stock
from bot.embedded.progress import shown_progress
from bot.embedded.speech_model import locate_speech_model
from bot.evaluation.speech import NO_ERRORS, sign_errors, word_errors
from bot.settings import Settings
from bot.tenant import load_tenant
from bot.voice.audio import RATE, Samples
from bot.voice.confidence import Trust, judge, judge_said
from bot.voice.faster_whisper import faster_whisper
from bot.voice.hotwords import hotword_phrase
from bot.voice.local import LocalTranscriber
from bot.voice.normalising import Normaliser
from bot.voice.transcriber import Hints, Transcript
from bot.wiring.voice import spoken_names

_ROOT = Path(__file__).parent.parent
_NOISE_DB = (20, 10, 5)
_NAMED = _ROOT / "benchmarks" / "data" / "voice_names.tsv"
_NOTE_S = 5.0


class Tally:
    """What one transcriber made of some recordings."""

    def __init__(self) -> None:
        self.words = self.signs = NO_ERRORS
        self.sound_s = self.took_s = 0.0
        self.trust: Counter[str] = Counter()
        self.doubted = NO_ERRORS
        """The errors in what would not simply be answered."""

    async def hear(self, ear: LocalTranscriber, audio: Samples, text: str, hints: Hints) -> Transcript:
        began = time.monotonic()
        heard = await ear.transcribe(audio, hints)
        self.took_s += time.monotonic() - began
        self.sound_s += audio.duration_s
        errors = word_errors(text, heard.text)
        self.words, self.signs = self.words + errors, self.signs + sign_errors(text, heard.text)
        trust = judge(heard).trust
        self.trust[trust] += 1
        self.doubted += errors if trust is not Trust.ANSWER else NO_ERRORS
        return heard

    @property
    def rtf(self) -> float:
        return self.took_s / self.sound_s


async def beside_stock(
    ear: LocalTranscriber, stock: LocalTranscriber, recordings: Sequence[Recording], within_s: float
) -> dict[str, Any]:
    """In turn, so long as there is time: both have heard the same."""
    ours, theirs = Tally(), Tally()
    deadline = time.monotonic() + within_s
    for number, one in enumerate(recordings, start=1):
        heard = await ours.hear(ear, one.audio, one.text, HINTS)
        await theirs.hear(stock, one.audio, one.text, HINTS)
        say(f"{number}/{len(recordings)} WER {word_errors(one.text, heard.text).rate:.0%} {heard.text}")
        if time.monotonic() > deadline:
            break
    return {
        "recordings": number,
        "wer": ours.words.rate,
        "baseline_wer": theirs.words.rate,
        "cer": ours.signs.rate,
        "baseline_cer": theirs.signs.rate,
        "rtf": ours.rtf,
        "baseline_rtf": theirs.rtf,
        "speedup": theirs.rtf / ours.rtf,
        "trust": dict(ours.trust),
    }


async def in_noise(ear: LocalTranscriber, recordings: Sequence[Recording]) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for decibels in _NOISE_DB:
        tally = Tally()
        for number, one in enumerate(recordings):
            await tally.hear(ear, with_noise(one.audio, decibels, number), one.text, HINTS)
        figures[f"wer_{decibels}_db"] = tally.words.rate
        figures[f"trust_{decibels}_db"] = dict(tally.trust)
        say(f"noise at {decibels} dB: WER {tally.words.rate:.1%}, {dict(tally.trust)}")
    return figures


async def of_no_speech(ear: LocalTranscriber) -> dict[str, Any]:
    """What would reach the assistant of sounds that are no speech, and what the customer would be asked."""
    trust: Counter[str] = Counter()
    clips = list(no_speech())
    for kind, clip in clips:
        heard = await ear.transcribe(clip, HINTS)
        _, verdict = judge_said(heard)
        trust[verdict.trust] += 1
        if heard.text:
            say(f"{kind}, {clip.duration_s:.0f} s: {verdict.trust} {verdict.doubts} {heard.text}")
    return {
        "invented": trust[Trust.ANSWER],
        "invented_asked": trust[Trust.CONFIRM],
        "no_speech_clips": len(clips),
    }


async def names(ear: LocalTranscriber, cache: Path) -> dict[str, Any]:
    """How many of the names that a synthetic voice says are found, with and without the lexicon."""
    rows = [line.split("\t") for line in _NAMED.read_text("utf-8").splitlines() if "\t" in line]
    sounds = spoken([sentence for sentence, _ in rows], cache)
    known = spoken_names(load_tenant(_ROOT / "tenants" / "mercedes"))
    ways = {
        "names_without_lexicon": (Hints(languages=HINTS.languages), Normaliser({})),
        "names_with_lexicon": (HINTS, Normaliser(known)),
    }
    figures: dict[str, Any] = {"names": len(rows)}
    for way, (hints, normaliser) in ways.items():
        found = 0
        for (sentence, wanted), audio in zip(rows, sounds, strict=True):
            text = normaliser.normalise((await ear.transcribe(audio, hints)).text)
            is_found = any(name.lower() in text.lower() for name in wanted.split("|"))
            found += is_found
            say(f"{way} {'+' if is_found else '-'} {sentence} -> {text}")
        figures[way] = found
    return figures


async def note_s(ear: LocalTranscriber, recordings: Sequence[Recording]) -> float:
    """The median of five notes of 5 s, the model loaded."""
    took = []
    for one in recordings[:5]:
        values = one.audio.values[: round(_NOTE_S * RATE)]
        began = time.monotonic()
        await ear.transcribe(Samples(values), HINTS)
        took.append(time.monotonic() - began)
    return sorted(took)[len(took) // 2]


async def measure(options: argparse.Namespace) -> Mapping[str, Any]:
    settings = Settings()
    with shown_progress() as progress:
        model = locate_speech_model(settings, progress)
    cache = settings.local.cache_home.expanduser() / "dezhurny" / "recordings"
    ear = faster_whisper(model, threads=options.threads)
    stock = LocalTranscriber("stock", partial(load_stock, model))
    figures: dict[str, Any] = dict.fromkeys(
        ["wer", "baseline_wer", "rtf", "baseline_rtf", "speedup", "note_5s_s", "invented", "typed_p99_ratio"]
    )
    try:
        figures["start_s"] = await ear.start()
        await stock.start()
        figures |= await of_no_speech(ear)
        try:
            recordings = people(cache)
            figures["note_5s_s"] = await note_s(ear, recordings)
            figures |= await beside_stock(ear, stock, recordings[: options.recordings], options.seconds)
            figures |= await in_noise(ear, recordings[: options.noisy])
            figures |= await names(ear, cache)
        except NotToBeHad as error:
            say(f"some recordings are missing, and so are their figures: {error}")
    finally:
        await ear.close()
        await stock.close()
    with suppress(NotToBeHad):  # said above
        figures |= await voice_load.measure()
    return figures


def _hints() -> Hints:
    """As the product's own for the example tenant."""
    tenant = load_tenant(_ROOT / "tenants" / "mercedes")
    return Hints(languages=tuple(tenant.languages), hotwords=hotword_phrase(spoken_names(tenant)))


HINTS = _hints()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=int, default=60, help="of people, beside the stock settings")
    parser.add_argument("--seconds", type=float, default=80, help="how long that may take")
    parser.add_argument("--noisy", type=int, default=6, help="recordings with noise, at each loudness")
    parser.add_argument("--threads", type=int, default=0)
    report(asyncio.run(measure(parser.parse_args())))


if __name__ == "__main__":
    main()
