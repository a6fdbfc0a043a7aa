"""An answer as somebody would read it out."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from bot.texts.catalogue import Text, Texts
from bot.voice.speaking.dates import say_dates
from bot.voice.speaking.figures import say_figures, say_phones
from bot.voice.speaking.names import Names
from bot.voice.speaking.numbers import spoken_russian
from bot.voice.speaking.plain import Stands, plain

_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])\s+(?=\S)")
_PIECE_END: Final = re.compile(r"(?<=[,;:])\s+|\s+[–—]\s+")
_TIDY: Final = (
    (re.compile(r"\s?\+\s?"), " плюс "),
    (re.compile(r"[₽$€%№*_|\[\]#<>={}^~`\\]+"), " "),
    (re.compile(r"\s+([.,;:!?)])"), r"\1"),
    (re.compile(r"\s?/\s?"), ", "),
    (re.compile(r"\s{2,}"), " "),
)


class Wording:
    """Knows one tenant's names. `characters`: how much of an answer is spoken, about 13 in a second."""

    def __init__(self, texts: Texts, names: Mapping[str, Sequence[str]], *, characters: int = 600) -> None:
        self._texts = texts
        self._names = Names(names)
        self._characters = characters

    def spoken(self, markdown: str, language: str) -> str:
        """The answer in words alone, in Russian without a digit or a Latin letter. A long one is cut at a
        sentence and says so. Empty where there is nothing to say."""
        stands = Stands(
            link=self._texts.say(Text.SPOKEN_LINK, language),
            mail=self._texts.say(Text.SPOKEN_MAIL, language),
            code=self._texts.say(Text.SPOKEN_CODE, language),
        )
        said = plain(markdown, stands)
        if language == "ru":
            said = self._in_russian(said, stands.code)
        return self._cut(said, language)

    def _in_russian(self, text: str, code: str) -> str:
        text = say_phones(text, code)
        for pattern, words in _abbreviations():
            text = pattern.sub(words, text)
        text = self._names.unknown(say_figures(say_dates(self._names.known(text))))
        for pattern, tidy in _TIDY:
            text = pattern.sub(tidy, text)
        return text.strip()

    def _cut(self, text: str, language: str) -> str:
        if len(text) <= self._characters:
            return text
        kept = ""
        for sentence in _SENTENCE_END.split(text):
            if len(kept) + len(sentence) > self._characters:
                break
            kept = f"{kept} {sentence}".lstrip()
        if not kept:
            first = text[: self._characters]
            ends = [found.start() for found in _PIECE_END.finditer(first)] or [first.rfind(" ")]
            kept = first[: ends[-1]].rstrip(" ,;:–—") + "."
        return f"{kept} {self._texts.say(Text.SPOKEN_REST, language)}"


@cache
def _abbreviations() -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile(pattern.replace(" ?", r"\s?")), words)
        for pattern, words in spoken_russian()["abbreviations"]
    ]
