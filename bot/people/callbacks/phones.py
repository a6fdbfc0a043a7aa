"""Telephone numbers as people type or share them, and as they are shown without being told."""

import re
from collections.abc import Collection
from enum import StrEnum

import phonenumbers
from phonenumbers import (
    Leniency,
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberMatcher,
    ValidationResult,
)

from bot.language.folding import plain
from bot.language.numerals import spell_out
from bot.tenant.phones import phone_digits

_FEWEST_DIGITS = 5
"""With fewer it is hardly meant as a number to call."""
_LONGEST_DIGITS = 15
"""Of any number of the world."""
_TALK_WORDS = 3
"""So many words around figures that are no number: «кредит 5000000 рублей на 60 месяцев»."""
_WORDS = 4
"""So many numerals in words are a number dictated."""
_FEWEST_DICTATED = 3
"""So many digits in words beside nothing else are the beginning of one."""
_BESIDE_DICTATED = frozenset(
    ("плюс", "мой", "номер", "телефон", "телефона", "это", "вот", "на", "plus", "my", "phone", "number", "is")
)
_KEYCAPS = re.compile("[\ufe0f\u20e3\u200b-\u200f\u202a-\u202e\u2060]")
_EXTENSION = re.compile(r"(?:\bдоб\b|\bдобав\w*|\bвн\b|\bвнутр\w*|\bext\w*|#)[\s.:]*\d{1,6}", re.IGNORECASE)


class PhoneFault(StrEnum):
    """Why it cannot be called."""

    IN_WORDS = "in_words"
    SHORT = "short"
    LONG = "long"
    EXTENSION = "extension"
    SEVERAL = "several"
    OWN = "own"
    """The business's own number."""
    NO_SUCH = "no_such"


_FAULTS = {
    ValidationResult.TOO_SHORT: PhoneFault.SHORT,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: PhoneFault.SHORT,
    ValidationResult.TOO_LONG: PhoneFault.LONG,
}


def read_phone(written: str, region: str, *, own: Collection[str] = ()) -> str | PhoneFault | None:
    """The number, +79161234567, or what is wrong with it; None: it is not meant as a number.

    `own`: the digits of the numbers that the business answers itself.
    """
    text = _KEYCAPS.sub("", written)
    digits = sum(sign.isdigit() for sign in text)
    if digits < _FEWEST_DIGITS:
        return _without_digits(text, digits)
    if _EXTENSION.search(text):
        return PhoneFault.EXTENSION
    found = {_e164(match.number) for match in PhoneNumberMatcher(text, region, leniency=Leniency.VALID)}
    if len(found) > 1:
        return PhoneFault.SEVERAL
    if not found:
        is_talk = len(re.findall(r"[^\W\d_]{3,}", text)) >= _TALK_WORDS
        return None if is_talk else _fault_of(text, region, digits)
    (phone,) = found
    return PhoneFault.OWN if phone_digits(phone) in own else phone


def shared_phone(digits: str) -> str | None:
    """The number of a contact, as Telegram gives it, with or without a plus; None: nobody can call it."""
    number = _parsed(f"+{digits.lstrip('+')}", None)
    return None if number is None or not phonenumbers.is_valid_number(number) else _e164(number)


def masked_phone(phone: str) -> str:
    """+7 916 ***-**-67: enough to know one's own number by."""
    number = phonenumbers.parse(phone)
    national = phonenumbers.national_significant_number(number)
    return f"+{number.country_code} {national[:3]} ***-**-{national[-2:]}"


def shown_phone(phone: str) -> str:
    """+7 916 123-45-67."""
    shown: str = phonenumbers.format_number(phonenumbers.parse(phone), PhoneNumberFormat.INTERNATIONAL)
    return shown


def _without_digits(text: str, digits: int) -> PhoneFault | None:
    if _is_dictated(spell_out(plain(text)), digits):
        return PhoneFault.IN_WORDS
    return PhoneFault.SHORT if digits and not re.search(r"[^\W\d_]{2}", text) else None


def _is_dictated(spelt: str, digits: int) -> bool:
    """Whether numerals in words are meant as a number, also its beginning: «плюс семь девятьсот»."""
    numerals = re.findall(r"\d+", spelt)
    spoken = sum(map(len, numerals)) - digits
    others = set(re.findall(r"[^\W\d_]+", spelt)) - _BESIDE_DICTATED
    if spoken > 0 and not others:
        return spoken + digits >= _FEWEST_DICTATED
    is_long = len(numerals) >= _WORDS or (spoken > _FEWEST_DIGITS and len(others) < _TALK_WORDS)
    return not digits and is_long


def _fault_of(text: str, region: str, digits: int) -> PhoneFault:
    number = _parsed(text, region)
    if number is not None and phonenumbers.is_valid_number(number):
        return PhoneFault.NO_SUCH  # a number is in it, but what stands around it makes another one of it
    if digits > _LONGEST_DIGITS:
        return PhoneFault.LONG
    reason = None if number is None else phonenumbers.is_possible_number_with_reason(number)
    return PhoneFault.NO_SUCH if reason is None else _FAULTS.get(reason, PhoneFault.NO_SUCH)


def _parsed(text: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        return None


def _e164(number: PhoneNumber) -> str:
    written: str = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return written
