import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import approximate_tokens
from bot.memory.window import Budget, Exchange, clip


def exchanges(*sizes: int) -> list[Exchange]:
    return [
        Exchange(number=number, turn_id=str(number), question="?" * size, answer="!" * size)
        for number, size in enumerate(sizes)
    ]


@given(text=st.text(max_size=300), tokens=st.integers(0, 60))
def test_a_clipped_text_fits_and_begins_as_the_whole(text: str, tokens: int) -> None:
    clipped = clip(text, tokens)
    assert approximate_tokens((clipped,)) <= max(tokens, 1)
    assert text.startswith(clipped.removesuffix("…"))


def test_a_text_that_fits_is_left_alone() -> None:
    assert clip("Сколько стоит GLE?", 20) == "Сколько стоит GLE?"


@given(tokens=st.integers(8, 2_000), size=st.integers(0, 10_000))
def test_one_exchange_always_fits_its_budget(tokens: int, size: int) -> None:
    budget = Budget(tokens=tokens)
    exchange = budget.exchange(number=1, turn_id="1", question="в" * size, answer="о" * size)
    assert exchange.tokens <= budget.exchange_tokens


def test_the_latest_exchanges_are_kept_word_for_word() -> None:
    kept = Budget(tokens=120).latest(exchanges(100, 40, 40))
    assert [exchange.number for exchange in kept] == [1, 2]


def test_nothing_is_folded_while_all_fits() -> None:
    assert Budget(tokens=400).overflow(exchanges(40, 40, 40)) == ()


def test_folding_frees_half_of_the_room_at_once() -> None:
    budget = Budget(tokens=200)
    history = exchanges(40, 40, 40, 40, 40)
    folded = budget.overflow(history)
    left = history[len(folded) :]
    assert sum(exchange.tokens for exchange in left) <= budget.exchange_tokens // 2
    assert [exchange.number for exchange in folded] == [0, 1, 2]


@pytest.mark.parametrize("tokens", [0, 1, 10])
def test_the_newest_exchange_is_never_folded(tokens: int) -> None:
    assert [exchange.number for exchange in Budget(tokens=tokens).overflow(exchanges(90, 90))] == [0]
