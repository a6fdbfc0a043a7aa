"""The computations as sources of truth: premiums by tariff, instalments, the difference in an exchange."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.computing.amounts import Numbers, lemmas_of, read_numbers, words
from bot.computing.credit import CreditSource
from bot.computing.premium import (
    Given,
    Premium,
    compute_premium,
    missing_input,
    out_of_range,
    read_inputs,
    with_defaults,
)
from bot.computing.trade_in import TradeInSource
from bot.computing.wording import Wording, agreeing, as_money, as_number
from bot.findings import Finding, FindingKind, Inquiry, Source
from bot.language.lemmas import Lemmatiser
from bot.tenant import Tenant
from bot.tenant.tariffs import InputType, Product, TariffInput
from bot.texts.catalogue import Text, Texts

_ASKS_BACK = 0.75
"""How sure a computation is at most that lacks a number: a text that answers the whole question is better."""
_GOES_ON = 0.95
"""The same where something was given already."""
_LEAST = 0.6


def computing_sources(tenant: Tenant, texts: Texts) -> tuple[Source, ...]:
    """Whatever of it the tenant has."""
    tariffs = tenant.tariffs
    if tariffs is None:
        return ()
    sources: list[Source] = []
    if tariffs.trade_in is not None:
        sources.append(TradeInSource(tariffs.trade_in, texts))
    if tariffs.credit is not None:
        sources.append(CreditSource(tariffs.credit, texts))
    if tariffs.products:
        sources.append(PremiumSource(tariffs.products, texts, tenant.lexicon))
    return tuple(sources)


class PremiumSource:
    """Premiums of the products that have a tariff table. A follow-up keeps the product and what was said."""

    def __init__(
        self, products: Sequence[Product], texts: Texts, lexicon: Mapping[str, Sequence[str]]
    ) -> None:
        """`lexicon`: what people call things, for products that go by another name."""
        self._canonical = Lemmatiser(lexicon).canonical
        self._products = {product.name: product for product in products}
        self._texts = texts
        self._known = {product.name: _spoken(product) for product in products}

    def find(self, inquiry: Inquiry) -> Finding | None:
        numbers = read_numbers(inquiry.text)
        before = inquiry.focus if inquiry.focus.get("what") == "premium" else {}
        product = self._named(numbers) or self._named(read_numbers(self._canonical(inquiry.text)))
        product = product or self._products.get(str(before.get("product", "")))
        if product is None:
            return None
        is_same = before.get("product") == product.name
        kept: Mapping[str, Any] = before.get("given", {}) if is_same else {}
        said = read_inputs(product, numbers, awaiting=str(before.get("awaiting", "")) if is_same else "")
        if not self._is_asked(product, numbers, said, is_same=is_same):
            return None
        given = with_defaults(product, {**kept, **said})
        wording = Wording(self._texts, inquiry.language)
        unread = len(self._unread(product, numbers))
        if (wrong := out_of_range(product, given)) is not None:
            return self._ask(product, wrong, {**kept, **said}, unread, wording, is_wrong=True)
        if (missing := missing_input(product, given)) is not None:
            return self._ask(product, missing, {**kept, **said}, unread, wording)
        premium = compute_premium(product, given)
        text = self._answer(product, given, premium, wording)
        return Finding(
            kind=FindingKind.COMPUTED,
            text=text,
            facts=(text,),
            certainty=max(_LEAST, 1 - 0.15 * unread)
            if product.name != before.get("product") or said
            else 0.5,
            sources=(wording.say(Text.TARIFF_SOURCE, title=wording.title(product.title)),),
            focus=_focus(product, {**kept, **said}),
            trace={"product": product.name, "given": dict(given), "total": premium.total},
        )

    def _named(self, numbers: Numbers) -> Product | None:
        """The product with the longest name in the question, else the one of which it says the most."""
        named = [
            (len(name), product)
            for product in self._products.values()
            for name in product.names
            if numbers.names(name)
        ]
        if named:
            return max(named, key=lambda pair: (self._spoken_of(pair[1], numbers), pair[0]))[1]
        told = {
            name: len(read)
            for name, product in self._products.items()
            if len(needed := _needed(product)) > 1 and needed <= set(read := read_inputs(product, numbers))
        }
        most = [name for name, count in told.items() if count == max(told.values())]
        return self._products[most[0]] if len(most) == 1 else None

    def _spoken_of(self, product: Product, numbers: Numbers) -> int:
        """How many words of the question are the product's or its inputs'."""
        return len(self._known[product.name].intersection(numbers.lemmas) - words("read"))

    def _is_asked(self, product: Product, numbers: Numbers, said: Given, *, is_same: bool) -> bool:
        """Whether a sum is wanted: in so many words, by giving what it takes, or by going on."""
        if is_same and said and len(self._unread(product, numbers)) <= 1:
            return True
        if asks_for_price(numbers):
            return True
        needed = _needed(product)
        if not needed:
            return bool(said) and not self._unread(product, numbers)
        return needed <= set(said)

    def _unread(self, product: Product, numbers: Numbers) -> list[str]:
        known = self._known[product.name] | words("read") | words("price") | words("apart")
        return [word for word in numbers.lemmas if not word[0].isdigit() and word not in known]

    def _ask(
        self,
        product: Product,
        wanted: TariffInput,
        given: Given,
        unread: int,
        wording: Wording,
        *,
        is_wrong: bool = False,
    ) -> Finding:
        low, high = wanted.range or (0, 0)
        if is_wrong:
            text = wording.say(
                Text.TARIFF_OUT_OF_RANGE,
                title=wording.title(product.title),
                what=wanted.title,
                low=_shown(low, wanted),
                high=_shown(high, wanted),
            )
        else:
            text = wording.say(Text.TARIFF_ASK, title=wording.title(product.title), ask=wanted.ask)
        kept = {name: value for name, value in given.items() if name != wanted.name}
        return Finding(
            kind=FindingKind.COMPUTED,
            text=text,
            certainty=(_GOES_ON if kept else _ASKS_BACK) - 0.15 * unread,
            sources=(wording.say(Text.TARIFF_SOURCE, title=wording.title(product.title)),),
            focus={**_focus(product, kept), "awaiting": wanted.name},
            trace={"product": product.name, "given": kept, "awaiting": wanted.name},
            asks_back=True,
        )

    def _answer(self, product: Product, given: Given, premium: Premium, wording: Wording) -> str:
        taken = "; ".join(
            f"{wanted.title}: {_shown(given[wanted.name], wanted)}" for wanted in product.inputs
        )
        sizes = [f"{as_number(size)} ({title})" for title, _, size in premium.steps if size != 1]
        text = wording.say(
            Text.TARIFF_ANSWER,
            title=wording.title(product.title),
            total=as_money(premium.total),
            formula=" × ".join((_base_of(product, given), *sizes)),
            taken=taken,
        )
        minimum = (
            wording.say(Text.TARIFF_MINIMUM, minimum=as_money(product.minimum)) if premium.is_minimum else ""
        )
        note = product.note if product.note != "-" else ""
        return "\n".join(filter(None, (text, minimum, note)))


def _needed(product: Product) -> set[str]:
    return {wanted.name for wanted in product.inputs if wanted.required}


def asks_for_price(numbers: Numbers) -> bool:
    if numbers.has_any(tuple(words("price"))) or any(map(numbers.names, words("price_phrases"))):
        return True
    return numbers.lemmas[-1:] == ("сколько",)


def _spoken(product: Product) -> frozenset[str]:
    """Every word by which the product and its inputs are spoken of."""
    names: Iterable[str] = (
        *product.names,
        *product.title.values(),
        *(name for wanted in product.inputs for name in (wanted.title, wanted.unit or "", *wanted.names)),
        *(
            name
            for wanted in product.inputs
            for value, others in wanted.values.items()
            for name in (value, *others)
        ),
    )
    return frozenset(word for name in names for word in lemmas_of(name))


def _base_of(product: Product, given: Given) -> str:
    """How what the factors multiply comes about: «2 000 000 ₽ × 4,2 %»."""
    base = product.base
    inputs = {wanted.name: wanted for wanted in product.inputs}
    if base.amount is None:
        whole = _shown(given[base.of or ""], inputs[base.of or ""])
        return f"{whole} × {as_number(base.percent or 0)} %"
    times = f" × {_shown(given[base.times], inputs[base.times])}" if base.times is not None else ""
    return as_money(base.amount) + times


def _focus(product: Product, given: Given) -> dict[str, Any]:
    return {
        "source": FindingKind.COMPUTED.value,
        "what": "premium",
        "product": product.name,
        "given": dict(given),
    }


def _shown(value: float | str, wanted: TariffInput) -> str:
    if wanted.type is InputType.CHOICE:
        return str(value)
    if wanted.type is InputType.MONEY:
        return as_money(float(value))
    number = float(value)
    unit = agreeing(wanted.unit, int(number)) if wanted.unit and number.is_integer() else wanted.unit
    return f"{as_number(number)} {unit or ''}".strip()
