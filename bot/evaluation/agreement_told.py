"""The agreement as staff read it."""

from bot.domain import Light
from bot.evaluation.agreement import ENOUGH, WEEKS, Agreement, Tally
from bot.texts.catalogue import Texts
from bot.texts.reviewing import ReviewText

_LIGHTS = {Light.GREEN: ReviewText.GREEN, Light.YELLOW: ReviewText.YELLOW, Light.RED: ReviewText.RED}


def told(agreement: Agreement, texts: Texts, language: str) -> str:
    """Markdown that fits into one message."""

    def say(text: ReviewText, **values: object) -> str:
        return texts.say(text, language, **values)

    def line(name: str, tally: Tally) -> str:
        low, high = tally.interval
        return say(
            ReviewText.AGREEMENT_LINE,
            name=name,
            share=f"{tally.share:.0%}",
            low=f"{low:.0%}",
            high=f"{high:.0%}",
            edited=tally.edited,
            declined=tally.declined,
            n=tally.n,
        )

    if not agreement.all.n and not agreement.waiting:
        return say(ReviewText.AGREEMENT_NONE)
    mode = say(ReviewText(f"review_mode_{agreement.mode}"))
    lines = [say(ReviewText.AGREEMENT, weeks=WEEKS, mode=mode), ""]
    for day, tally in agreement.weeks:
        lines.append(line(say(ReviewText.AGREEMENT_WEEK, day=f"{day:%d.%m}"), tally))
    lines.append("")
    lines += [line(say(_LIGHTS[light]), tally) for light, tally in agreement.lights if tally.n]
    lines.append(line(say(ReviewText.AGREEMENT_ALL), agreement.all))
    if agreement.similarity is not None:
        lines.append(say(ReviewText.AGREEMENT_SIMILAR, similarity=f"{agreement.similarity:.0f}"))
    if agreement.waiting:
        lines.append(say(ReviewText.AGREEMENT_WAITING, waiting=agreement.waiting, expired=agreement.expired))
    advice = _advice(agreement, texts, language)
    return "\n".join([*lines, "", advice] if advice else lines)


def _advice(agreement: Agreement, texts: Texts, language: str) -> str:
    """Nothing where there is no mode with fewer people in it."""
    if agreement.mode.next is None:
        return ""
    if agreement.in_mode.n < ENOUGH:
        return texts.say(ReviewText.ADVICE_FEW, language, least=ENOUGH, n=agreement.in_mode.n)
    if agreement.advised is None:
        return texts.say(ReviewText.ADVICE_STAY, language)
    name = texts.say(ReviewText(f"review_mode_{agreement.advised}"), language)
    return texts.say(ReviewText.ADVICE_NEXT, language, next=name, command=agreement.advised.value)
