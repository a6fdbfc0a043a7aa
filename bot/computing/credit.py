"""Instalments of a loan."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeGuard

from bot.computing.amounts import Numbers, lemmas_of, read_numbers, words
from bot.computing.credit_reading import YEAR_MONTHS, Wanted, read_wanted, spans_compared
from bot.computing.wording import Wording, as_money, as_number
from bot.findings import Finding, FindingKind, Inquiry
from bot.tenant.tariffs import Credit
from bot.texts.catalogue import Text, Texts

_MARK = 3
"""Shorter words are names of cars, or little ones."""
_UNSURE = 0.9
_ASKS_BACK = 0.7


@dataclass(frozen=True, kw_only=True, slots=True)
class Loan:
    """A loan repaid in equal monthly instalments. `price` is None when only the loan itself was named."""

    price: float | None
    down_payment: float
    amount: float
    months: int
    rate_percent: float
    payment: float

    @property
    def total(self) -> float:
        return self.payment * self.months

    @property
    def overpaid(self) -> float:
        return self.total - self.amount

    @property
    def down_payment_percent(self) -> float:
        return round(self.down_payment / self.price * 100, 1) if self.price else 0.0

    @property
    def figures(self) -> dict[str, float]:
        """Every figure that is told, for the log."""
        return {
            "payment": self.payment,
            "loan": self.amount,
            "down_payment": self.down_payment,
            "down_payment_percent": self.down_payment_percent,
            "rate_percent": self.rate_percent,
            "months": self.months,
            "total": self.total,
            "overpaid": self.overpaid,
        }


def annuity(amount: float, months: int, rate_percent: float) -> float:
    """The instalment A·i / (1 - (1 + i)^-n) to the whole rouble, where i is the monthly rate."""
    monthly = rate_percent / 100 / YEAR_MONTHS
    if monthly == 0:
        return float(round(amount / months))
    return float(round(amount * monthly / (1 - (1 + monthly) ** -months)))


class CreditSource:
    """Computes the instalment when a question about credit names a sum. A follow-up keeps the rest."""

    def __init__(self, credit: Credit, texts: Texts) -> None:
        self._credit = credit
        self._texts = texts
        self._names = (*credit.names, *words("credit_names"))
        said = chain.from_iterable(map(lemmas_of, (*self._names, *words("each_month"))))
        kinds = ("read", "loan", "shown", "down_payment", "rate")
        self._read = frozenset().union(said, *map(words, kinds))

    def find(self, inquiry: Inquiry) -> Finding | None:
        numbers = read_numbers(inquiry.text)
        if _names_what_is_paid(numbers):
            return None
        is_going_on = inquiry.focus.get("what") == "credit"
        before = inquiry.focus.get("wanted", {}) if is_going_on else {}
        said = read_wanted(numbers, self._credit, price=before.get("price"))
        is_named = any(map(numbers.names, self._names))
        is_sure = is_named or said.is_whole
        if not (is_sure or (is_going_on and said.said)) or self._asks_more(numbers, said):
            return None
        wanted = _with_shown_price(said.after(before), inquiry, is_named=is_named)
        if wanted.price is None and wanted.loan is None:
            return self._ask(inquiry, wanted) if said.said or numbers.has_any(words("compute")) else None
        return self._computed(inquiry, wanted, numbers, certainty=1.0 if is_sure else _UNSURE)

    def _computed(self, inquiry: Inquiry, wanted: Wanted, numbers: Numbers, *, certainty: float) -> Finding:
        return self._of_spans(inquiry, wanted, numbers) or self._found(inquiry, wanted, certainty=certainty)

    def _asks_more(self, numbers: Numbers, said: Wanted) -> bool:
        """Whether it wants to know something else of credits: «какие документы нужны для кредита?»."""
        if said.said or numbers.has_any(words("price") | words("compute")):
            return False
        return any(len(word) > _MARK and word.isalpha() for word in set(numbers.lemmas) - self._read)

    def _of_spans(self, inquiry: Inquiry, wanted: Wanted, numbers: Numbers) -> Finding | None:
        """The same loan over several spans, if the question names them."""
        compared = [replace(wanted, months=months) for months in spans_compared(numbers)]
        if len(compared) < 2 or any(self._fault(one, self._wording(inquiry)) for one in compared):
            return None
        return self._compared(inquiry, compared)

    def _found(self, inquiry: Inquiry, wanted: Wanted, *, certainty: float) -> Finding:
        wording = self._wording(inquiry)
        fault = self._fault(wanted, wording)
        loan = self._loan(wanted) if not fault else None
        text = fault if loan is None else self._answer(loan, wanted, wording)
        return Finding(
            kind=FindingKind.COMPUTED,
            text=text,
            facts=(text,),
            certainty=certainty,
            sources=(wording.say(Text.CREDIT_SOURCE),),
            focus=_focus(wanted),
            trace={"credit": wanted.said, "result": loan.figures if loan is not None else {}},
            asks_back=bool(fault),
        )

    def _compared(self, inquiry: Inquiry, compared: Sequence[Wanted]) -> Finding:
        """The instalments for several terms, side by side."""
        wording = self._wording(inquiry)
        loans = [self._loan(wanted) for wanted in compared]
        first = loans[0]
        told = wording.say(
            Text.CREDIT_COMPARED,
            cases="\n".join(_case(loan, wording) for loan in loans),
            bought="" if first.price is None else self._bought(first, first.price, wording),
            loan=as_money(first.amount),
        )
        text = "\n".join(filter(None, (told, wording.note(self._credit.note))))
        return Finding(
            kind=FindingKind.COMPUTED,
            text=text,
            facts=(text,),
            certainty=1.0,
            sources=(wording.say(Text.CREDIT_SOURCE),),
            focus=_focus(compared[-1]),
            trace={"credit": compared[0].said, "results": [loan.figures for loan in loans]},
        )

    def _wording(self, inquiry: Inquiry) -> Wording:
        return Wording(self._texts, inquiry.language)

    def _ask(self, inquiry: Inquiry, wanted: Wanted) -> Finding:
        wording = self._wording(inquiry)
        return Finding(
            kind=FindingKind.COMPUTED,
            text=wording.say(Text.CREDIT_ASK),
            certainty=_ASKS_BACK,
            sources=(wording.say(Text.CREDIT_SOURCE),),
            focus=_focus(wanted),
            asks_back=True,
        )

    def _fault(self, wanted: Wanted, wording: Wording) -> str:
        """Why these terms cannot be had, or ""."""
        months, share = self._credit.months, self._credit.down_payment_percent
        if wanted.months is not None and not months.minimum <= wanted.months <= months.maximum:
            return wording.say(
                Text.CREDIT_MONTHS, low=as_number(months.minimum), high=as_number(months.maximum)
            )
        if wanted.price is None:
            return ""
        percent = self._down_payment(wanted, wanted.price) / wanted.price * 100
        if not share.minimum <= percent <= share.maximum:
            return wording.say(
                Text.CREDIT_DOWN_PAYMENT,
                low=as_number(share.minimum),
                high=as_number(share.maximum),
                least=as_money(wanted.price * share.minimum / 100),
            )
        return ""

    def _down_payment(self, wanted: Wanted, price: float) -> float:
        if wanted.down_payment is not None:
            return wanted.down_payment
        percent = wanted.down_percent
        return price * (self._credit.down_payment_percent.default if percent is None else percent) / 100

    def _loan(self, wanted: Wanted) -> Loan:
        months = int(self._credit.months.default) if wanted.months is None else wanted.months
        own_rate = self._own_rate(months)
        rate = own_rate if wanted.rate_percent is None else wanted.rate_percent
        down = 0.0 if wanted.price is None else self._down_payment(wanted, wanted.price)
        amount = wanted.loan if wanted.price is None else wanted.price - down
        assert amount is not None
        return Loan(
            price=wanted.price,
            down_payment=down,
            amount=amount,
            months=months,
            rate_percent=rate,
            payment=annuity(amount, months, rate),
        )

    def _own_rate(self, months: int) -> float:
        rate = self._credit.rate_for(months)
        assert rate is not None, "the tariffs' reader has checked that every month has a rate"
        return rate

    def _bought(self, loan: Loan, price: float, wording: Wording) -> str:
        return wording.say(
            Text.CREDIT_BOUGHT,
            price=as_money(price),
            down=as_money(loan.down_payment),
            percent=as_number(loan.down_payment_percent),
        )

    def _answer(self, loan: Loan, wanted: Wanted, wording: Wording) -> str:
        bought = ""
        if loan.price is not None:
            bought = self._bought(loan, loan.price, wording)
        text = wording.say(
            Text.CREDIT_ANSWER,
            payment=as_money(loan.payment),
            months=wording.texts.months(loan.months, wording.language),
            count=loan.months,
            rate=as_number(loan.rate_percent),
            bought=bought,
            loan=as_money(loan.amount),
            total=as_money(loan.total),
            overpaid=as_money(loan.overpaid),
        )
        own_rate = self._own_rate(loan.months)
        other_rate = ""
        if wanted.rate_percent not in (None, own_rate):
            other_rate = wording.say(Text.CREDIT_OTHER_RATE, rate=as_number(own_rate))
        return "\n".join(filter(None, (text, other_rate, wording.note(self._credit.note))))


def _case(loan: Loan, wording: Wording) -> str:
    return wording.say(
        Text.CREDIT_CASE,
        months=wording.texts.months(loan.months, wording.language),
        payment=as_money(loan.payment),
        rate=as_number(loan.rate_percent),
        overpaid=as_money(loan.overpaid),
    )


def _names_what_is_paid(numbers: Numbers) -> bool:
    """«Могу платить 100 тысяч в месяц» names what an instalment may be, and no price."""
    phrases = [tuple(phrase.split()) for phrase in words("each_month")]
    paid = [amount for amount in numbers.amounts if words("paying").intersection(amount.before)]
    behind = [numbers.lemmas[amount.end : amount.end + 2] for amount in paid]
    return any(after[: len(phrase)] == phrase for after in behind for phrase in phrases)


def _with_shown_price(wanted: Wanted, inquiry: Inquiry, *, is_named: bool) -> Wanted:
    """The price of what was just shown: «а в кредит?»."""
    price = inquiry.focus.get("price")
    is_open = wanted.price is None and wanted.loan is None
    return replace(wanted, price=float(price)) if is_open and is_named and _is_number(price) else wanted


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float)


def _focus(wanted: Wanted) -> dict[str, object]:
    return {"source": FindingKind.COMPUTED.value, "what": "credit", "wanted": wanted.said}
