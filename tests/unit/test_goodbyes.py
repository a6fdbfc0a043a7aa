"""What ends a talk, and what only sounds like it."""

import pytest

from bot.texts.catalogue import Text
from bot.understanding.goodbyes import says_goodbye
from bot.understanding.messages import small_talk


@pytest.mark.parametrize(
    "text",
    [
        "Спасибо, до свидания!",
        "всё, больше вопросов нет",
        "Больше вопросов нет, спасибо большое",
        "спасибо за помощь, всего доброго",
        "Пока!",
        "ок, пока",
        "Ну всё, пока-пока)))",
        "пока, спасибо",
        "Всё, спасибо",
        "спасибо, это всё",
        "Спасибо, больше ничего не нужно",
        "Понятно, тогда до завтра",
        "До свидания, Анна",
        "До свидания, [имя]",
        "у меня всё",
        "всего хорошего 🙂",
        "Bye",
        "thanks, bye!",
        "Thank you, that's all",
        "No more questions, goodbye",
        "Спокойной ночи",
        "ну всё давай, до связи",
        "досвидания",
        "мне пора, спасибо",
        "Спасибо, Вега, пока",
        "Увидимся в субботу",
        "спасибо, до субботы",
        "ok thanks, cya",
        "cheers mate, bye",
        "no thanks, that's it, bye",
        "Спасибо, очень интересно рассказали, до свидания",
        "Thanks a lot for explaining the warranty. Goodbye",
    ],
)
def test_a_goodbye_is_understood(text: str) -> None:
    assert says_goodbye(text)


@pytest.mark.parametrize(
    "text",
    [
        "до свидания... а сколько стоит?",
        "до свидания, а сколько стоит доставка",
        "спасибо",
        "спасибо, всё понятно",
        "всё понятно",
        "всё",
        "это всё",
        "это всё?",
        "нет, спасибо",
        "пока нет",
        "пока не надо",
        "пока подумаю",
        "пока всё понятно",
        "пока всё",
        "пока не решил",
        "до завтра успеете?",
        "Спасибо, передайте Ивану, что я еду. До свидания",
        "Спасибо, но вы мне не ответили, до свидания",
        "Спасибо, а акция действует до завтра",
        "Thanks, I'd like to come on Monday, bye",
        "Спасибо, мой номер 89161234567, до свидания",
        "no thanks",
        "спасибо, подумаю",
        "до субботы",
        "до завтра успеете",
        "больше вопросов нет, кроме цены",
        "спокойной ночи хватит на зарядку",
        "как сказать до свидания по-немецки",
        "всё, больше вопросов нет?",
        "bye bye baby song",
        "later maybe",
        "Здравствуйте",
        "",
        "👍",
    ],
)
def test_what_only_sounds_like_a_goodbye_is_none(text: str) -> None:
    assert not says_goodbye(text)


def test_a_goodbye_is_answered_by_one() -> None:
    assert small_talk("спасибо, до свидания") is Text.SMALL_TALK_BYE
