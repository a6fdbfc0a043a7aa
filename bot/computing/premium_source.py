"""Premiums as a source of truth: which product is meant, whether a sum is wanted, what to ask for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.computing.amounts import Numbers, lemmas_of, read_numbers, words
from bot.computing.premium import Given, compute_premium, missing_input, out_of_range, with_defaults
from bot.computing.premium_answer import PremiumAnswers
from bot.computing.premium_reading import read_inputs
from bot.computing.wording import Wording
from bot.findings import Finding, FindingKind, Inquiry
from bot.language.lemmas import Lemmatiser
from bot.tenant.tariffs import Product, TariffInput
from bot.texts.catalogue import Text, Texts

_ASKS_BACK = 0.75
"""How sure a computation is at most that lacks a number: a text that answers the whole question is better."""
_GOES_ON = 0.95
"""The same where something was given already."""
_LEAST = 0.6
_NOTHING_NEW = 0.5
_UNREAD_WEIGHT = 0.15


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """A question as it was read. `given` is what was said now and before, without defaults."""

    product: Product
    given: Given
    unread: int
    is_new: bool
    """Whether it says anything that the answer before did not have."""


class PremiumSource:
    """Premiums of the products that have a tariff table. A follow-up keeps the product and what was said."""

    def __init__(
        self, products: Sequence[Product], texts: Texts, lexicon: Mapping[str, Sequence[str]]
    ) -> None:
        """`lexicon`: what people call things, for products that go by another name."""
        self._canonical = Lemmatiser(lexicon).canonical
        self._products = {product.name: product for product in products}
        self._answers = PremiumAnswers(texts)
        self._texts = texts
        self._known = {product.name: _spoken(product) for product in products}

    def find(self, inquiry: Inquiry) -> Finding | None:
        asked = self._read(inquiry)
        if asked is None:
            return None
        wording = Wording(self._texts, inquiry.language)
        given = with_defaults(asked.product, asked.given)
        if (wrong := out_of_range(asked.product, given)) is not None:
            return self._ask(asked, wrong, self._answers.out_of_range(asked.product, wrong, wording), wording)
        if (missing := missing_input(asked.product, given)) is not None:
            return self._ask(asked, missing, self._answers.question(asked.product, missing, wording), wording)
        premium = compute_premium(asked.product, given)
        text = self._answers.answer(asked.product, given, premium, wording)
        return Finding(
            kind=FindingKind.COMPUTED,
            text=text,
            facts=(text,),
            certainty=max(_LEAST, 1 - _UNREAD_WEIGHT * asked.unread) if asked.is_new else _NOTHING_NEW,
            sources=(_source(asked.product, wording),),
            focus=_focus(asked.product, asked.given),
            trace={"product": asked.product.name, "given": given, "total": premium.total},
        )

    def _read(self, inquiry: Inquiry) -> _Asked | None:
        """None when no sum of any product is asked for."""
        numbers = read_numbers(inquiry.text)
        before = inquiry.focus if inquiry.focus.get("what") == "premium" else self._asked_before(inquiry)
        product = self._named(numbers) or self._named(read_numbers(self._canonical(inquiry.text)))
        product = product or self._products.get(str(before.get("product", "")))
        if product is None:
            return None
        is_same = before.get("product") == product.name
        kept: Mapping[str, Any] = before.get("given", {}) if is_same else {}
        awaiting = str(before.get("awaiting", "")) if is_same else ""
        said = read_inputs(product, numbers, awaiting=awaiting, known=self._known[product.name])
        if not self._is_asked(product, numbers, said, is_same=is_same):
            return None
        return _Asked(
            product=product,
            given={**kept, **said},
            unread=len(self._unread(product, numbers)),
            is_new=bool(said) or not is_same,
        )

    def _asked_before(self, inquiry: Inquiry) -> Mapping[str, Any]:
        """The product whose price the message before asked for, where a text answered that."""
        if not inquiry.earlier or inquiry.focus:
            return {}
        numbers = read_numbers(inquiry.earlier[-1])
        product = self._named(numbers) if asks_for_price(numbers) else None
        if product is None:
            return {}
        given = read_inputs(product, numbers, known=self._known[product.name])
        missing = missing_input(product, given)
        return {**_focus(product, given), "awaiting": "" if missing is None else missing.name}

    def _named(self, numbers: Numbers) -> Product | None:
        """The product with the longest name in the question, else the one of which it says the most."""
        named = [
            (self._spoken_of(product, numbers), len(name), product)
            for product in self._products.values()
            for name in product.names
            if numbers.names(name)
        ]
        if named:
            return max(named, key=lambda found: found[:2])[2]
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
        if needed and needed <= said.keys():
            return True
        told = {name: value for name, value in said.items() if not needed or not isinstance(value, str)}
        return bool(told) and not self._unread(product, numbers)

    def _unread(self, product: Product, numbers: Numbers) -> list[str]:
        known = self._known[product.name] | words("read") | words("price") | words("apart") | words("aged")
        return [word for word in numbers.lemmas if not word[0].isdigit() and word not in known]

    def _ask(self, asked: _Asked, wanted: TariffInput, text: str, wording: Wording) -> Finding:
        """A question for one input, which is then the one that the next message is taken for."""
        kept = {name: value for name, value in asked.given.items() if name != wanted.name}
        return Finding(
            kind=FindingKind.COMPUTED,
            text=text,
            certainty=(_GOES_ON if kept else _ASKS_BACK) - _UNREAD_WEIGHT * asked.unread,
            sources=(_source(asked.product, wording),),
            focus={**_focus(asked.product, kept), "awaiting": wanted.name},
            trace={"product": asked.product.name, "given": kept, "awaiting": wanted.name},
            asks_back=True,
        )


def _source(product: Product, wording: Wording) -> str:
    return wording.say(Text.TARIFF_SOURCE, title=wording.title(product.title))


def _needed(product: Product) -> set[str]:
    return {wanted.name for wanted in product.inputs if wanted.required}


def asks_for_price(numbers: Numbers) -> bool:
    if numbers.has_any(words("price")) or any(map(numbers.names, words("price_phrases"))):
        return True
    return numbers.lemmas[-1:] == ("сколько",)


def _spoken(product: Product) -> frozenset[str]:
    """Every word by which the product and its inputs are spoken of."""
    names: Iterable[str] = (
        *product.names,
        *product.title.values(),
        *(name for wanted in product.inputs for name in _names_of(wanted)),
    )
    return frozenset(word for name in names for word in lemmas_of(name))


def _names_of(wanted: TariffInput) -> Iterable[str]:
    units = {} if wanted.unit is None else wanted.unit
    values = (name for value, others in wanted.values.items() for name in (value, *others))
    return (*wanted.title.values(), *units.values(), *wanted.names, *values)


def _focus(product: Product, given: Given) -> dict[str, Any]:
    return {
        "source": FindingKind.COMPUTED.value,
        "what": "premium",
        "product": product.name,
        "given": dict(given),
    }
