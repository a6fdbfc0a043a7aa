"""The numbers of a question that are none of a product's inputs."""

import re
from functools import cache

from bot.computing.amounts import Amount, Numbers, words
from bot.language.dictionary import grammemes

_LONGEST_BEHIND = 4
_TOKEN = re.compile(r"[a-zа-я]+|\d+(?:[.,]\d+)?")
_A_MOMENT = "moment"


def read_apart(numbers: Numbers) -> dict[int, frozenset[str]]:
    """The places of the numbers of something else, each with the words that say so.

    «Стаж 7», «7 лет стажа», «через 10 дней». An input that goes by one of the words may have it all the same.
    """
    apart: dict[int, frozenset[str]] = {
        amount.at: frozenset((_A_MOMENT,)) for amount in numbers.amounts if _is_moment(amount)
    }
    tokens = _TOKEN.findall(numbers.plain)
    read: set[int] = set()
    for amount in numbers.amounts:
        if _apart_behind().match(" ".join(tokens[amount.end : amount.end + _LONGEST_BEHIND])):
            places = range(amount.end, min(amount.end + _LONGEST_BEHIND, len(tokens)))
            read |= set(places)
            apart[amount.at] = frozenset(numbers.lemmas[at] for at in places) & words("apart")
    for at, lemma in enumerate(numbers.lemmas):
        if lemma in words("apart") and at not in read:
            found = numbers.nearest(at, lambda amount: not amount.is_share and amount.at not in apart)
            if found is not None:
                # «Безаварийный стаж 8 лет» is what «безаварийный» says.
                described = numbers.lemmas[at - 1 : at] if at and _is_adjective(tokens[at - 1]) else ()
                apart[found.at] = frozenset((lemma, *described))
    return apart


def _is_moment(amount: Amount) -> bool:
    """«Через 10 дней», «3 года назад»."""
    is_after = amount.before[:1] != () and amount.before[0] in words("moment_before")
    return is_after or not words("moment_behind").isdisjoint(amount.after[:2])


def _is_adjective(token: str) -> bool:
    return not token.isascii() and "ADJF" in next(iter(grammemes(token)), frozenset())


@cache
def _apart_behind() -> re.Pattern[str]:
    return re.compile("|".join(words("apart_behind")))
