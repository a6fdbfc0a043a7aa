"""What is wrong in a tenant's folder, in the words of those who run the business and not of its files."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from bot.data_files import read_data
from bot.texts.catalogue import Texts
from bot.texts.literal import literal
from bot.texts.problems import ProblemText

_PLACE = re.compile(r"(?P<file>[^:]+?)(?::(?P<line>\d+))?: (?P<message>.*)", re.DOTALL)


def problem_in_words(problem: str, texts: Texts, language: str) -> str:
    """`problem`: ``faq.md:22: the question "..." has no answer``, as the folder's own check has it."""
    place = _PLACE.fullmatch(problem)
    if place is None:
        return texts.say(ProblemText.OTHER, language)
    file, line, message = place["file"], place["line"], place["message"]
    if line is None:
        where = texts.say(ProblemText.WHERE, language, file=literal(file))
    else:
        where = texts.say(ProblemText.WHERE_LINE, language, file=literal(file), line=line)
    return f"{where}: {_what(message, texts, language)}"


def _what(message: str, texts: Texts, language: str) -> str:
    for text, pattern in _patterns().items():
        found = pattern.fullmatch(message)
        if found is not None:
            blanks = {name: literal(value) for name, value in found.groupdict().items()}
            return texts.say(text, language, **blanks)
    return texts.say(ProblemText.OTHER, language)


@cache
def _patterns() -> Mapping[ProblemText, re.Pattern[str]]:
    listed: Mapping[str, str] = read_data(Path(__file__).with_suffix(".yaml"))
    return {
        ProblemText(f"problem_{name}"): re.compile(pattern, re.DOTALL) for name, pattern in listed.items()
    }
