import pytest

from bot.language.numerals import SPELT, number_words, spell_out


def spelt(text: str) -> str:
    return spell_out(text).replace(SPELT, "~")


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("один", "1~"),
        ("двадцать пять", "25~"),
        ("двадцать-пять", "25~"),
        ("сто двадцать три тысячи четыреста", "123400~"),
        ("шесть миллионов двести тысяч", "6200000~"),
        ("миллион", "1000000~"),
        ("тысяча двести", "1200~"),
        ("полтора миллиона", "1500000~"),
        ("two hundred thousand", "200000~"),
        ("one hundred five", "105~"),
        ("три миллиарда", "3000000000~"),
    ],
)
def test_number_words_become_digits(written: str, digits: str) -> None:
    assert spelt(written) == digits


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("два двадцать", "2~ 20~"),
        ("один два три", "1~ 2~ 3~"),
        ("восемь девятьсот двенадцать", "8~ 912~"),
        ("сорок пять пятьдесят", "45~ 50~"),
        ("пять, десять", "5~, 10~"),
        ("от трех до семи", "от 3~ до 7~"),
    ],
)
def test_what_cannot_be_one_number_is_several(written: str, digits: str) -> None:
    assert spelt(written) == digits


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("пятилетняя", "5~ летняя"),
        ("двадцатипроцентный", "20~ процентный"),
        ("трехмесячный", "3~ месячный"),
    ],
)
def test_a_number_inside_a_word_is_parted_from_it(written: str, digits: str) -> None:
    assert spelt(written) == digits


@pytest.mark.parametrize("text", ["10 тысяч", "2 миллиона", "хлеб", "", "семья", "пятница"])
def test_other_text_stays(text: str) -> None:
    assert spell_out(text) == text


def test_the_rest_of_the_text_is_kept_around_the_numbers() -> None:
    assert spelt("машина за пять миллионов, на три года.") == "машина за 5000000~, на 3~ года."


def test_the_words_for_numbers_are_whole_and_under_a_thousand() -> None:
    words = number_words()
    assert words["пять"] == 5
    assert words["hundred"] == 100
    assert "тысяча" not in words
    assert "полтора" not in words
