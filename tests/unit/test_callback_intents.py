import pytest

from bot.people.callbacks.intents import CallIntent, FormReply, call_intent, form_reply, is_question


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("Перезвоните мне", CallIntent.ASK),
        ("перезвоните мне, пожалуйста, завтра в 10", CallIntent.ASK),
        ("Хочу заказать обратный звонок", CallIntent.ASK),
        ("please call me tomorrow", CallIntent.ASK),
        ("перезвони", CallIntent.ASK),
        ("жду звонка", CallIntent.ASK),
        ("перезвоните пж", CallIntent.ASK),
        ("что с моей заявкой?", CallIntent.STATUS),
        ("почему мне не перезвонили?", CallIntent.STATUS),
        ("when will you call?", CallIntent.STATUS),
        ("отмените заявку", CallIntent.CANCEL),
        ("не звоните мне больше", CallIntent.CANCEL),
        ("don't call me", CallIntent.CANCEL),
    ],
)
def test_words_about_a_call_and_nothing_else_are_understood(said: str, intent: CallIntent) -> None:
    assert call_intent(said) is intent


@pytest.mark.parametrize(
    "said",
    ["", "когда вы открываетесь?", "куда вам позвонить?", "вы мне не перезвонили", "сколько стоит доставка",
     "можно отменить заказ торта?", "перезвоните моему брату Игорю",
     "я вам перезвоню", "спасибо, вы мне перезвонили", "I will call you"],
)  # fmt: skip
def test_other_words_are_left_to_the_assistant(said: str) -> None:
    assert call_intent(said) is None


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        ("да", FormReply.AGREE),
        ("Да, всё верно", FormReply.AGREE),
        ("ок", FormReply.AGREE),
        ("yes", FormReply.AGREE),
        ("нет", FormReply.REFUSE),
        ("изменить", FormReply.REFUSE),
        ("Отменить", FormReply.DROP),
        ("не надо", FormReply.DROP),
        ("передумал", FormReply.DROP),
        ("да, но позже", None),
        ("про доставку", None),
    ],
)
def test_a_short_answer_to_a_form_is_understood(said: str, reply: FormReply | None) -> None:
    assert form_reply(said) is reply


@pytest.mark.parametrize(
    ("said", "asks"),
    [
        ("сколько стоит доставка?", True),
        ("какой у вас адрес", True),
        ("как-нибудь потом", False),
        ("когда угодно вечером", False),
        ("про доставку", False),
    ],
)
def test_a_question_is_told_from_an_answer(said: str, asks: bool) -> None:
    assert is_question(said) is asks
