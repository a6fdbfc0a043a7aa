"""Promo codes: one for all, or everybody's own that nobody can guess."""

import secrets
from collections.abc import Iterator
from typing import Final

from bot.domain.broadcasts import Promo

_SIGNS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""None that looks like another."""
_LENGTH: Final = 8
"""So that two broadcasts whose codes begin alike give none of them twice."""


def own_codes(promo: Promo) -> Iterator[str]:
    """Codes that begin as it does, no two alike."""
    given: set[str] = set()
    while True:
        tail = "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
        code = f"{promo.code}-{tail}" if promo.code else tail
        if code not in given:
            given.add(code)
            yield code


def longest_code(promo: Promo) -> str:
    """What takes as much room in the text as anybody's; as long as the place for it where there is none."""
    return next(own_codes(promo)) if promo.own else promo.code or "-" * _LENGTH
