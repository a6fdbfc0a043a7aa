import time

import pytest

from bot.language.folding import plain
from bot.language.readings import Reading, read


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("пoлитика", "политика"),
        ("Πолитика", "политика"),
        ("п о л и т и к а", "политика"),
        ("по-ли-ти-ка!", "политика"),
        ("по-о-олитика", "политика"),
        ("пооолитика", "политика"),
        ("п0литика", "политика"),
        ("politika", "политика"),
        ("gjkbnbrf", "политика"),
        (",jv,f", "бомба"),
        ("вblборы", "выборы"),
        ("п*литика", "политика"),
        ("п̶о̶л̶и̶т̶и̶к̶а", "политика"),
        ("пол\u200bити\u00adка", "политика"),
        ("ｐｏｌｉｔｉｋａ", "политика"),
        ("шптщку", "ignore"),
    ],
)
def test_a_disguised_word_is_read_as_what_it_is_meant_to_be(written: str, meant: str) -> None:
    assert read(written).decoded == meant


@pytest.mark.parametrize(
    "text",
    ["есть glc 300 в наличии?", "касса и ссуда", "тест-драйв, trade-in за 5 млн.", "how much is the e-class"],
)
def test_earnest_words_stay(text: str) -> None:
    assert read(text).decoded == text


def test_a_reading_is_named_for_the_trace() -> None:
    assert [variant.reading for variant in read("politika").tokens[0].variants][:1] == [
        Reading.TRANSLITERATED
    ]


def test_short_i_survives_when_marks_are_taken_off() -> None:
    assert plain("Мо́й Ёжик é") == "мой ежик e"


@pytest.mark.parametrize("text", ["а" * 4000, "аб" * 2000, "а " * 2000, "a.b,c;" * 660, "п*" * 2000])
def test_a_message_made_to_hurt_is_read_at_once(text: str) -> None:
    started = time.process_time()
    assert read(text).decoded
    assert time.process_time() - started < 1
