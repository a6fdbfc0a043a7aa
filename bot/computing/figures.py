"""One way of writing the sums of a question, however people write them: «2,5 ляма», «3.500.000», «500тр»."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from bot.data_files import read_data
from bot.language.folding import fold
from bot.language.numerals import SPELT, number_words, spell_out

_GROUPS = re.compile(r"(?<![\d.,'])\d{1,3}(?:(?:\.\d{3}){2,}|(?:,\d{3}){2,}|(?:'\d{3})+)(?![\d])")
_KOPECKS = re.compile(r"(\d{1,3}(?: \d{3})+)[.,]00(?!\d)")
_ROUBLES_SHORT = re.compile(r"(?<=\d) ?т\.? ?р(?:уб\w*)?\.?(?![а-я])")
_GLUED = re.compile(r"(?<=\d)((?:млн|миллион|тыс)[а-я]*)(?=\d)")
_MILLION = r"(?:миллион[а-я]*|млн|million|mln|mil|кк|kk)\b\.?"
_THOUSAND = r"(?:тыс[а-я]*|тыщ[а-я]*|к|k|thousand)\b\.?"
_UNITS = r"%|проц|мес|month|лет|год|year|сил|л\b|лс|hp|дн|ден|сут|day|нед|week|чел|евро|км|€|\$"
_WHOLE = r"\d+(?:[.,]\d+)?"
_IN_TWO_PARTS = re.compile(
    rf"(?<![\w.,])(?P<millions>{_WHOLE}) ?{_MILLION} ?(?:и |and )?"
    rf"(?:(?P<thousands>\d{{1,3}}) ?{_THOUSAND}|(?P<whole>\d{{1,3}} \d{{3}})(?!\d)"
    rf"|(?P<bare>\d{{3}})(?![.,]?\d| \d{{3}}|\w)(?! ?(?:{_UNITS})))"
)
_HALVES = re.compile(
    rf"(?<!\d)(?P<number>\d+){SPELT}? (?:с половиной|and a half)(?: (?P<scale>1000000|1000){SPELT})?"
)
_SPELT_WHOLE = re.compile(rf"(?<!\d)(\d{{7,}}){SPELT}")
_THOUSAND_SIZE, _MILLION_SIZE = 1_000, 1_000_000


def with_plain_figures(text: str) -> str:
    """The text in lower case, е for ё, with number words as digits and the parts of a sum put together."""
    lowered = _KOPECKS.sub(r"\1", fold(text).lower().replace("ё", "е"))
    lowered = _GROUPS.sub(lambda found: re.sub(r"[.,']", " ", found[0]), lowered)
    lowered = _GLUED.sub(r" \1 ", _ROUBLES_SHORT.sub(" тыс руб", lowered))
    for written, meant in _replaced():
        lowered = written.sub(meant, lowered)
    lowered = _turned_round().sub(_in_order, lowered)
    spelt = _HALVES.sub(_with_half, spell_out(_after_numbers().sub(r"\1 миллион", lowered)))
    whole = _SPELT_WHOLE.sub(lambda found: f"{_thousands_meant(int(found[1]))}", spelt)
    return _IN_TWO_PARTS.sub(_together, whole.replace(SPELT, ""))


def _with_half(found: re.Match[str]) -> str:
    scaled = (int(found["number"]) + 0.5) * int(found["scale"] or 1)
    return f"{int(found['number'])}.5" if not found["scale"] else str(int(scaled))


def _thousands_meant(number: int) -> int:
    """«Миллион восемьсот» is a million and eight hundred thousand."""
    rest = number % _MILLION_SIZE
    return number - rest + rest * _THOUSAND_SIZE if 100 <= rest < _THOUSAND_SIZE else number


def _together(found: re.Match[str]) -> str:
    """«2 млн 300», «2 млн 300 тысяч» and «2 млн 300 000» are one sum."""
    millions = float(found["millions"].replace(",", "."))
    if found["whole"]:
        rest = int(found["whole"].replace(" ", ""))
    else:
        rest = int(found["thousands"] or found["bare"]) * _THOUSAND_SIZE
    return f"{(round(millions * _MILLION_SIZE) + rest) / _THOUSAND_SIZE:.12g} тыс"


@cache
def _replaced() -> tuple[tuple[re.Pattern[str], str], ...]:
    """What is written otherwise, with how it is meant, in the order of the file."""
    data: dict[str, dict[str, str]] = _data()
    return tuple(
        (re.compile(rf"(?<![^\W\d_]){written}\b"), meant)
        for kind in ("figures", "spans")
        for written, meant in data[kind].items()
    )


@cache
def _after_numbers() -> re.Pattern[str]:
    """What is a million only behind a number: «2 лимона»."""
    numbers = "|".join(sorted(number_words(), key=len, reverse=True))
    names = "|".join(_data()["million_behind_number"])
    return re.compile(rf"(\d|\b(?:{numbers})) ?(?:{names})\b")


@cache
def _turned_round() -> re.Pattern[str]:
    """«Тысяч на 700», «миллиона за два»: about so many, the number behind what it counts."""
    spelt = rf"(?:{'|'.join(sorted(number_words(), key=len, reverse=True))})"
    digits = rf"\d{{1,3}}(?:[.,]\d+)?(?![\d.,]*\d)(?! ?(?:{_UNITS}|{_MILLION}|{_THOUSAND}))"
    # Bounds, for a long run of signs must not be tried from each of them.
    before = r"(?:(?<![\w.,])(?P<before>[\w.,]{1,40}+ ))?"
    return re.compile(
        rf"{before}\b(?P<scale>тысяч|тыщ|миллиона|миллионов) (?:(?:на|за|в|до|под|около) )?"
        rf"(?P<number>{digits}|{spelt}(?: {spelt}){{0,2}})(?!\w)"
    )


def _in_order(found: re.Match[str]) -> str:
    before = found["before"] or ""
    is_counted = before[:1].isdigit() or before.strip() in number_words()
    return found[0] if is_counted else f"{before}{found['number']} {found['scale']}"


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = read_data(Path(__file__).with_name("words.yaml"))
    return data
