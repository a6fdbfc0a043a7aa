"""`python -m bot transcribe`: write down recordings, as the assistant would hear them."""

import dataclasses
import json
import sys
import time
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.embedded.progress import shown_progress
from bot.errors import AudioError, AudioFault, ServiceError
from bot.settings import Settings
from bot.voice.listening import Heard, Listener
from bot.voice.transcriber import Progress
from bot.wiring import TENANTS
from bot.wiring.voice import build_listener

NOT_ALL_HEARD = 1
_LONGEST_S = 4 * 3600
_LARGEST_MB = 2_000.0
_SLOWEST = 4.0
"""Times the length of the longest file: a slow machine, and a large model."""
_TELLS_EVERY_S = 2.0


def with_options(settings: Settings, options: Namespace) -> Settings:
    """The settings as the command line changes them: whoever owns the files sets no limits to himself."""
    changed: dict[str, Any] = {"max_seconds": _LONGEST_S, "max_megabytes": _LARGEST_MB}
    changed["deadline_s"] = max(settings.voice.deadline_s, _LONGEST_S * _SLOWEST)
    if options.language is not None:
        changed["language"] = options.language
    voice = settings.voice.model_copy(update=changed)
    tenant = options.tenant if options.tenant is not None else settings.tenant
    return settings.model_copy(update={"voice": voice, "tenant": tenant})


def open_listener(settings: Settings) -> Listener:
    from bot.tenant import find_tenant, load_tenant

    tenant = load_tenant(find_tenant(settings.tenant, TENANTS))
    with shown_progress() as report:
        return build_listener(settings, tenant, report)


async def run(settings: Settings, options: Namespace) -> int:
    """Write each file's words to standard output. A bad file is told of, and does not stop the others."""
    listener = open_listener(with_options(settings, options))
    bad = 0
    try:
        for file in options.files:
            try:
                heard = await listener.hear(file, progress=_telling(file))
            except (AudioError, ServiceError) as error:
                bad += 1
                _tell_failure(file, error, as_json=options.json)
                if isinstance(error, ServiceError) and error.permanent:
                    raise
            else:
                _show(file, heard, as_json=options.json, named=len(options.files) > 1)
    finally:
        await listener.close()
    return NOT_ALL_HEARD if bad else 0


def _telling(file: Path, now: Callable[[], float] = time.monotonic) -> Progress:
    """Nothing is told of a short file."""
    told_at = now()

    def tell(done_s: float) -> None:
        nonlocal told_at
        if now() - told_at >= _TELLS_EVERY_S:
            told_at = now()
            print(f"{file}: {int(done_s) // 60}:{int(done_s) % 60:02}", file=sys.stderr, flush=True)

    return tell


def _show(file: Path, heard: Heard, *, as_json: bool, named: bool) -> None:
    if as_json:
        print(json.dumps(summary(file, heard), ensure_ascii=False), flush=True)
        return
    confidence = heard.confidence
    doubts = f" ({', '.join(confidence.doubts)})" if confidence.doubts else ""
    print(f"{file}: {heard.text}" if named else heard.text, flush=True)
    took_s = sum(dataclasses.astuple(heard.transcript.timings))
    about = f"{heard.transcript.language or '-'}, {confidence.trust}{doubts}"
    print(f"{file}: {about}, {heard.transcript.duration_s:.1f} s in {took_s:.1f} s", file=sys.stderr)


def _tell_failure(file: Path, error: AudioError | ServiceError, *, as_json: bool) -> None:
    if as_json:
        reason = error.reason if isinstance(error, AudioError) else "service"
        print(json.dumps({"file": str(file), "error": reason, "detail": str(error)}, ensure_ascii=False))
    print(f"{file}: {_SENTENCES[error.reason] if isinstance(error, AudioError) else error}", file=sys.stderr)


_SENTENCES = {
    AudioFault.MISSING: "there is no such file, or it cannot be read",
    AudioFault.EMPTY: "there is nothing in it",
    AudioFault.TOO_LARGE: "it is too large",
    AudioFault.TOO_LONG: "it is too long",
    AudioFault.NOT_AUDIO: "it is no sound that can be opened",
    AudioFault.NO_SOUND: "it has no sound",
    AudioFault.UNKNOWN_CODEC: "its sound is in a form that is not known here",
    AudioFault.BROKEN: "it is damaged or ends in the middle",
    AudioFault.TOO_SLOW: "it took too long",
}
"""For developers, in the terminal; what customers read is in the catalogue."""


def summary(file: Path, heard: Heard) -> dict[str, Any]:
    transcript, confidence = heard.transcript, heard.confidence
    return {
        "file": str(file),
        "text": heard.text,
        "heard": transcript.text,
        "language": transcript.language,
        "trust": confidence.trust,
        "doubts": list(confidence.doubts),
        "logprob": confidence.logprob,
        "duration_s": round(transcript.duration_s, 3),
        "model": transcript.model,
        "timings": {name: round(value, 3) for name, value in dataclasses.asdict(transcript.timings).items()},
        "segments": [dataclasses.asdict(segment) for segment in transcript.segments],
    }
