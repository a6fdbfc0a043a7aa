"""Reads the numbers, dates, times, phones and addresses of a text, with what each of them is a number of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.language.folding import fold
from bot.language.numerals import SPELT, spell_out

LABEL = re.compile(r"\[[A-Z]+_\d+\]")
_ADDRESS = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://[^\s)\]>*`«»\"]+|(?<![\w.])@\w{3,}"
    r"|(?<![\w@.-])(?:[\w-]+\.)+(?:[a-z]{2,}|рф|рус|москва|сайт|онлайн|дети|орг|ком)\b(?:/[^\s)\]>*`«»\"]*)?"
)
_DOT = re.compile(r"\.[a-zа-я]|://")
_PHONE = re.compile(r"\+?\(?\d(?:(?:[ ()/_-]{0,3}|\.)\d){6,}")
_GROUPED = r"\d{1,3}(?: \d{3})+(?!\d)"
_NO_PHONE = re.compile(
    rf"(?:{_GROUPED}|\d{{1,6}})(?:-(?:{_GROUPED}|\d{{4,6}}))?|\d{{4}}[-/ ]\d{{4}}|\d{{7,9}}"
    r"|\d{1,2}\.\d\d ?- ?\d{1,2}\.\d\d"
)
_MONTHS = {
    stem: month
    for month, stems in enumerate(
        (
            "янв jan",
            "фев feb",
            "мар mar",
            "апр apr",
            "ма may",
            "июн jun",
            "июл jul",
            "авг aug",
            "сен sep",
            "окт oct",
            "ноя nov",
            "дек dec",
        ),
        start=1,
    )
    for stem in stems.split()
}
_MONTH = (
    r"(?P<month>январ|феврал|март|апрел|ма[йяею]\b|июн|июл|август|сентябр|октябр|ноябр|декабр"
    r"|jan|feb|mar(?:ch)?\b|apr|may\b|jun|jul|aug|sep|oct|nov|dec)[а-яa-z]*"
)
_DAY = r"\d{1,2}(?!\d)(?:-?(?:го|е|th|st|nd|rd)\b)?"
_DATE = re.compile(
    rf"(?P<days>\d(?<!\d\d)\d?(?!\d)(?:-?(?:го|е|th|st|nd|rd)\b)?"
    rf"(?: ?(?:и|,|-|по|до|and|to) ?{_DAY}){{0,30}}) ?(?:of )?{_MONTH}"
    r"|(?P<iso>\d(?<!\d\d)\d{3}-\d{2}-\d{2}(?!\d))"
    r"|(?P<dots>\d(?<![\d.,]\d)\d?[./]\d{1,2}[./]\d{2,4}(?!\d)|\d(?<![\d.,]\d)\d?/\d{2}(?![\d/]))"
)
_ENGLISH_DATE = re.compile(
    r"(?:^|(?<=\W))(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* (?P<days>\d{1,2})(?!\d)"
)
_LATIN_MONTH = re.compile(r"[a-z]{3} \d")
_HOURS = re.compile(
    r"\bс (\d{1,2})(?:-?(?:и|ми)\b)? до (\d{1,2})(?:-?(?:и|ми)\b)?(?! ?\d|[.:,%]\d| ?[a-zа-я%₽$€])"
)
_TIME = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?![\d:])")
_UNITS = {
    "rub": r"₽|руб\w*|р\b|rub\b|rur\b|roubles?\b|rubles?\b|т\.? ?р\b",
    "usd": r"\$|долл\w*|usd\b|dollars?\b|бакс\w*",
    "eur": r"€|евро\b|eur\b|euros?\b",
    "other_money": r"£|¥|₸|₴|₩|₺|фунт\w*|юан\w*|тенге\b|гривн\w*|лир\w*|иен\w*|cny\b|gbp\b|byn\b|kzt\b",
    "percent": r"%|процент\w*|проц\b|percent\b",
    "year": r"год\w*|лет\b|летн\w*|летие\b|years?\b|г\b",
    "month": r"мес\b|месяц\w*|месячн\w*|months?\b",
    "week": r"недел\w*|weeks?\b",
    "day": r"день\b|дня\b|дней\b|дни\b|дням\b|днями\b|дневн\w*|сут\w*|days?\b|(?:рабоч|календарн)\w+ дн\w+",
    "hour": r"час\b|часа\b|часов\w*|часам\w*|ч\b|hours?\b",
    "minute": r"мин\b|минут\w*|minutes?\b|mins?\b",
    "km": r"км\b|километр\w*|kms?\b|kilomet\w*",
    "hp": r"л\.? ?с\b|лошад\w*|hp\b|horsepower",
    "kw": r"квт\b|киловатт\w*|kw\b",
}
_CURRENCY = {"₽": "rub", "rub": "rub", "$": "usd", "usd": "usd", "€": "eur", "eur": "eur", "£": "other_money"}
_SCALES = {"тыс": 1e3, "тыщ": 1e3, "tho": 1e3, "т.": 1e3, "мил": 1e6, "млн": 1e6, "mil": 1e6, "mln": 1e6}
_SCALES |= {
    "мрд": 1e9,
    "млр": 1e9,
    "bil": 1e9,
    "bln": 1e9,
    "к": 1e3,
    "k": 1e3,
    "кк": 1e6,
    "kk": 1e6,
    "m": 1e6,
}
_NUMBER = re.compile(
    rf"(?P<number>\d(?:(?<!\d\d)\d{{0,2}}(?: \d{{3}})+(?!\d)(?:,\d{{1,2}}(?!\d))?|\d*(?:[.,]\d+)*))"
    rf"(?P<spelt>{SPELT})?(?:-(?:го|м|й|я|е|ти|х|ой|му|ом|ый|ая|ое|th|st|nd|rd)\b)?"
    r"(?P<scale> ?-?(?:тыс\w*|тыщ\w*|миллион\w*|млн|млрд|миллиард\w*|thousand|million|mln|billion|bln)\b\.?"
    r"| ?(?:кк|kk)\b|[кk]\b|m\b| т\.(?= ?р))?"
    r"(?: ?[-(]?(?:" + "|".join(f"(?P<{family}>{pattern})" for family, pattern in _UNITS.items()) + r"))?"
)
_BEFORE = re.compile(r"([$€£₽]|\b(?:rub|usd|eur)\b) ?$")
_CONNECTED = re.compile(r" ?(-|до|по|,|и|или|to|and|or) ?(?:от )?")
_STRICT = ("-", "до", "по", "to")
_MARKER = re.compile(r"^[ \t>*#-]*\d{1,2}[.)](?=[ \t*]\D|[ \t*]*\d+ ?[a-zа-я]{3})", re.MULTILINE)
_PRICE_WORD = re.compile(r"(?:цен|стои|обойд|обход|прайс|price|cost)\w*[^.!?\n\d]*$")
_MARK_BEFORE = re.compile(r"(\d)?([a-zа-я]+)?([-_#:=\[<])?$")
MONEY = ("rub", "usd", "eur", "other_money")


@dataclass(frozen=True, slots=True)
class Claim:
    """Something a text states that can be looked up. It is supported when any of `values` is known."""

    written: str
    values: tuple[str, ...]
    may_echo: bool = False
    """Whether it is a bare number, such as that of a model or of the customer's question 17."""


