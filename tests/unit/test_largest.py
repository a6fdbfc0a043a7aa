import numpy as np
import pytest

from bot.knowledge.largest import largest


@pytest.mark.parametrize("size", [1, 127, 128, 5_000, 100_001])
@pytest.mark.parametrize("count", [1, 10, 300])
def test_the_largest_come_first_whatever_the_size(size: int, count: int) -> None:
    values = np.random.default_rng(size).random(size).astype(np.float32)
    assert values[largest(values, count)].tolist() == sorted(values.tolist(), reverse=True)[:count]


def test_of_many_that_are_equal_no_more_are_given_than_asked() -> None:
    values = np.zeros(100_000, dtype=np.float32)
    values[[5, 70_000]] = 1
    assert largest(values, 3).tolist() == [5, 70_000, 0]
