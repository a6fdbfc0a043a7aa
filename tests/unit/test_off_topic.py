import pytest

from bot.guard.off_topic import OffTopic, vocabulary_of

NAMES = ["автомобиль", "машина", "тест-драйв", "КАСКО", "GLC"]
TEXTS = [
    "Ремонт после града и грозы делает сервис.",
    "Болезнь в поездке покрывает полис, нужен врач.",
    "Кредит.",
]
OFF_TOPIC = OffTopic(vocabulary_of(NAMES, TEXTS))


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("какая погода завтра", "weather"),
        ("как сварить борщ", "cooking"),
        ("напиши стих про машину", "task"),
        ("столица Австралии", "trivia"),
        ("what's the weather like", "weather"),
        ("к4кая п0года завтра", "weather"),
    ],
)
def test_a_question_of_the_wide_world_is_told_by_its_subject(text: str, subject: str) -> None:
    found = OFF_TOPIC.find(text)
    assert found is not None
    assert found.subject == subject
    assert found.outside > found.inside


@pytest.mark.parametrize(
    "text",
    [
        "град побил машину",
        "погода испортилась, перенесём тест-драйв?",
        "спасибо большое!",
        "кто тебя создал?",
        "как дела?",
        "у вас есть кофе?",
        "хорошая сегодня погода, заеду",
        "qwe rty",
    ],
)
def test_small_talk_and_the_business_own_subject_pass(text: str) -> None:
    assert OFF_TOPIC.find(text) is None