@lru_cache(maxsize=512)
def claims_in(text: str) -> tuple[Claim, ...]:
    """Every address, phone, date, time and number of the text, in no special order."""
    rest = _MARKER.sub(" ", LABEL.sub(" ", fold(text))).lower().replace("ё", "е").replace("**", "")
    found: list[Claim] = []

    def take(claims: Iterator[Claim]) -> str:
        taken = list(claims)
        found.extend(taken)
        return " ¤ " if taken else ""

    if "@" in rest or _DOT.search(rest):
        rest = _ADDRESS.sub(lambda match: take(_address(match)), rest)
    rest = _DATE.sub(lambda match: take(_dates(match)), rest)
    if _LATIN_MONTH.search(rest):
        rest = _ENGLISH_DATE.sub(lambda match: take(_named_days(match)), rest)
    rest = _PHONE.sub(lambda match: take(_phones(match)) or match[0], rest)
    rest = _HOURS.sub(lambda match: take(_hours(match)) or match[0], rest)
    rest = _TIME.sub(lambda match: take(_times(match)), rest)
    return (*found, *_numbers(spell_out(rest)))


def _address(match: re.Match[str]) -> Iterator[Claim]:
    written = match[0].rstrip(".,;:!?/")
    value = re.sub(r"^(?:https?://)?(?:www\.)?", "", written)
    value = re.sub(r"^(?:t|telegram)\.me/", "@", value)
    yield Claim(written, (value,))


def _phones(match: re.Match[str]) -> Iterator[Claim]:
    after = match.string[match.end() : match.end() + 6]
    is_number = _NO_PHONE.fullmatch(match[0]) or re.match(r" ?(?:₽|руб|р\b|\$|€|млн|тыс|км)", after)
    if not is_number:
        yield Claim(match[0].strip(), ("phone " + re.sub(r"\D", "", match[0])[-10:],))


def _dates(match: re.Match[str]) -> Iterator[Claim]:
    if match["iso"]:
        year, month, day = match["iso"].split("-")
        yield Claim(match[0], (f"date {int(day)}.{int(month)}",))
        yield Claim(match[0], (f"bare {int(year)}",))
    elif match["dots"]:
        day, month, *years = re.split(r"[./]", match["dots"])
        yield Claim(match[0], (f"date {int(day)}.{int(month)}",))
        yield from (
            Claim(match[0], (f"bare {int(year) + (2000 if len(year) == 2 else 0)}",)) for year in years
        )
    else:
        yield from _named_days(match)


def _named_days(match: re.Match[str]) -> Iterator[Claim]:
    """«1 и 2 января» are two."""
    month = _MONTHS.get(match["month"][:3]) or _MONTHS[match["month"][:2]]
    for day in re.findall(r"\d+", match["days"]):
        yield Claim(match[0], (f"date {int(day)}.{month}",))


