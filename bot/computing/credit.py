"""Instalments of a loan."""

from dataclasses import dataclass

from bot.computing.amounts import Amount, Numbers, read_numbers, shares, words
from bot.computing.wording import Wording, as_money, as_number
from bot.findings import Finding, FindingKind, Inquiry
from bot.tenant.tariffs import Credit
from bot.texts.catalogue import Text, Texts

_YEAR_MONTHS = 12
_LEAST_MONEY = 10_000
_ASKS_BACK = 0.7
_LONGEST_YEARS = 30
"""«2024 года» is no span."""


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
    monthly = rate_percent / 100 / _YEAR_MONTHS
    if monthly == 0:
        return float(round(amount / months))
    return float(round(amount * monthly / (1 - (1 + monthly) ** -months)))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wanted:
    """What the question says of a loan; None is what it leaves open."""

    price: float | None = None
    loan: float | None = None
    down_payment: float | None = None
    down_percent: float | None = None
    months: int | None = None


class CreditSource:
    """Computes the instalment when a question about credit names a sum. A follow-up keeps the rest."""

    def __init__(self, credit: Credit, texts: Texts) -> None:
        self._credit = credit
        self._texts = texts

    def find(self, inquiry: Inquiry) -> Finding | None:
        numbers = read_numbers(inquiry.text)
        before = inquiry.focus.get("wanted", {}) if inquiry.focus.get("what") == "credit" else {}
        is_named = any(map(numbers.names, (*self._credit.names, *words("credit_names"))))
        said = _read(numbers)
        if not is_named and not (before and said != _Wanted()):
            return None
        wanted = _joined(said, before, _price_in(inquiry, is_named=is_named))
        if wanted.price is None and wanted.loan is None:
            return self._ask(inquiry, wanted) if said != _Wanted() else None
        wording = Wording(self._texts, inquiry.language)
        fault = self._fault(wanted, wording)
        loan = self._loan(wanted) if not fault else None
        text = fault if loan is None else self._answer(loan, wording)
        return Finding(
            kind=FindingKind.COMPUTED,
            text=text,
            facts=(text,),
            certainty=1.0 if is_named else 0.9,
            sources=(wording.say(Text.CREDIT_SOURCE),),
            focus=_focus(wanted),
            trace={"credit": _focus(wanted)["wanted"], "result": loan.figures if loan is not None else {}},
            asks_back=bool(fault),
        )

    def _ask(self, inquiry: Inquiry, wanted: _Wanted) -> Finding:
        wording = Wording(self._texts, inquiry.language)
        return Finding(
            kind=FindingKind.COMPUTED,
            text=wording.say(Text.CREDIT_ASK),
            certainty=_ASKS_BACK,
            sources=(wording.say(Text.CREDIT_SOURCE),),
            focus=_focus(wanted),
            asks_back=True,
        )

    def _fault(self, wanted: _Wanted, wording: Wording) -> str:
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

    def _down_payment(self, wanted: _Wanted, price: float) -> float:
        if wanted.down_payment is not None:
            return wanted.down_payment
        percent = wanted.down_percent
        return price * (self._credit.down_payment_percent.default if percent is None else percent) / 100

    def _loan(self, wanted: _Wanted) -> Loan:
        months = int(self._credit.months.default) if wanted.months is None else wanted.months
        rate = self._credit.rate_for(months)
        assert rate is not None, "the tariffs' reader has checked that every month has a rate"
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

    def _answer(self, loan: Loan, wording: Wording) -> str:
        bought = ""
        if loan.price is not None:
            bought = wording.say(
                Text.CREDIT_BOUGHT,
                price=as_money(loan.price),
                down=as_money(loan.down_payment),
                percent=as_number(loan.down_payment_percent),
            )
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
        note = self._credit.note if self._credit.note != "-" else ""
        return "\n".join(filter(None, (text, note)))


def _read(numbers: Numbers) -> _Wanted:
    price: float | None = None
    loan: float | None = None
    down: float | None = None
    percent: float | None = None
    months: int | None = None
    for amount in numbers.amounts:
        span = _months(amount)
        if span is not None:
            months = span
        elif amount.sign == "%" or amount.unit == "процент":
            percent = amount.value if _is_down_payment(amount) else percent
        elif not _is_money(amount):
            continue
        elif _is_down_payment(amount):
            down = amount.value
        elif _is_loan(amount):
            loan = amount.value
        elif price is None:
            price = amount.value
    if any(map(numbers.names, words("no_down_payment"))):
        percent = 0.0
    elif down is None and percent is None and numbers.has_any(tuple(words("down_payment"))):
        percent = next((share for part, share in shares("parts").items() if part in numbers.lemmas), None)
    if loan is not None and (down is not None or percent is not None):
        price, loan = loan if price is None else price, None
    return _Wanted(price=price, loan=loan, down_payment=down, down_percent=percent, months=months)


def _months(amount: Amount) -> int | None:
    if amount.sign or amount.is_scaled:
        return None
    if amount.unit == "месяц":
        return int(amount.value)
    if amount.unit == "год" and amount.value <= _LONGEST_YEARS:
        return int(amount.value * _YEAR_MONTHS)
    return None


def _is_money(amount: Amount) -> bool:
    return bool(amount.sign) or amount.is_scaled or amount.value >= _LEAST_MONEY


def _is_down_payment(amount: Amount) -> bool:
    """«взнос 2 млн» and «2 млн взнос», but not «цена 6 млн, взнос ...» for the first number."""
    own = words("down_payment")
    nearest = amount.before[:2]
    return bool(own & set(nearest)) or amount.unit in own


def _is_loan(amount: Amount) -> bool:
    before = tuple(reversed(amount.before))
    phrases = (tuple(phrase.split()) for phrase in words("loan"))
    return any(before[-len(phrase) :] == phrase for phrase in phrases)


def _joined(said: _Wanted, before: dict[str, float | None], price: float | None) -> _Wanted:
    """What is said now goes before what was said earlier; one way of naming a thing drops the other."""
    kept = dict(before)
    if said.price is not None or said.loan is not None:
        kept.pop("price", None)
        kept.pop("loan", None)
    if said.down_payment is not None or said.down_percent is not None:
        kept.pop("down_payment", None)
        kept.pop("down_percent", None)
    now = {name: value for name, value in _as_dict(said).items() if value is not None}
    merged = {**kept, **now}
    if merged.get("price") is None and merged.get("loan") is None and price is not None:
        merged["price"] = price
    months = merged.get("months")
    return _Wanted(**{**merged, "months": None if months is None else int(months)})  # type: ignore[arg-type]


def _price_in(inquiry: Inquiry, *, is_named: bool) -> float | None:
    """The price of what was just shown: «а в кредит?»."""
    price = inquiry.focus.get("price")
    return float(price) if is_named and isinstance(price, int | float) else None


def _as_dict(wanted: _Wanted) -> dict[str, float | None]:
    names = ("price", "loan", "down_payment", "down_percent", "months")
    return {name: getattr(wanted, name) for name in names}


def _focus(wanted: _Wanted) -> dict[str, object]:
    said = {name: value for name, value in _as_dict(wanted).items() if value is not None}
    return {"source": FindingKind.COMPUTED.value, "what": "credit", "wanted": said}
