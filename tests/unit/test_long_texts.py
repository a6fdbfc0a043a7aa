"""What a customer or a draft says at length takes no more than its length: no pattern goes back over it."""

import time
from collections.abc import Callable

import pytest

from bot.computing.amounts import read_numbers
from bot.computing.figures import with_plain_figures
from bot.guard.claims import unsupported_claims
from bot.guard.forbidden import ForbiddenTopic, ForbiddenTopics
from bot.guard.injection import find_injection, is_instruction, neutralise
from bot.guard.off_topic import OffTopic, vocabulary_of
from bot.guard.personal_data import mask
from bot.guard.phrasing import unfaithful_phrasing
from bot.guard.proper_names import ProductNames, unsupported_addresses, unsupported_names

FORBIDDEN = ForbiddenTopics([ForbiddenTopic(name="x", words=("оружие",), phrases=("взять + кредит",))])
OFF_TOPIC = OffTopic(vocabulary_of(["Хлеб"], ["Ржаной хлеб готов к 11:00."]))
PRODUCTS = ProductNames({})
READERS: dict[str, Callable[[str], object]] = {
    "figures": with_plain_figures,
    "numbers": read_numbers,
    "personal": lambda text: mask(text).without_labels,
    "claims": lambda text: unsupported_claims(text, []),
    "phrasing": lambda text: unfaithful_phrasing(text, f"{text} да"),
    "names": lambda text: unsupported_names(text, [text[:20]], products=PRODUCTS),
    "addresses": lambda text: unsupported_addresses(text, [text[:20]]),
    "forbidden": FORBIDDEN.find,
    "injection": find_injection,
    "instruction": is_instruction,
    "neutralise": neutralise,
    "off_topic": OFF_TOPIC.find,
}
SIGNS = ("…", "1.", "1,", "1-", "1", "1 ", "№", "№1 ", "\n", " ", "а ", "а", "а-", "x_", ".")
LENGTH = 6_000
_NOTICEABLE_S = 0.05
_STARTS = ("", "Я 5 ")
"""Some readers look at a text only where it has a letter or a digit."""


def _least_s(reads: Callable[[str], object], texts: list[str]) -> float:
    """Of several texts the least time, since others use the machine as well."""
    spent = []
    for text in texts:
        started = time.process_time()
        reads(text)
        spent.append(time.process_time() - started)
    return min(spent)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("sign", SIGNS)
def test_a_text_of_twice_the_length_takes_no_four_times_as_long(reader: str, sign: str) -> None:
    reads = READERS[reader]
    reads("Да, 5.")
    for start in _STARTS:
        # None of the texts has been read before: readings are kept.
        short, long = (
            [f"{start}{turn} {sign * (length // len(sign))}" for turn in range(3)]
            for length in (LENGTH, 2 * LENGTH)
        )
        once, twice = _least_s(reads, short), _least_s(reads, long)
        assert twice < max(_NOTICEABLE_S, 3.3 * once)
