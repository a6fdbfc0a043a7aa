"""What was heard, as people write it: «цэ сто восемьдесят» is C 180, phones and prices are digits."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise, product
from pathlib import Path
from typing import Final

from bot.data_files import read_data
from bot.guard.spoken import spoken_numbers
from bot.language.dictionary import grammemes
from bot.language.numerals import SPELT, number_words, spell_out
from bot.language.quantities import claims_in

_WORD: Final = re.compile(r"[a-zа-яё]+", re.IGNORECASE)
_TOKEN: Final = re.compile(r"\d+|[a-z]+|[а-яё]+", re.IGNORECASE)
_NAME_PART: Final = re.compile(r"\d+|[A-Za-z]+|[А-Яа-яЁё]+")
_CODE: Final = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9 -]*|[A-Z]{2,4}")
"""Names that are spelled rather than said: C 180, GLE 450, CLA. Nicknames stay as they were said."""
_BETWEEN: Final = re.compile(r"[\s.,-]{0,2}")
_PREPOSITIONS: Final = frozenset(("с", "в", "к", "о", "у", "а", "и"))
_UNIT_WITHIN: Final = 24
_TO_NUMBER: Final = re.compile(r"\s*(?:до|по|-)\s*\d")
_RANGE_BEFORE: Final = re.compile(r"(\w+)\s*(?:до|или|по|-|–|—)\s*$")
"""«От двадцати до тридцати тысяч»: the thousands belong to both."""
_CODE_BEFORE: Final = re.compile(r"\b[A-Z]{1,4} $")
_HALF_AFTER: Final = re.compile(r" с половиной (?:миллион|тысяч)")
_LONGEST_NAME: Final = 8
_LONGEST_SPELLED: Final = 4
_MOST_SPELLINGS: Final = 400
_SCALED: Final = re.compile(
    r"(?<![\d.,])(?P<millions>\d{1,3})(?P<half> с половиной)? (?P<million>миллион\w*|млн\.?)"
    r"(?: (?P<thousands>\d{1,3}) (?:тысяч\w*|тыс\.?))?(?! *\d)",
    re.IGNORECASE,
)
_THOUSANDS: Final = re.compile(
    r"(?<![\d.,])(?P<thousands>\d{1,3}) (?:тысяч[аиу]?|тыс\.?)(?: (?P<rest>\d{3}))?(?! *\d)\b", re.IGNORECASE
)
_GROUPED_FROM: Final = 10_000


class Normaliser:
    """Knows one tenant's names: its lexicon, and what it sells."""

    def __init__(self, lexicon: Mapping[str, Sequence[str]], names: Iterable[str] = ()) -> None:
        self._names: dict[tuple[str, ...], str] = {}
        for name in dict.fromkeys((*lexicon, *names)):
            if _CODE.fullmatch(name):
                for spelling in (name, *lexicon.get(name, ()), *_spellings(name)):
                    self._names.setdefault(_key(spelling), name)
        self._names.pop((), None)
        self._beginnings = {key[0] for key in self._names}

    def normalise(self, text: str) -> str:
        """The same words with codes, phones, prices and other numbers in their written form."""
        return _figures(self._codes(_phones(text)))

    def _codes(self, text: str) -> str:
        tokens = list(_TOKEN.finditer(text))
        written: list[str] = []
        kept_to = place = 0
        while place < len(tokens):
            length, name = self._code_at(text, tokens, place)
            if length:
                written += [text[kept_to : tokens[place].start()], name]
                kept_to = tokens[place + length - 1].end()
            place += length or 1
        return "".join((*written, text[kept_to:]))

    def _code_at(self, text: str, tokens: Sequence[re.Match[str]], place: int) -> tuple[int, str]:
        """How many tokens from this place are a code, the longest first, and which."""
        if _plain(tokens[place][0]) not in self._beginnings:
            return 0, ""
        for length in range(min(_LONGEST_NAME, len(tokens) - place), 0, -1):
            said = tokens[place : place + length]
            if not all(_BETWEEN.fullmatch(text, one.end(), other.start()) for one, other in pairwise(said)):
                continue
            name = self._names.get(_key(text[said[0].start() : said[-1].end()]))
            if name is not None and not _goes_on(text, said[-1]) and not _is_amount(text, said):
                return length, name
        return 0, ""


def _is_amount(text: str, said: Sequence[re.Match[str]]) -> bool:
    """«С 300 рублей» and «с двухсот до трёхсот»: the letter is a preposition."""
    ends_in_number = said[-1][0].isdigit() or _plain(said[-1][0]) in number_words()
    if said[0][0].lower() not in _PREPOSITIONS or not ends_in_number:
        return False
    number = _spelled(_plain(text[said[1].start() : said[-1].end()]))
    after = text[said[-1].end() :][:_UNIT_WITHIN]
    claims = claims_in(f"{number}{after}")
    has_unit = bool(claims) and not claims[0].values[0].startswith("bare")
    return has_unit or bool(_TO_NUMBER.match(_spelled(_plain(after))))


def _goes_on(text: str, last: re.Match[str]) -> bool:
    """«Ц сто восемьдесят пять»: the number is longer than the name's, so that it is another name."""
    following = _TOKEN.match(text, last.end() + 1)
    if following is None or not (last[0].isdigit() or _plain(last[0]) in number_words()):
        return False
    return following[0].isdigit() or _plain(following[0]) in number_words()


