import pytest

from bot.guard.forbidden import ForbiddenTopic, ForbiddenTopics

TOPICS = ForbiddenTopics(
    [
        ForbiddenTopic(name="политика", words=("выборы",), phrases=("за кого голосовать", "не хочу жить")),
        ForbiddenTopic(name="оружие", words=("автомат калашникова",), patterns=(r"(?i)как\s+взломать",)),
    ]
)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Что думаете о выборах?", "политика"),
        ("за кого мне голосовать", "политика"),
        ("За кого голосовать-то?", "политика"),
        ("КАК ВЗЛОМАТЬ машину", "оружие"),
        ("автоматы Калашникова есть?", "оружие"),
        ("Коробка автомат или механика?", None),
        ("Какой выбор цветов?", None),
        ("я не хочу жить", "политика"),
        ("за кого она будет голосовать", None),
        ("хочу жить рядом с салоном", None),
    ],
)
def test_a_topic_is_found_in_any_form_and_innocent_words_pass(text: str, topic: str | None) -> None:
    assert TOPICS.find(text) == topic
