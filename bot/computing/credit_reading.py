"""Reads what a question says of a loan: the price, what is borrowed, paid at once, how long, at what rate."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Self

from bot.computing.amounts import Amount, Numbers, shares, words
from bot.tenant.tariffs import Credit

YEAR_MONTHS = 12
_LEAST_MONEY = 10_000
_MILLION, _THOUSAND = 1_000_000, 1_000
_BETWEEN_SPANS = frozenset(("год", "месяц", "мес", "на", "for", "years", "year", "months", "лет"))
_LONGEST_YEARS = 30
"""«2024 года» is no span."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What is wanted of a loan; None is what is left open."""

    price: float | None = None
    loan: float | None = None
    down_payment: float | None = None
    down_percent: float | None = None
    months: int | None = None
    rate_percent: float | None = None

    @property
    def said(self) -> dict[str, float]:
        """What is not left open, by name."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    @property
    def is_whole(self) -> bool:
        """Whether it can be nothing but a loan: a price, a first payment and a time."""
        has_down = self.down_payment is not None or self.down_percent is not None
        return self.price is not None and has_down and self.months is not None

    @classmethod
    def of(cls, said: Mapping[str, float]) -> Self:
        months = said.get("months")
        return cls(**{**said, "months": None if months is None else int(months)})  # type: ignore[arg-type]

    def after(self, before: Mapping[str, float]) -> "Wanted":
        """What is said now goes before what was said earlier; one way of naming a thing drops the other."""
        kept = dict(before)
        for names in (("price", "loan"), ("down_payment", "down_percent")):
            if any(name in self.said for name in names):
                kept = {name: value for name, value in kept.items() if name not in names}
        return Wanted.of({**kept, **self.said})


def read_wanted(numbers: Numbers, credit: Credit, *, price: float | None = None) -> Wanted:
    """Everything that the question says of it. `price`: what was said before, for «а если взнос два?»."""
    spans = {amount.at: months for amount in numbers.amounts if (months := _months(amount)) is not None}
    spans = spans or _bare_span(numbers, credit)
    first = _first_payment(numbers, spans)
    rate = _rate(numbers, first)
    sums = [
        amount
        for amount in numbers.amounts
        if amount.at not in spans and amount != first and _is_money(amount)
    ]
    wanted = _with_bare_price(_bought(sums, has_first=first is not None), numbers, spans)
    wanted = replace(wanted, months=next(reversed(spans.values()), None), rate_percent=rate)
    if first is not None:
        wanted = _with_first_payment(wanted, first, price)
    elif wanted.down_payment is None:
        wanted = replace(wanted, down_percent=_share_left(numbers, rate))
    return _in_order(wanted)


def spans_compared(numbers: Numbers) -> list[int]:
    """The months of «на 3 года или на 5 лет», «36 и 60 месяцев»; nothing where one span is meant."""
    for earlier, later in pairwise(numbers.amounts):
        between = set(numbers.lemmas[earlier.end : later.at])
        is_joined = not between.isdisjoint(words("contrasting") | words("joining") - words("fillers"))
        last = _months(later)
        if (
            last is None
            or not is_joined
            or not between <= _BETWEEN_SPANS | words("contrasting") | words("joining")
        ):
            continue
        first = _months(earlier)
        if first is None and earlier.is_bare and between.isdisjoint(("год", "месяц")):
            first = int(earlier.value * last / later.value)
        return sorted({first, last}) if first is not None else []
    return []


def _months(amount: Amount) -> int | None:
    if amount.sign or amount.is_scaled:
        return None
    if amount.unit == "месяц":
        return int(amount.value)
    if amount.unit == "год" and amount.value <= _LONGEST_YEARS:
        return int(amount.value * YEAR_MONTHS)
    return None


def _bare_span(numbers: Numbers, credit: Credit) -> dict[int, int]:
    """«Срок 36» are months, «срок 5» are years."""
    found = numbers.belonging_to(
        words("term"), lambda amount: amount.is_bare and amount.value <= credit.months.maximum
    )
    return {
        amount.at: int(amount.value if amount.value >= credit.months.minimum else amount.value * YEAR_MONTHS)
        for amount in found[:1]
    }


def _first_payment(numbers: Numbers, spans: Collection[int]) -> Amount | None:
    if _has_none_paid_at_once(numbers) or _part_paid_at_once(numbers) is not None:
        return None
    found = numbers.belonging_to(words("down_payment"), lambda amount: amount.at not in spans)
    return next(iter(found), None)


def _rate(numbers: Numbers, first: Amount | None) -> float | None:
    """«Под 12 %», «12 % годовых», but not the first payment of «взнос 30 %, какая ставка?»."""
    found = numbers.belonging_to(words("rate"), lambda amount: amount.is_share and amount != first)
    return next((amount.value for amount in found), None)


def _bought(sums: Sequence[Amount], *, has_first: bool) -> Wanted:
    """The first sum is borrowed or is the price; of two that nothing is said of, the less is paid at once."""
    if not sums:
        return Wanted()
    if len(sums) > 1 and not has_first:
        less, more = sorted(amount.value for amount in sums[:2])
        return Wanted(price=more, down_payment=less)
    value = sums[0].value
    return Wanted(loan=value) if _is_loan(sums[0]) else Wanted(price=value)


def _with_bare_price(wanted: Wanted, numbers: Numbers, spans: Collection[int]) -> Wanted:
    """«Есть 2 млн, машина стоит 5»: what is told in millions is then paid at once."""
    found = numbers.belonging_to(
        words("bare_price"), lambda amount: amount.is_bare and amount.value < 100 and amount.at not in spans
    )
    price = found[0].value * _MILLION if found and not found[0].after else 0.0
    is_less = wanted.price is not None and wanted.down_payment is None and _MILLION <= wanted.price < price
    return replace(wanted, price=price, down_payment=wanted.price) if is_less else wanted


def _with_first_payment(wanted: Wanted, first: Amount, price: float | None) -> Wanted:
    if first.is_share:
        return replace(wanted, down_percent=first.value)
    if not _is_money(first):
        return _with_bare_payment(wanted, first.value, wanted.price or wanted.loan or price)
    return replace(wanted, down_payment=first.value)


def _with_bare_payment(wanted: Wanted, value: float, price: float | None) -> Wanted:
    """«Взнос 2» of six million are two million, «взнос 20» are percent."""
    whole = price or 0.0
    if value * _MILLION < whole:
        return replace(wanted, down_payment=value * _MILLION)
    if value <= 100:
        return replace(wanted, down_percent=value)
    return replace(wanted, down_payment=value * _THOUSAND) if value * _THOUSAND < whole else wanted


def _in_order(wanted: Wanted) -> Wanted:
    """With a first payment it is a price that was named, and the greater of two sums."""
    has_down = wanted.down_payment is not None or wanted.down_percent is not None
    if has_down and wanted.loan is not None:
        wanted = replace(wanted, price=wanted.loan if wanted.price is None else wanted.price, loan=None)
    if wanted.price is not None and wanted.down_payment is not None and wanted.down_payment > wanted.price:
        return replace(wanted, price=wanted.down_payment, down_payment=wanted.price)
    return wanted


def _share_left(numbers: Numbers, rate: float | None) -> float | None:
    """«Без взноса», «половину сразу», or a percent that is not the rate."""
    if _has_none_paid_at_once(numbers):
        return 0.0
    part = _part_paid_at_once(numbers)
    if part is not None:
        return part
    percents = [amount.value for amount in numbers.amounts if amount.is_share]
    return next((percent for percent in percents if percent != rate), None)


def _part_paid_at_once(numbers: Numbers) -> float | None:
    """«Половину сразу», in percent."""
    parts = shares("parts")
    near = (
        (lemma, *numbers.lemmas[max(0, at - 2) : at], *numbers.lemmas[at + 1 : at + 3])
        for at, lemma in enumerate(numbers.lemmas)
        if lemma in words("down_payment")
    )
    return next((parts[word] for around in near for word in around if word in parts), None)


def _has_none_paid_at_once(numbers: Numbers) -> bool:
    return any(map(numbers.names, words("no_down_payment")))


def _is_money(amount: Amount) -> bool:
    return not amount.is_share and (not amount.is_bare or amount.value >= _LEAST_MONEY)


def _is_loan(amount: Amount) -> bool:
    before = tuple(reversed(amount.before))
    phrases = (tuple(phrase.split()) for phrase in words("loan"))
    return any(before[-len(phrase) :] == phrase for phrase in phrases)