def _plain(word: str) -> str:
    return word.lower().replace("ё", "е")


def _key(said: str) -> tuple[str, ...]:
    """Its words and figures: «ЦЭ-180», «цэ сто восемьдесят» and «цэ180» are one."""
    return tuple(_TOKEN.findall(_spelled(_plain(" ".join(_TOKEN.findall(said))))))


def _spelled(text: str) -> str:
    return spell_out(text).replace(SPELT, "")


def _spellings(name: str) -> Iterable[str]:
    """A code as its letters are called: C 180 as «цэ 180» and «си 180»."""
    parts = _NAME_PART.findall(name)
    called = [sign for part in parts for sign in (part if _is_spelled(part) else [part])]
    ways = [[*_letters().get(one.upper(), ()), one] for one in called]
    number = 1
    for way in ways:
        number *= len(way)
    if number > _MOST_SPELLINGS:
        return ()
    return (" ".join(words) for words in product(*ways) if " ".join(words) != name)


def _is_spelled(part: str) -> bool:
    return part.isalpha() and (len(part) == 1 or (part.isupper() and len(part) <= _LONGEST_SPELLED))


def _phones(text: str) -> str:
    """Backwards, so that the places of the earlier ones stay right."""
    for start, end, kind, digits in reversed(list(spoken_numbers(text))):
        shown = _phone(digits) if kind == "PHONE" else digits
        text = f"{text[:start]}{shown}{text[end:]}"
    return text


def _phone(digits: str) -> str:
    """+7 916 123-45-67."""
    if len(digits) not in (10, 11):
        return digits
    area, one, two, three = re.findall(r"(\d{3})(\d{3})(\d\d)(\d\d)", digits[-10:])[0]
    return f"+7 {area} {one}-{two}-{three}"


def _figures(text: str) -> str:
    """«Шесть миллионов пятьсот тысяч» is 6 500 000. A single word under a thousand stays a word."""
    words = list(_WORD.finditer(text))
    written: list[str] = []
    kept_to = place = 0
    while place < len(words):
        end = _number_end(text, words, place)
        if end > place and _is_figure(text, words, place, end):
            start, kept = words[place].start(), words[end - 1].end()
            written += [text[kept_to:start], _grouped(_value(text[start:kept]))]
            kept_to = kept
        place = max(end, place + 1)
    figures = "".join((*written, text[kept_to:]))
    return _THOUSANDS.sub(_thousands, _SCALED.sub(_millions, figures))


def _is_figure(text: str, words: Sequence[re.Match[str]], place: int, end: int) -> bool:
    """Whether people would write this number in figures. «Пятом» behind it would make it an ordinal."""
    start, stop = words[place].start(), words[end - 1].end()
    if end < len(words) and any("Anum" in reading for reading in grammemes(_plain(words[end][0]))):
        return False
    if _follows_range(text[:start]):
        return False
    is_long = end - place > 1 or _value(text[start:stop]) >= 1_000
    return is_long or bool(_HALF_AFTER.match(text, stop)) or bool(_CODE_BEFORE.search(text, 0, start))


def _follows_range(before: str) -> bool:
    found = _RANGE_BEFORE.search(before)
    return found is not None and (found[1].isdigit() or 0 < _value_of_word(found[1]) < 1_000)


def _number_end(text: str, words: Sequence[re.Match[str]], place: int) -> int:
    """Behind the last word of the number that begins here; `place` where none does.

    A number's words fall, but for its thousands and millions: «сто двести» are two.
    """
    least, least_scale = float("inf"), float("inf")
    end = place
    while end < len(words):
        if end > place and text[words[end - 1].end() : words[end].start()] not in (" ", "-"):
            break
        value = _value_of_word(words[end][0])
        if value >= 1_000 and value < least_scale and end > place:
            least, least_scale = float("inf"), value
        elif 0 < value < 1_000 and value < least:
            least = _next_below(value)
        else:
            break
        end += 1
    return end


def _next_below(value: float) -> float:
    """What may follow a hundred is under 100, a ten under 10, anything less nothing."""
    return 100 if value >= 100 else 10 if value >= 20 else 0


def _value_of_word(word: str) -> float:
    """0 where it is no number word."""
    known = number_words().get(_plain(word))
    if known is not None:
        return known
    spelled = spell_out(_plain(word))
    return float(spelled.rstrip(SPELT)) if spelled.endswith(SPELT) else 0.0


def _value(said: str) -> float:
    return float(_spelled(_plain(said).replace("-", " ")))


def _millions(found: re.Match[str]) -> str:
    if _follows_range(found.string[: found.start()]):
        return found[0]
    value = int(found["millions"]) * 1_000_000 + (500_000 if found["half"] else 0)
    return _grouped(value + int(found["thousands"] or 0) * 1_000)


def _thousands(found: re.Match[str]) -> str:
    if _follows_range(found.string[: found.start()]):
        return found[0]
    return _grouped(int(found["thousands"]) * 1_000 + int(found["rest"] or 0))


def _grouped(value: float) -> str:
    """6 500 000, as prices are written; 2025 is a year."""
    if value % 1:
        return f"{value:g}"
    return f"{int(value):,}".replace(",", " ") if value >= _GROUPED_FROM else str(int(value))


@cache
def _letters() -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = read_data(Path(__file__).with_name("letters.yaml"))
    return loaded