def _hours(match: re.Match[str]) -> Iterator[Claim]:
    if max(int(match[1]), int(match[2])) <= 24:
        yield Claim(match[0], (f"time {int(match[1])}:00",))
        yield Claim(match[0], (f"time {int(match[2])}:00",))


def _times(match: re.Match[str]) -> Iterator[Claim]:
    yield Claim(match[0], (f"time {int(match[1])}:{match[2]}",))


def _numbers(text: str) -> Iterator[Claim]:
    """Every number with its unit; «5, 10 и 30 рублей» are all roubles."""
    matches = list(_NUMBER.finditer(text))
    unit = ""
    claims = []
    for match, following in zip(reversed(matches), [None, *reversed(matches)], strict=False):
        own = _own_unit(match, text)
        joint = _joint(match, following, text) if following is not None and not own else ""
        unit = own or (unit if joint else "")
        claim = _number(match, unit, is_own=bool(own) or joint in _STRICT, text=text)
        if claim is not None:
            claims.append(claim)
    yield from reversed(claims)


def _own_unit(match: re.Match[str], text: str) -> str:
    """The unit behind a number, or the currency before it."""
    if match.lastgroup in _UNITS:
        return match.lastgroup
    before = _BEFORE.search(text, max(0, match.start() - 5), match.start())
    return _CURRENCY[before[1]] if before else ""


def _joint(match: re.Match[str], following: re.Match[str], text: str) -> str:
    """What joins a number to the next one, so that they share a unit; "" where nothing does."""
    joint = _CONNECTED.fullmatch(text[match.end() : following.start()])
    return joint[1] if joint else ""


def _number(match: re.Match[str], unit: str, *, is_own: bool, text: str) -> Claim | None:
    number, is_scaled = _scaled(match)
    is_spelt = bool(match["spelt"])
    if unit == "year" and 1800 <= number <= 2100 and not is_scaled:
        unit = ""
    if not unit and _says_nothing(match, number, text, is_scaled=is_scaled):
        return None
    written, value = match[0].replace(SPELT, "").strip(" -(*"), f"{number:.12g}"
    bare = (f"bare {value}", *_readings(match["number"]))
    if unit:
        return Claim(written, (f"{unit} {value}",) if is_own else (f"{unit} {value}", *bare))
    if number >= 1_000 and _is_priced(text[max(0, match.start() - 40) : match.start()]):
        return Claim(written, (f"money {value}",))
    return Claim(written, bare, may_echo=not is_scaled and not is_spelt and number < 10_000)


def _scaled(match: re.Match[str]) -> tuple[float, bool]:
    """The number with its thousands or millions, and whether it has any."""
    scale = (match["scale"] or "").strip(" -")
    number = value_of(match["number"], scaled=bool(scale))
    return number * (_SCALES.get(scale[:3], 1) if scale else 1), bool(scale)


def _says_nothing(match: re.Match[str], number: float, text: str, *, is_scaled: bool) -> bool:
    """«Два слова» and «[id 8f3a]» state nothing that could be looked up."""
    if match["spelt"] and number < 1_000:
        return True
    return not is_scaled and _is_identifier(text, match.start(), match.end())


def _is_priced(before: str) -> bool:
    """Whether a bare number after these words is a price and not the name of a model."""
    return bool(_PRICE_WORD.search(before)) and not re.search(r"[a-z]-?$", before.rstrip())


def _is_identifier(text: str, start: int, end: int) -> bool:
    """Whether a number is part of a mark such as «[id 8f3a]», «ref-123» or «ответ 42:», and states nothing.

    The name of a model, C180 or GLC-300, is no such mark.
    """
    before, after = _MARK_BEFORE.search(text, max(0, start - 12), start), text[end : end + 2]
    digit, word, sign = (part or "" for part in before.groups()) if before else ("", "", "")
    if sign in set("_#:=[<") or word == "no" or (digit and word):
        return True
    return len(word) > 3 or bool(re.match(r"[a-z]\w|: ", after))


def value_of(number: str, *, scaled: bool = False) -> float:
    """«6 900 000», «6,900,000» and «6.900.000» are the same; three digits behind a sign are thousands."""
    digits = number.replace(" ", "")
    if not scaled and re.fullmatch(r"[1-9]\d{0,2}(?:[.,]\d{3})+", digits):
        return float(re.sub(r"[.,]", "", digits))
    head, *tail = re.split(r"[.,]", digits)
    return float(f"{head}.{''.join(tail)}" if tail else head)


def _readings(number: str) -> Iterator[str]:
    """What «21.00» and «31.12» may be besides a number."""
    parts = re.fullmatch(r"(\d{1,2})\.(\d{2})", number)
    if parts and int(parts[1]) <= 24 and int(parts[2]) < 60:
        yield f"time {int(parts[1])}:{parts[2]}"
    if parts and 1 <= int(parts[2]) <= 12 and 1 <= int(parts[1]) <= 31:
        yield f"date {int(parts[1])}.{int(parts[2])}"
