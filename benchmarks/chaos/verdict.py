"""The figures of a run, and which guarantees they break."""

from collections.abc import Mapping

from benchmarks.chaos.marks import Counts
from benchmarks.chaos.stage import Stage
from benchmarks.chaos.storm import Results

RECOVERY_S = 15.0
EXACTLY = {
    "redelivered_answers": 1,
    "poison_set_aside": 1,
    "poison_tries": 3,
    "slow_model_notices": 1,
    "slow_model_messages": 1,
    "pauses": 1,
}
AT_MOST: Mapping[str, float] = {
    "lost": 0,
    "doubled": 0,
    "out_of_order": 0,
    "recovery_s": RECOVERY_S,
    "points_recovery_s": RECOVERY_S,
    "redis_killed_lost": 0,
    "redis_gone_lost": 0,
    "database_gone_lost": 0,
    "unlogged": 0,
    "limits_worst_second": 30,
    "limits_worst_second_of_a_chat": 1,
    "sends_during_pause": 0,
    "poison_others_lost": 0,
    "poison_others_set_aside": 0,
    "sigterm_lost": 0,
    "sigterm_doubled": 0,
    "sigterm_bad_exits": 0,
    "model_down_unspared": 0,
    "model_down_dishonest": 0,
}


class Ledger:
    """Collects the figures of all stages; of two for one name the worse is kept."""

    def __init__(self) -> None:
        self.results: dict[str, float | bool] = {}
        self.failed: dict[str, str] = {}
        """The stages that did not come to their end, and why."""
        self._counts = Counts()
        self._kills = 0
        self._unknown = self._resent = 0

    def add(self, figures: Results) -> None:
        for name, value in figures.items():
            known = self.results.get(name, value)
            self.results[name] = _worse(name, known, value)

    async def close(self, stage: Stage) -> None:
        """Take the stage's counts when all is over there."""
        stage.tell_faults()
        self._counts += stage.count()
        self._kills += stage.kills
        self._unknown += await stage.statistic("unknown_found") + await stage.statistic("unknown_resent")
        self._resent += await stage.statistic("unknown_resent")
        counts = self._counts
        # The product counts what it sends again because it cannot know; only so many repetitions are excused.
        unexcused = max(0, counts.repeated - self._resent)
        doubled = counts.doubled + unexcused
        self.results |= {
            "conversations": counts.conversations,
            "questions": counts.questions,
            "kills": self._kills,
            "lost": counts.lost,
            "doubled": doubled,
            "out_of_order": counts.out_of_order,
            "unknown_sends": self._unknown,
            "unknown_resent": self._resent,
            "unknown_doubled": counts.repeated - unexcused,
            "nothing_lost": counts.lost == 0,
            "nothing_doubled": doubled == 0,
            "order_kept": counts.out_of_order == 0,
        }

    def broken(self) -> list[str]:
        """The names of the figures that break a guarantee or are missing, and the stages that failed."""
        wrong = {name for name, value in EXACTLY.items() if self.results.get(name) != value}
        wrong |= {name for name, most in AT_MOST.items() if self.results.get(name, most + 1) > most}
        return sorted(wrong) + [f"stage {name}" for name in sorted(self.failed)]


def _worse(name: str, one: float, other: float) -> float:
    if name in EXACTLY:
        return max(one, other, key=lambda value: abs(value - EXACTLY[name]))
    return max(one, other)
