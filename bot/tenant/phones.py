"""Telephone numbers as people write them, and as digits that can be compared."""

import re

_WRITTEN = re.compile(
    r"(?<![\w+])(?:\+\d[\d\s()‑–-]{7,18}\d|[78][\s(‑-]{0,2}\d{3}[\s)‑-]{0,2}\d{3}[\s‑-]?\d{2}[\s‑-]?\d{2})(?!\w)"
)
_FEWEST, _MOST = 10, 15


def phone_digits(written: str) -> str:
    """Only the digits, in the international form: a Russian 8 at the front becomes 7."""
    digits = re.sub(r"\D", "", written)
    return f"7{digits[1:]}" if len(digits) == 11 and digits[0] == "8" else digits


def is_phone(written: str) -> bool:
    return bool(_WRITTEN.fullmatch(written)) and _FEWEST <= len(phone_digits(written)) <= _MOST


def phones_in(text: str) -> tuple[str, ...]:
    """The numbers in a text, as they are written there."""
    return tuple(found for found in _WRITTEN.findall(text) if is_phone(found))
