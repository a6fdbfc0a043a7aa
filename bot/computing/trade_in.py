"""The difference to pay when an old item is given in exchange for a new one."""

from collections.abc import Mapping
from typing import Any

from bot.computing.amounts import Amount, Numbers, read_numbers, words
from bot.computing.wording import Wording, as_money
from bot.findings import Finding, FindingKind, Inquiry
from bot.tenant.tariffs import TradeIn
from bot.texts.catalogue import Text, Texts

_LEAST_MONEY = 50_000
_ASKS_BACK = 0.6


class TradeInSource:
    """Computes the difference when both prices are named, or the old one and what was just shown."""

    def __init__(self, terms: TradeIn, texts: Texts) -> None:
        self._terms = terms
        self._texts = texts

    def find(self, inquiry: Inquiry) -> Finding | None:
        numbers = read_numbers(inquiry.text)
        before = inquiry.focus if inquiry.focus.get("what") == "trade_in" else {}
        prices = [amount for amount in numbers.amounts if _is_money(amount)]
        is_named = any(map(numbers.names, (*self._terms.names, *words("trade_in_names"))))
        if not (is_named or (before and prices) or _is_told(numbers, prices)):
            return None
        found = _values(numbers, prices, inquiry.focus)
        if found is None:
            return self._ask(inquiry) if prices else None
        old, new = found
        wording = Wording(self._texts, inquiry.language)
        text = self._answer(old, new, wording)
        return Finding(
            kind=FindingKind.COMPUTED,
            text=text,
            facts=(text,),
            certainty=1.0,
            sources=(wording.say(Text.TRADE_IN_SOURCE),),
            focus={"source": FindingKind.COMPUTED.value, "what": "trade_in", "old": old, "new": new},
            trace={"old": old, "new": new, "difference": abs(new - old - self._terms.bonus)},
        )

    def _ask(self, inquiry: Inquiry) -> Finding:
        wording = Wording(self._texts, inquiry.language)
        return Finding(
            kind=FindingKind.COMPUTED,
            text=wording.say(Text.TRADE_IN_ASK),
            certainty=_ASKS_BACK,
            sources=(wording.say(Text.TRADE_IN_SOURCE),),
            asks_back=True,
        )

    def _answer(self, old: float, new: float, wording: Wording) -> str:
        difference = new - old - self._terms.bonus
        formula = f"{as_money(new)} − {as_money(old)}"
        if self._terms.bonus:
            formula += f" − {as_money(self._terms.bonus)}"
        text = Text.TRADE_IN_ANSWER if difference > 0 else Text.TRADE_IN_SURPLUS
        said = wording.say(text, difference=as_money(abs(difference)), formula=formula)
        return "\n".join(filter(None, (said, wording.note(self._terms.note))))


def _values(numbers: Numbers, prices: list[Amount], focus: Mapping[str, Any]) -> tuple[float, float] | None:
    """The old value and the new price, said now, said before, or just shown; None where one is open."""
    if len(prices) == 2:
        return _old_and_new(numbers, prices)
    if len(prices) != 1:
        return None
    value = prices[0].value
    before = focus if focus.get("what") == "trade_in" else {}
    if before and _leaning(numbers, prices[0]) < 0:
        return float(before["old"]), value
    shown = before.get("new", focus.get("price"))
    return (value, float(shown)) if isinstance(shown, int | float) else None


def _is_money(amount: Amount) -> bool:
    return amount.sign != "%" and (amount.is_scaled or bool(amount.sign) or amount.value >= _LEAST_MONEY)


def _old_and_new(numbers: Numbers, prices: list[Amount]) -> tuple[float, float]:
    """Which is which by the words around; the cheaper is the old one where they do not tell."""
    first, second = prices
    leanings = [_leaning(numbers, amount) for amount in prices]
    if leanings[0] == leanings[1]:
        low, high = sorted((first.value, second.value))
        return low, high
    return (first.value, second.value) if leanings[0] > leanings[1] else (second.value, first.value)


def _is_told(numbers: Numbers, prices: list[Amount]) -> bool:
    """«Мою оценили в 2 млн, новая стоит 6 млн» can be nothing but an exchange."""
    return sorted(_leaning(numbers, amount) for amount in prices) == [-1, 1]


def _leaning(numbers: Numbers, price: Amount) -> int:
    """1 towards the old item, -1 towards the new one, by the nearest telling word before the number.

    The number of a name, «новый E 200 за 8 млн», does not part them.
    """
    start = max(
        (other.end for other in numbers.amounts if other.at < price.at and _is_money(other)), default=0
    )
    for at in reversed(range(start, price.at)):
        if numbers.clauses[at] != numbers.clauses[price.at]:
            return 0
        if numbers.lemmas[at] in words("own"):
            return 1
        if numbers.lemmas[at] in words("new"):
            return -1
    return 0
