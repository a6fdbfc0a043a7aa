"""How the measures read a text: plain letters, figures, phones, addresses, words.

Written apart from the reading that the turn itself uses, so that one fault cannot hide in both.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from bot.language.lemmas import Lemmatiser

Sort = Literal["money", "percent", "plain"]

_MARKS = re.compile(r"[*`#>«»\"“”„]+")
_DASH = re.compile(r"[‐-―−]")
_SPACE = re.compile(r"[^\S\n]+")
_PHONE = re.compile(r"(?<![\d.,])(?:\+?\d{1,3}[ -]?)?\(?\d{3}\)?[ -]{0,2}\d{3}[ -]?\d{2}[ -]?\d{2}(?!\d)")
_GROUPED = re.compile(r"\d{1,3}(?: \d{3})+")
_LINK = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://[^\s)\]>,;]+|(?<![\w.@])@[a-z]\w{2,}"
    r"|(?<![\w@.-])(?:[a-zа-я0-9-]+\.)+(?:[a-z]{2,}|рф)\b(?:/[^\s)\]>,;]*)?"
)
_NUMBER = (
    r"(?:\d{1,3}(?:[ ]\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?|\d{1,3}(?:,\d{3}){2,}(?!\d)"
    r"|\d+(?:[.,]\d+)?)"
)
_SCALE = (
    r"(?: ?(?P<scale>млрд|миллиард\w*|billion|млн|миллион\w*|million|mln|тыс\w*|thousand|[кk](?![\w-])))?\.?"
)
_UNIT = (
    r"(?: ?(?:(?P<money>₽|руб\w*|р(?!\w)|rub\b|rur\b|\$|€|долл\w*|евро\b)"
    r"|(?P<percent>%|процент\w*|percent)))?"
)
_FIGURE = re.compile(rf"(?<![\d.,])(?P<number>{_NUMBER}){_SCALE}{_UNIT}")
_TIME = re.compile(r"(?<![\d:])(\d{1,2})[:](\d{2})(?![\d:])")
_DATE = re.compile(
    r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?![\d])|(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)"
)
_NUMBERING = re.compile(r"^[ \t]*\d{1,2}[.)](?=\s)", re.MULTILINE)
_SCALES = {"млр": 1e9, "bil": 1e9, "мил": 1e6, "млн": 1e6, "mil": 1e6, "mln": 1e6, "тыс": 1e3, "tho": 1e3}
_LATIN = re.compile(r"(?<![a-z0-9])(?=[0-9]*[a-z])[a-z0-9]+", re.IGNORECASE)
_TOKEN = re.compile(r"tel\d+|\d+(?::\d\d)?(?:\.\d+)?|[a-z]+|[а-я]+|%")


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A number as it is meant: «6,9 млн ₽» is money of 6 900 000."""

    value: float
    sort: Sort
    written: str


def plain(text: str) -> str:
    """Lower case, е for ё, one kind of space and dash, no Markdown, no quotation marks."""
    folded = unicodedata.normalize("NFKC", text.replace("\u00ad", "").replace("\u200b", ""))
    folded = _MARKS.sub("", _SPACE.sub(" ", _DASH.sub("-", folded)))
    return folded.lower().replace("ё", "е")


def phones_in(text: str) -> list[str]:
    """The last ten digits of each telephone number of a plain text."""
    return [_digits(found[0])[-10:] for found in _PHONE.finditer(text) if _is_phone(found[0])]


def links_in(text: str) -> list[str]:
    """Addresses of pages, mail and messengers, without what varies in how they are written."""
    return [_bare_link(found[0]) for found in _LINK.finditer(text)]


def times_in(text: str) -> list[str]:
    return [f"{int(hour)}:{minute}" for hour, minute in _TIME.findall(text)]


def dates_in(text: str) -> list[tuple[int, int, int]]:
    """Each date in digits as (year, month, day)."""
    found = []
    for match in _DATE.finditer(text):
        day, month, year = (match[1], match[2], match[3]) if match[1] else (match[6], match[5], match[4])
        found.append((int(year) + (2000 if len(year) == 2 else 0), int(month), int(day)))
    return found


def figures_in(text: str) -> list[Figure]:
    """Every number of a plain text that is no phone, link, time, date, model's name or list's numbering."""
    rest = _LINK.sub(" ¤ ", _NUMBERING.sub(" ", text))
    rest = _PHONE.sub(lambda found: " ¤ " if _is_phone(found[0]) else found[0], rest)
    rest = _TIME.sub(" ¤ ", _DATE.sub(" ¤ ", rest))
    return list(_figures(rest))


def _figures(text: str) -> Iterator[Figure]:
    for match in _FIGURE.finditer(text):
        before = text[match.start() - 1 : match.start()]
        after = text[match.end() : match.end() + 1]
        if before.isalpha() or (after.isalpha() and not match["scale"] and not match["money"]):
            continue  # a part of a name, such as C180
        sort: Sort = "money" if match["money"] else "percent" if match["percent"] else "plain"
        value = _value(match["number"]) * _scale(match["scale"])
        yield Figure(value=value, sort=sort, written=match[0].strip())


def _scale(written: str | None) -> float:
    return _SCALES.get(written[:3], 1e3) if written else 1.0


def _value(written: str) -> float:
    number = written.replace(" ", "")
    return float(number.replace(",", "") if number.count(",") > 1 else number.replace(",", "."))


def latin_words(text: str) -> list[str]:
    """Words with Latin letters, as they are written: «GLC», «300d», «C180»."""
    return [found[0] for found in _LATIN.finditer(_LINK.sub(" ", text))]


def tokens_of(text: str) -> list[str]:
    """Words and numbers of any text in order; a number of any spelling is one token."""
    rest = _PHONE.sub(
        lambda found: f" tel{_digits(found[0])[-10:]} " if _is_phone(found[0]) else found[0], plain(text)
    )
    rest = _TIME.sub(lambda found: f"{int(found[1])}:{found[2]}", rest)
    rest = re.sub(
        rf"(?<![\d.,:l])(?<!tel\d)({_NUMBER})(?![\d:]){_SCALE}", lambda found: _canonical(found), rest
    )
    return _TOKEN.findall(rest)


def _canonical(match: re.Match[str]) -> str:
    return f"{_value(match[1]) * _scale(match['scale']):.12g}"


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _is_phone(written: str) -> bool:
    return 10 <= len(_digits(written)) <= 13 and not _GROUPED.fullmatch(written.strip())


def _bare_link(written: str) -> str:
    link = re.sub(r"^(?:https?://)?(?:www\.)?", "", written.rstrip(".,;:!?/)"))
    return re.sub(r"^(?:t|telegram)\.me/", "@", link)


@cache
def lemmatiser() -> Lemmatiser:
    return Lemmatiser({})


@cache
def words() -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text("utf-8"))
    return found
