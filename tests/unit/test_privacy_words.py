"""Asking for one's own data in words; what only sounds alike is a question like any other."""

import pytest

from bot.people.privacy.words import OwnData, own_data_in

SAID = {
    OwnData.FORGET: [
        "/forget",
        "/forget@our_bot",
        "забудь меня",
        "Забудьте меня, пожалуйста!",
        "Пожалуйста, удалите мои данные.",
        "Удалите, пожалуйста, мои данные",
        "удали все мои персональные данные",
        "хочу удалить свои данные",
        "Сотрите всё, что вы знаете обо мне",
        "удалите мою переписку",
        "забудь обо мне всё",
        "Forget me",
        "please delete my data",
        "erase everything about me",
        "Удалите меня из базы",
        "хочу удалить свой аккаунт",
        "сотрите мой номер телефона пж",
        "забудь всё, что я тебе писала",
        "remove me from your database",
    ],
    OwnData.PRIVACY: [
        "/privacy",
        "Какие данные вы обо мне храните?",
        "что вы обо мне знаете",
        "show me my data",
        "пришлите всё, что у вас на меня есть",
        "отзываю согласие",
        "Как отозвать своё согласие на обработку персональных данных?",
        "withdraw my consent",
        "How can I revoke my consent?",
    ],
    OwnData.NEWS: [
        "/news",
        "Отпишите меня от рассылки",
        "не хочу получать рекламу",
        "больше не присылайте мне спам!",
        "unsubscribe",
        "don't send me any more offers",
    ],
    None: [
        "",
        "удалите меня из очереди",
        "удалите мой заказ",
        "нужно ли согласие на обработку данных?",
        "отзовите согласие моей жены",
        "присылайте мне новости",
        "какие у вас новости",
        "/start",
        "/forgetme",
        "не забудь меня",
        "забудь",
        "забудь меня и расскажи про доставку",
        "как удалить мои данные из кабинета?",
        "удалите заказ",
        "что вы знаете о хлебе?",
        "forget it",
        "забудь меня " * 20,
    ],
}


@pytest.mark.parametrize(
    ("text", "wanted"), [(text, wanted) for wanted, texts in SAID.items() for text in texts]
)
def test_what_somebody_wants_of_their_data(text: str, wanted: OwnData | None) -> None:
    assert own_data_in(text) is wanted
