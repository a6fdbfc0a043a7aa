from bot.llm.breaker import Breaker


class Clock:
    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


def broken(clock: Clock) -> Breaker:
    breaker = Breaker(failures=2, pause_s=10, now=clock)
    for _ in range(2):
        breaker.end(breaker.begin(), failed=True)
    return breaker


def test_it_opens_after_failures_in_a_row() -> None:
    breaker = Breaker(failures=2, pause_s=10, now=Clock())
    breaker.end(breaker.begin(), failed=True)
    breaker.end(breaker.begin(), failed=False)
    breaker.end(breaker.begin(), failed=True)
    assert breaker.admits
    breaker.end(breaker.begin(), failed=True)
    assert not breaker.admits


def test_after_the_pause_one_trial_is_admitted() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.time += 10
    assert breaker.admits
    assert breaker.begin()
    assert not breaker.admits


def test_a_good_trial_closes_it() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.time += 10
    breaker.end(breaker.begin(), failed=False)
    assert breaker.admits
    assert not breaker.begin()


def test_a_bad_trial_opens_it_for_another_pause() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.time += 10
    breaker.end(breaker.begin(), failed=True)
    assert not breaker.admits
    clock.time += 10
    assert breaker.admits


def test_a_cancelled_trial_makes_room_for_another() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.time += 10
    breaker.end(breaker.begin(), failed=None)
    assert breaker.admits
