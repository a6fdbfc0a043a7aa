"""Latin names as Russians say them: as the tenant's lexicon has them, else spelled or by their sound."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from rapidfuzz import fuzz

from bot.language.dictionary import is_known
from bot.voice.speaking.numbers import cardinal, spoken_russian

_LATIN: Final = re.compile(r"[A-Za-z]")
_PART: Final = re.compile(r"[A-Za-z]+|[А-ЯЁа-яё]+|\d+")
_LATIN_WORD: Final = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
_ABBREVIATION: Final = re.compile(r"(?<![\w-])[А-ЯЁ]{2,5}(?![\w-])")
_CYRILLIC: Final = re.compile(r"[а-яё]+(?:[ -][а-яё]+)*", re.IGNORECASE)
_JOINT: Final = re.compile(
    r"(?<=\d)(?=[A-Za-z])|(?<=[A-Za-z])(?=\d)|(?<=[A-Za-z])-(?=[А-Яа-яЁё])|(?<=[А-ЯЁ])-(?=\d)"
)
_BEGINNING: Final = re.compile(r"(?:^|[.!?…]\s)[«\"(]?\Z")
_VOWEL: Final = re.compile(r"[аеёиоуыэюя]", re.IGNORECASE)
_LATIN_VOWEL: Final = re.compile(r"[aeiouy]", re.IGNORECASE)
_LONGEST_SPELLED: Final = 4
_LIKE: Final = 45.0
_MUCH_LIKE: Final = 80.0
"""A Cyrillic abbreviation is said as it is written unless the lexicon spells it out: «гибэдэдэ»."""
_MAINTENANCE: Final = "ТО"


class Names:
    """`names`: proper names with what else people call them."""

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self._said = dict(_said_names(names))
        self._words = {
            other.lower(): others
            for others in names.values()
            for other in others
            if other.isascii() and other.isalpha()
        }
        choices = "|".join(re.escape(name) for name in sorted(self._said, key=len, reverse=True))
        self._known = re.compile(rf"(?<!\w)(?:{choices})(?!\w)") if choices else None

    def known(self, text: str) -> str:
        """The text with the tenant's names in words, and a space between letters and figures of others."""
        if self._known is not None:
            text = self._known.sub(self._name, text)
        return _JOINT.sub(" ", text)

    def unknown(self, text: str) -> str:
        """The text without a Latin letter."""
        text = _LATIN_WORD.sub(lambda found: self._word(found[0]), text)
        return _ABBREVIATION.sub(lambda found: _abbreviation(found[0]), text)

    def _name(self, found: re.Match[str]) -> str:
        """With a capital where a sentence begins, by which the end of the one before is known."""
        said = self._said[found[0]]
        begins = _BEGINNING.search(found.string, 0, found.start()) is not None
        return said[0].upper() + said[1:] if begins else said

    def _word(self, word: str) -> str:
        common: dict[str, str] = spoken_russian()["words"]
        sound = common.get(word.lower()) or sound_of(word)
        return _nearest(self._words.get(word.lower(), ()), sound, _LIKE) or sound


def _said_names(names: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    for name, others in names.items():
        if _LATIN.search(name):
            said = _nearest(others, sound_of(name), _LIKE)
        elif _ABBREVIATION.fullmatch(name):
            said = _nearest(others, _letters(name), _MUCH_LIKE)
        else:
            continue
        if said:
            yield name, said


def _nearest(others: Sequence[str], sound: str, least: float) -> str:
    """Which of a name's other names says the same; empty for none. «Ц класс» cannot be said."""
    sayable = [
        other.lower()
        for other in others
        if _CYRILLIC.fullmatch(other) and all(_VOWEL.search(word) for word in re.split("[ -]", other))
    ]
    best = max(sayable, key=lambda other: fuzz.ratio(_bare(other), _bare(sound)), default="")
    return best if best and fuzz.ratio(_bare(best), _bare(sound)) >= least else ""


def _bare(said: str) -> str:
    return re.sub("[ -]", "", said.lower()).replace("ё", "е").replace("э", "е")


def sound_of(name: str) -> str:
    """A name that nobody has told how to say: «C 180» is «цэ сто восемьдесят», «Vito» is «вито»."""
    return " ".join(map(_part, _PART.findall(name)))


def _part(part: str) -> str:
    if part.isdigit():
        return cardinal(int(part))
    if not part.isascii():
        return part.lower()
    is_short = part.isupper() and len(part) <= _LONGEST_SPELLED
    return (
        _letters(part)
        if len(part) == 1 or is_short or not _LATIN_VOWEL.search(part)
        else _transliterated(part)
    )


def _transliterated(word: str) -> str:
    word = word.lower()
    if len(word) > 3 and word.endswith("e") and not _LATIN_VOWEL.search(word[-2]):
        word = word[:-1]
    sounds: dict[str, str] = spoken_russian()["sounds"]
    return _sounds().sub(lambda found: sounds[found[0]], word)


def _letters(word: str) -> str:
    letters: dict[str, str] = spoken_russian()["letters"]
    return " ".join(letters.get(sign, sign) for sign in word.upper())


def _abbreviation(word: str) -> str:
    """ПТС is spelled, ОСАГО is a word, and so is a НЕ that somebody wrote large."""
    is_word = bool(_VOWEL.search(word)) and (len(word) > 2 or is_known(word.lower()))
    return word if is_word and word != _MAINTENANCE else _letters(word)


@cache
def _sounds() -> re.Pattern[str]:
    return re.compile("|".join(sorted(spoken_russian()["sounds"], key=len, reverse=True)))
