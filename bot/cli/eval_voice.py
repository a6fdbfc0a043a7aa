"""`python -m bot eval voice --set DIR`: how well speech is written down, on recordings with their texts."""

import json
import sys
from argparse import Namespace
from collections import Counter
from typing import Any

from bot.cli.transcribe import open_listener, with_options
from bot.errors import AudioError, SettingsError
from bot.evaluation.speech import NO_ERRORS, read_references, sign_errors, word_errors
from bot.settings import Settings

NOT_ALL_HEARD = 1


async def run(settings: Settings, options: Namespace) -> int:
    """Measured on what was heard, before numbers and names are put as people write them."""
    if options.set is None:
        raise SettingsError("--set DIR is wanted: a folder with recordings and one .tsv of file and text")
    references = read_references(options.set)[: options.limit]
    listener = open_listener(with_options(settings, options))
    words = signs = NO_ERRORS
    duration_s = took_s = 0.0
    trust: Counter[str] = Counter()
    failed: list[str] = []
    try:
        for reference in references:
            try:
                heard = await listener.hear(reference.file)
            except AudioError as error:
                failed.append(f"{reference.file.name}: {error}")
                heard_text = ""
            else:
                heard_text, timings = heard.transcript.text, heard.transcript.timings
                duration_s += heard.transcript.duration_s
                took_s += timings.decode_s + timings.detect_s + timings.recognise_s
                trust[heard.confidence.trust] += 1
            one = word_errors(reference.text, heard_text)
            words, signs = words + one, signs + sign_errors(reference.text, heard_text)
            _tell(f"{reference.file.name}: WER {one.rate:.0%}  {heard_text}")
    finally:
        await listener.close()
    summary: dict[str, Any] = {
        "model": listener.model,
        "files": len(references),
        "failed": failed,
        "words": words.of,
        "wer": round(words.rate, 4),
        "cer": round(signs.rate, 4),
        "rtf": round(took_s / duration_s, 4) if duration_s else None,
        "trust": dict(trust),
    }
    print(json.dumps(summary, ensure_ascii=False) if options.json else _readable(summary))
    return NOT_ALL_HEARD if failed else 0


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _readable(summary: dict[str, Any]) -> str:
    rtf = "-" if summary["rtf"] is None else f"{summary['rtf']:.3f}"
    lines = [
        f"{summary['model']}, {summary['files']} files, {summary['words']} words",
        f"WER {summary['wer']:.1%}  CER {summary['cer']:.1%}  real-time factor {rtf}",
        *(f"not heard: {line}" for line in summary["failed"]),
    ]
    return "\n".join(lines)
