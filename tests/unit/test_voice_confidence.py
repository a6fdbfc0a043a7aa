"""What a transcript is worth: answered, confirmed or asked for again, and why."""

import pytest

from bot.voice.confidence import Confidence, Doubt, Thresholds, Trust, judge, judge_said
from bot.voice.transcriber import Segment, Transcript


def judged(
    text: str,
    *,
    logprob: float | None = -0.3,
    no_speech: float | None = 0.05,
    compression: float | None = 1.2,
    seconds: float = 5.0,
    thresholds: Thresholds | None = None,
) -> Confidence:
    segment = Segment(
        text=text,
        start_s=0,
        end_s=seconds,
        avg_logprob=logprob,
        no_speech_prob=no_speech,
        compression_ratio=compression,
    )
    transcript = Transcript(
        text=text, language="ru", segments=(segment,), duration_s=seconds, model="scripted"
    )
    return judge(transcript, thresholds or Thresholds())


@pytest.mark.parametrize(
    "text",
    [
        "Сколько стоит GLE в белом цвете?",
        "Да-да, да, конечно, записывайте.",
        "Мой номер 8 9 1 6 0 0 0 0 0 0 0",
        "What time do you close today?",
        "Спасибо",
        "Очень, очень хочу на тест-драйв",
        "Продолжение следует ждать или можно ехать?",
    ],
)
def test_plain_speech_is_answered(text: str) -> None:
    assert judged(text) == Confidence(trust=Trust.ANSWER, logprob=-0.3)


@pytest.mark.parametrize(
    "text",
    [
        "Субтитры сделал DimaTorzok",
        "Субтитры создавал DimaTorzok.",
        "Редактор субтитров А. Семкин, корректор А. Егорова",
        "Спасибо за просмотр!",
        "Не забудьте подписаться на канал.",
        "Thanks for watching!",
        "Thank you for watching, and see you in the next video.",
    ],
)
def test_what_only_subtitles_say_is_never_believed(text: str) -> None:
    assert judged(text, logprob=-0.1, no_speech=0.0).doubts == (Doubt.INVENTED,)
    assert judged(text, logprob=None, no_speech=None).trust == Trust.REPEAT


@pytest.mark.parametrize(
    ("pieces", "said", "trust"),
    [
        (["Есть ли тест-драйв?"], "Есть ли тест-драйв?", Trust.ANSWER),
        (["Есть ли тест-драйв?", "Спасибо за просмотр!"], "Есть ли тест-драйв?", Trust.CONFIRM),
        (["Субтитры сделал DimaTorzok", "Есть ли", "тест-драйв?"], "Есть ли тест-драйв?", Trust.CONFIRM),
        (["Спасибо за просмотр!", "..."], "...", Trust.REPEAT),
        (["Субтитры сделал DimaTorzok", "Спасибо за просмотр!"], None, Trust.REPEAT),
    ],
)
def test_an_invention_beside_speech_is_left_out_and_the_rest_is_shown(
    pieces: list[str], said: str | None, trust: Trust
) -> None:
    segments = tuple(
        Segment(text=piece, start_s=place, end_s=place + 1, avg_logprob=-0.2, no_speech_prob=0.05)
        for place, piece in enumerate(pieces)
    )
    whole = " ".join(pieces)
    transcript = Transcript(
        text=whole, language="ru", segments=segments, duration_s=len(pieces), model="scripted"
    )
    text, confidence = judge_said(transcript)
    assert (text, confidence.trust) == (said or whole, trust)


@pytest.mark.parametrize(
    "text", ["Продолжение следует...", "Спасибо.", "Thank you.", "you", "СПОКОЙНАЯ МУЗЫКА"]
)
@pytest.mark.parametrize(("logprob", "no_speech"), [(-0.6, 0.05), (-0.2, 0.4), (None, None)])
def test_what_subtitles_say_too_is_believed_only_when_it_is_plain(
    text: str, logprob: float | None, no_speech: float | None
) -> None:
    found = judged(text, logprob=logprob, no_speech=no_speech)
    assert (found.trust, found.doubts) == (Trust.REPEAT, (Doubt.INVENTED,))


@pytest.mark.parametrize("text", ["", "   ", "...", "♪♪♪"])
def test_nothing_said_is_asked_for_again(text: str) -> None:
    assert judged(text) == Confidence(trust=Trust.REPEAT, doubts=(Doubt.NOTHING_HEARD,))


@pytest.mark.parametrize(
    ("logprob", "trust"),
    [(-0.69, Trust.ANSWER), (-0.71, Trust.CONFIRM), (-1.19, Trust.CONFIRM), (-1.21, Trust.REPEAT)],
)
def test_the_probability_decides_between_the_three(logprob: float, trust: Trust) -> None:
    assert judged("Есть ли у вас парковка", logprob=logprob).trust == trust
    generous = Thresholds(answer_logprob=-2, repeat_logprob=-3)
    assert judged("Есть ли у вас парковка", logprob=logprob, thresholds=generous).trust == Trust.ANSWER


@pytest.mark.parametrize(
    ("text", "trust"),
    [
        ("спокойно " * 12, Trust.REPEAT),
        ("я не знаю что " * 5, Trust.REPEAT),
        ("Скажите, какая цена на белый, на белый, на белый, с панорамой и кожаным салоном", Trust.CONFIRM),
    ],
)
def test_a_loop_is_not_answered(text: str, trust: Trust) -> None:
    found = judged(text)
    assert (found.trust, found.doubts) == (trust, (Doubt.REPETITION,))


@pytest.mark.parametrize(
    ("quality", "doubt"),
    [((3.0, 5.0), Doubt.REPETITION), ((1.2, 0.5), Doubt.TOO_FAST)],
)
def test_what_cannot_have_been_said_like_this_is_confirmed(
    quality: tuple[float, float], doubt: Doubt
) -> None:
    compression, seconds = quality
    text = "Сколько будет стоить страховка на новый автомобиль"
    found = judged(text, compression=compression, seconds=seconds)
    assert (found.trust, found.doubts) == (Trust.CONFIRM, (doubt,))


def test_no_speech_is_told_from_speech_with_a_pause() -> None:
    assert judged("Алло", no_speech=0.7).trust == Trust.REPEAT


@pytest.mark.parametrize(
    ("text", "trust"), [("字幕由社區提供", Trust.REPEAT), ("цена на 车 какая сейчас", Trust.CONFIRM)]
)
def test_a_script_that_nobody_here_writes_is_doubted(text: str, trust: Trust) -> None:
    found = judged(text)
    assert (found.trust, found.doubts) == (trust, (Doubt.FOREIGN_SCRIPT,))
