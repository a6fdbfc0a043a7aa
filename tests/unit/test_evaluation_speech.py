"""Error rates of what was heard."""

import pytest

from bot.evaluation.speech import NO_ERRORS, Errors, sign_errors, total, word_errors


@pytest.mark.parametrize(
    ("reference", "heard", "wrong"),
    [
        ("Обоз отобьём, и к вечеру!", "обоз отобьем и к вечеру", 0),
        ("вёрст за восемьдесят", "верст за 80", 0),
        ("+Адрес с+алона", "адрес салона", 0),
        ("как-то раз", "как то раз", 0),
        ("белый цвет", "белый белый свет", 2),
        ("", "сам придумал", 2),
    ],
)
def test_words_are_compared_as_they_are_said(reference: str, heard: str, wrong: int) -> None:
    assert word_errors(reference, heard).wrong == wrong


def test_signs_weigh_less_than_words() -> None:
    assert sign_errors("белый цвет", "белый свет") == Errors(wrong=1, of=10)


def test_rates_of_many_are_by_their_words() -> None:
    whole = total([Errors(wrong=1, of=1), Errors(wrong=0, of=9)])
    assert whole.rate == 0.1
    assert (NO_ERRORS.rate, Errors(wrong=2, of=0).rate) == (0, 1)
