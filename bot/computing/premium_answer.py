"""How a premium is told: the sum, the formula, what was taken; and what is asked for it."""

from collections.abc import Sequence

from bot.computing.premium import Given, Premium
from bot.computing.wording import Wording, agreeing, as_money, as_number
from bot.tenant.tariffs import InputType, Product, TariffInput
from bot.texts.catalogue import Text, Texts


class PremiumAnswers:
    """The wordings of one catalogue."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def question(self, product: Product, wanted: TariffInput, wording: Wording) -> str:
        """Asks for an input that is missing."""
        title = wording.title(product.title)
        return wording.say(Text.TARIFF_ASK, title=title, ask=wording.note(wanted.ask))

    def out_of_range(self, product: Product, wanted: TariffInput, wording: Wording) -> str:
        """Says what the tariff holds for."""
        low, high = wanted.range or (0, 0)
        return wording.say(
            Text.TARIFF_OUT_OF_RANGE,
            title=wording.title(product.title),
            what=wording.of(wanted.title),
            low=_shown(low, wanted, wording),
            high=_shown(high, wanted, wording).rstrip("."),  # the sentence ends behind it
        )

    def answer(self, product: Product, given: Given, premium: Premium, wording: Wording) -> str:
        taken = "; ".join(
            f"{wording.of(wanted.title)}: {_shown(given[wanted.name], wanted, wording)}"
            for wanted in product.inputs
        )
        sizes = (
            f"{as_number(size)} ({wording.of(factor.title)})" for factor, size in premium.steps if size != 1
        )
        text = wording.say(
            Text.TARIFF_ANSWER,
            title=wording.title(product.title),
            total=as_money(premium.total),
            formula=" × ".join((_base_of(product, given, wording), *sizes)).rstrip("."),
            taken=taken.rstrip("."),
        )
        minimum = ""
        if premium.is_minimum:
            minimum = wording.say(Text.TARIFF_MINIMUM, minimum=as_money(product.minimum))
        return "\n".join(filter(None, (text, minimum, wording.note(product.note))))

    def comparison(
        self,
        product: Product,
        varied: str,
        cases: Sequence[Given],
        premiums: Sequence[Premium],
        wording: Wording,
    ) -> str:
        """The premium of each case, what lies between the least and the most, and what all have in common."""
        inputs = {wanted.name: wanted for wanted in product.inputs}
        names = [_shown(case[varied], inputs[varied], wording) for case in cases]
        totals = [premium.total for premium in premiums]
        lines = [
            wording.say(Text.TARIFF_CASE, case=name, total=as_money(total))
            for name, total in zip(names, totals, strict=True)
        ]
        taken = "; ".join(
            f"{wording.of(wanted.title)}: {_shown(cases[0][wanted.name], wanted, wording)}"
            for wanted in product.inputs
            if wanted.name != varied
        )
        text = wording.say(
            Text.TARIFF_COMPARED,
            title=wording.title(product.title),
            what=wording.of(inputs[varied].title),
            cases="\n".join(lines),
            verdict=_verdict(names, totals, wording),
            taken=taken.rstrip("."),
        )
        return "\n".join(filter(None, (text, wording.note(product.note))))

    def proportion(
        self, product: Product, varied: str, cases: Sequence[Given], sizes: Sequence[float], wording: Wording
    ) -> str:
        """How the premiums of the cases are to each other, where the premium itself is not known yet."""
        wanted = next(wanted for wanted in product.inputs if wanted.name == varied)
        names = [_shown(case[varied], wanted, wording) for case in cases]
        lines = [
            wording.say(Text.TARIFF_SHARE, case=name, size=as_number(size), percent=as_number(100 * size))
            for name, size in zip(names, sizes, strict=True)
        ]
        least, most = min(sizes), max(sizes)
        verdict = wording.say(Text.TARIFF_SAME_PRICE)
        if least < most:
            cheapest = names[sizes.index(least)]
            percent = as_number(percent_between(sizes))
            verdict = wording.say(Text.TARIFF_CHEAPER_BY, case=cheapest, percent=percent)
        title, what = wording.title(product.title), wording.of(wanted.title)
        cases_told = "\n".join(lines)
        return wording.say(Text.TARIFF_SHARES, title=title, what=what, cases=cases_told, verdict=verdict)


def percent_between(sizes: Sequence[float]) -> float:
    """By how much the least is less than the most."""
    return round(100 * (1 - min(sizes) / max(sizes)), 1)


def _verdict(names: Sequence[str], totals: Sequence[float], wording: Wording) -> str:
    least, most = min(totals), max(totals)
    if least == most:
        return wording.say(Text.TARIFF_SAME_PRICE)
    cheapest = names[totals.index(least)]
    return wording.say(Text.TARIFF_CHEAPER, case=cheapest, difference=as_money(most - least))


def _base_of(product: Product, given: Given, wording: Wording) -> str:
    """How what the factors multiply comes about: «2 000 000 ₽ × 4,2 %»."""
    base = product.base
    inputs = {wanted.name: wanted for wanted in product.inputs}
    if base.amount is None:
        whole = _shown(given[base.of or ""], inputs[base.of or ""], wording)
        return f"{whole} × {as_number(base.percent or 0)} %"
    times = "" if base.times is None else f" × {_shown(given[base.times], inputs[base.times], wording)}"
    return as_money(base.amount) + times


def _shown(value: float | str, wanted: TariffInput, wording: Wording) -> str:
    if wanted.type is InputType.CHOICE:
        return wanted.translations.get(wording.language, {}).get(str(value), str(value))
    number = float(value)
    if wanted.type is InputType.MONEY:
        return as_money(number)
    unit = "" if wanted.unit is None else wording.of(wanted.unit)
    return f"{as_number(number)} {agreeing(unit, number)}".strip()
