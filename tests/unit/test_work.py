import pytest

from bot.dialogue.work import opening_of, whole_sentences


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        (
            "Да, у салона 80 бесплатных мест для гостей. На ночь нельзя.",
            "Да, у салона 80 бесплатных мест для гостей.",
        ),
        (
            "Да. Тест-драйв бесплатный и длится сорок минут. Приезжайте!",
            "Да. Тест-драйв бесплатный и длится сорок минут.",
        ),
        ("Мы находимся по адресу: Москва, проезд Звезды, д. 7, рядом с метро.", None),
        ("Нужны два документа:\n- паспорт\n- права", "Нужны два документа:"),
        ("Нет", None),
    ],
)
def test_the_opening_is_the_first_sentence_that_says_something(text: str, opening: str | None) -> None:
    found, rest = opening_of(text)
    assert found == (opening or text)
    assert found + rest == text


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Да, можно. Приезжайте в люб", "Да, можно."),
        ("Да, можно. ", "Да, можно."),
        ("Да, в 15.", ""),
        ("Нужны:\n- паспорт\n- пра", "Нужны:\n- паспорт"),
        ("Приезжайте в люб", ""),
    ],
)
def test_only_what_is_surely_finished_counts_as_a_whole_sentence(text: str, whole: str) -> None:
    assert whole_sentences(text) == whole
