"""How far a transcript can be trusted: answer it, ask whether it is right, or ask to say it again."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from bot.data_files import read_data
from bot.language.folding import plain
from bot.voice.transcriber import Segment, Transcript

_WORD: Final = re.compile(r"\w+")
_REPEATED_PHRASE: Final = 3
"""So often in a row is no manner of speaking, unless it is one short word."""
_REPEATED_WORD: Final = 6
_LONGEST_PHRASE: Final = 8
_LETTERS_PER_S: Final = 35.0
"""Nobody speaks faster; what is written down in no time was not heard."""
_PLAIN_LOGPROB: Final = -0.5
_PLAIN_NO_SPEECH: Final = 0.2


class Trust(StrEnum):
    ANSWER = "answer"
    CONFIRM = "confirm"
    """Show what was heard, and ask whether it is right."""
    REPEAT = "repeat"


class Doubt(StrEnum):
    """Why a transcript is not simply answered."""

    NOTHING_HEARD = "nothing_heard"
    NO_SPEECH = "no_speech"
    UNCLEAR = "unclear"
    REPETITION = "repetition"
    INVENTED = "invented"
    """What subtitles say where nobody speaks."""
    TOO_FAST = "too_fast"
    FOREIGN_SCRIPT = "foreign_script"


@dataclass(frozen=True, kw_only=True, slots=True)
class Thresholds:
    """The settings of the same names."""

    answer_logprob: float = -0.7
    repeat_logprob: float = -1.2
    no_speech: float = 0.6
    compression: float = 2.4


@dataclass(frozen=True, kw_only=True, slots=True)
class Confidence:
    """`logprob` is the average of all tokens; None where the recognition does not tell."""

    trust: Trust
    doubts: tuple[Doubt, ...] = ()
    logprob: float | None = None


def judge(transcript: Transcript, thresholds: Thresholds = Thresholds()) -> Confidence:
    words = _words(transcript.text)
    if not words:
        return Confidence(trust=Trust.REPEAT, doubts=(Doubt.NOTHING_HEARD,))
    logprob = _logprob(transcript.segments)
    fatal = [*_fatal(transcript, words, thresholds)]
    if logprob is not None and logprob < thresholds.repeat_logprob:
        fatal.append(Doubt.UNCLEAR)
    if fatal:
        return Confidence(trust=Trust.REPEAT, doubts=tuple(dict.fromkeys(fatal)), logprob=logprob)
    doubts = [*_doubts(transcript, words, thresholds)]
    if logprob is not None and logprob < thresholds.answer_logprob:
        doubts.append(Doubt.UNCLEAR)
    trust = Trust.CONFIRM if doubts else Trust.ANSWER
    return Confidence(trust=trust, doubts=tuple(dict.fromkeys(doubts)), logprob=logprob)


def judge_said(transcript: Transcript, thresholds: Thresholds = Thresholds()) -> tuple[str, Confidence]:
    """What was said, without the pieces that only subtitles say, and how far that can be trusted.

    Such a piece mostly stands in the silence behind plain speech. What is left is shown first.
    """
    kept = tuple(one for one in transcript.segments if not _only_subtitles_say(" ".join(_words(one.text))))
    if not kept or len(kept) == len(transcript.segments):
        return transcript.text, judge(transcript, thresholds)
    text = transcript.text
    for segment in transcript.segments:
        text = text if segment in kept else text.replace(segment.text, "", 1)
    text = " ".join(text.split())
    confidence = judge(replace(transcript, text=text, segments=kept), thresholds)
    if confidence.trust is Trust.ANSWER:
        confidence = replace(confidence, trust=Trust.CONFIRM, doubts=(Doubt.INVENTED,))
    return text, confidence


def _fatal(transcript: Transcript, words: Sequence[str], thresholds: Thresholds) -> Iterator[Doubt]:
    """What shows that nothing of it was said."""
    told = [one.no_speech_prob for one in transcript.segments if one.no_speech_prob is not None]
    if told and min(told) > thresholds.no_speech:
        yield Doubt.NO_SPEECH
    if _is_invented(" ".join(words), transcript.segments):
        yield Doubt.INVENTED
    if _most_repeated(words) > len(words) / 2:
        yield Doubt.REPETITION
    if _share_of_other_scripts(transcript.text) > 0.5:
        yield Doubt.FOREIGN_SCRIPT


def _doubts(transcript: Transcript, words: Sequence[str], thresholds: Thresholds) -> Iterator[Doubt]:
    for segment in transcript.segments:
        if segment.no_speech_prob is not None and segment.no_speech_prob > thresholds.no_speech:
            yield Doubt.NO_SPEECH
        if segment.compression_ratio is not None and segment.compression_ratio > thresholds.compression:
            yield Doubt.REPETITION
    if _most_repeated(words):
        yield Doubt.REPETITION
    if len(transcript.text) > _LETTERS_PER_S * max(transcript.duration_s, 1.0):
        yield Doubt.TOO_FAST
    if _share_of_other_scripts(transcript.text):
        yield Doubt.FOREIGN_SCRIPT


def _logprob(segments: Sequence[Segment]) -> float | None:
    """Of the segments, each by the length of its text."""
    told = [(one.avg_logprob, len(one.text)) for one in segments if one.avg_logprob is not None]
    total = sum(length for _, length in told)
    return sum(logprob * length for logprob, length in told) / total if total else None


def _words(text: str) -> list[str]:
    return _WORD.findall(plain(text))


def _is_invented(said: str, segments: Sequence[Segment]) -> bool:
    is_said_too = said in _inventions()["whole"]
    return _only_subtitles_say(said) or (is_said_too and not all(map(_is_plainly_said, segments)))


def _only_subtitles_say(said: str) -> bool:
    return any(f" {phrase} " in f" {said} " for phrase in _inventions()["anywhere"])


def _is_plainly_said(segment: Segment) -> bool:
    """People say «спасибо» too."""
    if segment.avg_logprob is None or segment.no_speech_prob is None:
        return False
    return segment.avg_logprob >= _PLAIN_LOGPROB and segment.no_speech_prob <= _PLAIN_NO_SPEECH


def _most_repeated(words: Sequence[str]) -> int:
    """How many words stand in the longest run of one phrase that is said again and again; 0 if none is."""
    longest = 0
    for size in range(1, min(_LONGEST_PHRASE, len(words) // 2) + 1):
        least = _REPEATED_WORD if size == 1 else _REPEATED_PHRASE
        run = 0
        for place in range(size, len(words)):
            run = run + 1 if words[place] == words[place - size] else 0
            if run + size >= least * size and not _is_counting(words[place - size + 1 : place + 1]):
                longest = max(longest, run + size)
    return longest


def _is_counting(phrase: Sequence[str]) -> bool:
    """«Ноль ноль ноль» of a phone number is no loop."""
    return all(word.isdigit() for word in phrase)


def _share_of_other_scripts(text: str) -> float:
    """Of its letters, those that are neither Cyrillic nor Latin."""
    letters = Counter(
        "plain" if sign < "\u0250" or "\u0400" <= sign <= "\u04ff" else "other"
        for sign in text
        if sign.isalpha()
    )
    return letters["other"] / letters.total() if letters else 0.0


@cache
def _inventions() -> dict[str, frozenset[str]]:
    loaded: dict[str, list[str]] = read_data(Path(__file__).with_name("inventions.yaml"))
    return {kind: frozenset(phrases) for kind, phrases in loaded.items()}
