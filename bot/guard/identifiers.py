"""Numbers that belong to one person, told from other numbers by their form, checksum and neighbours."""

import re
from collections.abc import Iterator

_TO_LATIN = str.maketrans("АВЕКМНОРСТУХавекмнорстухЗ", "ABEKMHOPCTYXABEKMHOPCTYX3")
_LICENCE = r"\d\d ?[\dа-яa-z]{2} ?\d{6}"
_DOCUMENTS = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            "PASSPORT",
            r"паспорт\D{0,25}?(\d\d ?\d\d\W{0,3}(?:номер|ном\.?|n|no)?\W{0,3}\d{3}[ -]?\d{3})(?!\d)",
        ),
        ("PASSPORT", r"\bсери[яи]\W{0,3}(\d\d ?\d\d\W{0,3}(?:и )?(?:номер|ном\.?|№)?\W{0,3}\d{6})(?!\d)"),
        (
            "PASSPORT",
            rf"(?:прав\w*|удостоверени\w+|ву|загран\w*)\D{{0,20}}?({_LICENCE}|\d\d ?№? ?\d{{7}})(?!\d)",
        ),
        ("PASSPORT", r"код\w* подразделени\w*\D{0,3}(\d{3}-\d{3})(?!\d)"),
        ("DOCUMENT", r"(?:птс|стс|свидетельств\w+)\D{0,20}?(\d\d ?[\dа-яa-z]{2} ?№? ?\d{6})(?!\d)"),
        ("DOCUMENT", r"(?<!\w)(\d\d ?[авекмнорстухabekmhopctyx]{2} ?№? ?\d{6})(?!\w)"),
        ("DOCUMENT", r"(?<!\w)([а-яa-z]{3} ?№? ?\d{10})(?!\d)"),
        ("PASSPORT", r"(?<![\d.,])(\d\d \d\d ?(?:№ ?)?\d{6}|\d{4} (?:№ ?)?\d{6})(?![\d.,]?\d| ?[р₽к])"),
        ("CARD", r"карт\w*\D{0,15}(\d{4}(?:[ -]?\d{4}){3})(?!\d)"),
        ("SNILS", r"(?<!\d)(\d{3}[- ]\d{3}[- ]\d{3}[ -]\d\d)(?!\d)"),
        ("SNILS", r"снилс\D{0,15}(\d(?:[ -]?\d){10})(?!\d)"),
        ("INN", r"\bинн\D{0,15}(\d(?: ?\d){11}|\d(?: ?\d){9})(?!\d)"),
        ("BIRTH", r"(?:рожд\w*|родил\w+|д\.? ?р\.?)\W{0,3}(\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d)(?!\d)"),
        ("BIRTH", r"(?:рожд\w*|родил\w+)\W{0,3}(\d{1,2} [а-я]{3,9} (?:19|20)\d\d)(?!\d)"),
    )
)
_LONG_NUMBER = re.compile(r"(?<![\d.,-])\d{11,12}(?![\d.,-]?\d)")
_VIN_SIGN = "[A-HJ-NPR-Z0-9АВЕКМНРСТУХ]"
_VIN = re.compile(rf"(?<![^\W_]){_VIN_SIGN}{{17}}(?![^\W_])", re.IGNORECASE)
_SPACED_VIN = re.compile(
    rf"\b(?:vin|вин)\b\D{{0,12}}?((?<![^\W_]){_VIN_SIGN}(?:[ -]?{_VIN_SIGN}){{16}}(?![^\W_]))",
    re.IGNORECASE,
)
_DISTANCE = re.compile(r"\d ?км(?: |$)", re.IGNORECASE)
_PLATE_LETTER = "[АВЕКМНОРСТУХABEKMHOPCTYX]"
_PLATE = re.compile(
    rf"(?<![^\W_]){_PLATE_LETTER}\d{{3}}{_PLATE_LETTER}{{2}}\d{{2,3}}(?:rus)?(?![^\W_])", re.IGNORECASE
)
_SPACED_PLATE = re.compile(
    rf"(?<![^\W_]){_PLATE_LETTER} \d{{3}} ?{_PLATE_LETTER}{{2}}(?: ?\d{{2,3}})?(?![^\W_])"
    rf"|(?<![^\W_]){_PLATE_LETTER}\d{{3}}{_PLATE_LETTER}{{2}}(?: \d{{2,3}})?(?![^\W_])"
)
_NAMED_PLATE = re.compile(
    rf"(?:номер\w*|машин\w*|гос\.?\s?(?:номер|знак)\w*|грз|рег\.?\s?знак\w*)\W{{1,3}}(?:машин\w+ |авто\w* )?"
    rf"({_PLATE_LETTER} ?\d{{3}} ?{_PLATE_LETTER}{{2}}(?: ?\d{{2,3}})?)(?![^\W_])",
    re.IGNORECASE,
)


def documents_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Papers of a person and of a car."""
    for kind, pattern in _DOCUMENTS:
        for match in pattern.finditer(text):
            yield *match.span(1), kind
    for match in _LONG_NUMBER.finditer(text):
        if len(match[0]) == 12 and is_inn(match[0]):
            yield *match.span(), "INN"
        elif len(match[0]) == 11 and match[0][0] not in "78" and is_snils(match[0]):
            yield *match.span(), "SNILS"


def car_marks_in(text: str) -> Iterator[tuple[int, int, str]]:
    """VINs and number plates, with Cyrillic and Latin letters mixed as people mix them."""
    for match in _VIN.finditer(text):
        if _looks_like_vin(match[0]):
            yield *match.span(), "VIN"
    for match in _SPACED_VIN.finditer(text):
        if _looks_like_vin(re.sub(r"[ -]", "", match[1])):
            yield *match.span(1), "VIN"
    for pattern, group in ((_PLATE, 0), (_SPACED_PLATE, 0), (_NAMED_PLATE, 1)):
        for match in pattern.finditer(text):
            if "000" not in match[group] and not _DISTANCE.search(match[group]):
                yield *match.span(group), "PLATE"


def _looks_like_vin(mark: str) -> bool:
    """Seventeen signs with letters in front and digits at the end (ISO 3779)."""
    mark = mark.translate(_TO_LATIN).upper()
    return sum(map(str.isdigit, mark)) >= 5 and any(map(str.isalpha, mark)) and mark[-4:].isdigit()


def passes_luhn(number: str) -> bool:
    """The checksum of bank card numbers (ISO/IEC 7812-1, annex B)."""
    digits = [int(digit) for digit in number]
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def is_snils(number: str) -> bool:
    """The checksum of the Russian pension insurance number, eleven digits."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:9], range(9, 0, -1), strict=True))
    return total % 101 % 100 == int(number[9:])


def is_inn(number: str) -> bool:
    """The two checksums of a person's Russian taxpayer number, twelve digits."""
    weights = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
    digits = [int(digit) for digit in number]
    first = sum(digit * weight for digit, weight in zip(digits, weights[1:], strict=False))
    second = sum(digit * weight for digit, weight in zip(digits, weights, strict=False))
    return first % 11 % 10 == digits[10] and second % 11 % 10 == digits[11]
