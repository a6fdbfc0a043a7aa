import pytest

from tests.computing import computed, money, plain, surely_computed

MLN = 1_000_000
BONUS = 100_000


@pytest.mark.parametrize(
    ("question", "old", "new"),
    [
        ("трейд-ин моя 2 ляма новая 6 лямов", 2, 6),
        ("старую оценили в 1 800 000, меняю на E 200 за 7 770 000, сколько доложить", 1.8, 7.77),
        ("новый E 220 d 8,2 млн, старый сдаю за 3,1 млн, сколько с меня", 3.1, 8.2),
        ("my old car is worth 1.1 million, the new one is 4.8 million, how much to add", 1.1, 4.8),
        ("сдать свою за 1,5 млн и взять за 5,2 млн", 1.5, 5.2),
        ("доплата если мою оценили в 2 300 000 а новая 7 100 000", 2.3, 7.1),
        ("обмен моей за 3кк на новую за 5кк", 3, 5),
        ("сколько доплатить по трейдину: моя 1.8 млн, хочу за 4,9 млн", 1.8, 4.9),
        ("trade-in: 2 млн моя, GLE за 9 млн", 2, 9),
        ("мою оценили в 2 млн, новая стоит 6 млн, сколько добавить", 2, 6),
        ("новая стоит 6 млн 300 тысяч, моя миллион восемьсот, доплата", 1.8, 6.3),
        ("обмен: старая полтора миллиона, новая семь с половиной миллионов", 1.5, 7.5),
        ("хочу обменять: отдаю за 2.000.000, беру за 5.000.000", 2, 5),
        ("trade in my car worth 2 million for a new one at 6 million", 2, 6),
        ("my car is valued at 1.5 mln, the new one costs 5.2 mln, what is the difference", 1.5, 5.2),
        ("exchange my old car, 900k, for a new one, 4.2 million", 0.9, 4.2),
    ],
)
def test_the_difference_is_the_new_price_without_the_old_value_and_the_bonus(
    question: str, old: float, new: float
) -> None:
    finding = surely_computed("mercedes", question)
    assert finding.trace["difference"] == pytest.approx((new - old) * MLN - BONUS)
    assert money((new - old) * MLN - BONUS) in plain(finding)


def test_nothing_is_paid_when_the_old_one_is_worth_more() -> None:
    finding = surely_computed("mercedes", "трейд-ин: моя 7 млн, новая 6 млн")
    assert finding.trace["difference"] == MLN + BONUS
    assert "в вашу пользу" in plain(finding)


def test_the_new_price_may_be_that_of_what_was_just_shown() -> None:
    finding = surely_computed("mercedes", "а если сдам свою за 2 млн в трейд-ин?", {"price": 6 * MLN})
    assert finding.trace["difference"] == 4 * MLN - BONUS


@pytest.mark.parametrize(
    ("said", "difference"),
    [
        ("а если оценят в 2,5 млн", 3.4),
        ("а если новая за 8 млн", 5.9),
        ("and if the new costs 7 million", 4.9),
    ],
)
def test_a_follow_up_changes_one_of_the_two(said: str, difference: float) -> None:
    first = surely_computed("mercedes", "трейд-ин моя 2 млн новая 6 млн")
    finding = surely_computed("mercedes", said, first.focus)
    assert finding.trace["difference"] == pytest.approx(difference * MLN)


def test_a_price_that_is_missing_is_asked_for() -> None:
    finding = computed("mercedes", "обменять мою за 2 млн")
    assert finding is not None
    assert finding.asks_back
    assert "Сколько стоит новое" in plain(finding)


@pytest.mark.parametrize(
    "question", ["как проходит трейд-ин", "принимаете китайцев в зачёт?", "what is trade in"]
)
def test_questions_without_a_sum_are_left_to_other_sources(question: str) -> None:
    assert computed("mercedes", question) is None
