"""Premiums as a source of truth: which product is meant, whether a sum is wanted, what to ask for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.computing.amounts import Numbers, read_numbers
from bot.computing.premium import (
    Given,
    compute_premium,
    missing_input,
    out_of_range,
    sizes_of,
    with_defaults,
)
from bot.computing.premium_answer import PremiumAnswers, percent_between
from bot.computing.premium_asking import Asking, asks_for_price
from bot.computing.premium_reading import read_inputs
from bot.computing.premium_units import in_same_units, longer_units
from bot.computing.premium_variants import Variants, cases_of, read_variants
from bot.computing.wording import Wording
from bot.findings import Finding, FindingKind, Inquiry
from bot.tenant.tariffs import Product, TariffInput
from bot.texts.catalogue import Text, Texts

_ASKS_BACK = 0.75
"""How sure a computation is at most that lacks a number: a text that answers the whole question is better."""
_GOES_ON = 0.95
"""The same where something was given already."""
_IN_PROPORTION = 0.75
_LEAST = 0.6
_NOTHING_NEW = 0.5
_UNREAD_WEIGHT = 0.15


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """A question as it was read. `given` is what was said now and before, without defaults."""

    product: Product
    given: Given
    variants: Variants
    units: Mapping[str, float]
    """Of what was told in weeks, how long one of them is in the unit of the tariff."""
    unread: int
    is_new: bool
    """Whether it says anything that the answer before did not have."""


class PremiumSource:
    """Premiums of the products that have a tariff table. A follow-up keeps the product and what was said."""

    def __init__(
        self, products: Sequence[Product], texts: Texts, lexicon: Mapping[str, Sequence[str]]
    ) -> None:
        """`lexicon`: what people call things, for products that go by another name."""
        self._asking = Asking(products, lexicon)
        self._products = {product.name: product for product in products}
        self._answers = PremiumAnswers(texts)
        self._texts = texts

    def find(self, inquiry: Inquiry) -> Finding | None:
        asked = self._read(inquiry)
        if asked is None:
            return None
        wording = Wording(self._texts, inquiry.language)
        product = asked.product
        given = with_defaults(product, asked.given)
        cases = cases_of(given, asked.variants) if asked.variants else [given]
        for case in cases:
            if (wrong := out_of_range(product, case)) is not None:
                return self._ask(asked, wrong, self._answers.out_of_range(product, wrong, wording), wording)
        if (missing := missing_input(product, given)) is not None:
            if asked.variants and (sizes := sizes_of(product, next(iter(asked.variants)), cases)):
                return self._in_proportion(asked, missing, cases, sizes, wording)
            return self._ask(asked, missing, self._answers.question(product, missing, wording), wording)
        return self._computed(asked, cases, wording)

    def _in_proportion(
        self,
        asked: _Asked,
        missing: TariffInput,
        cases: Sequence[Given],
        sizes: Sequence[float],
        wording: Wording,
    ) -> Finding:
        """What can be said of a comparison without the sums, and the question for what they take."""
        product, varied = asked.product, next(iter(asked.variants))
        told = self._answers.proportion(product, varied, cases, sizes, wording)
        text = f"{told}\n\n{self._answers.question(product, missing, wording)}"
        finding = self._ask(asked, missing, text, wording)
        told_figures = {"sizes": list(sizes), "percents": [100 * size for size in sizes]}
        trace = {**finding.trace, **told_figures, "difference_percent": percent_between(sizes)}
        return replace(finding, facts=(text,), trace=trace, certainty=min(finding.certainty, _IN_PROPORTION))

    def _computed(self, asked: _Asked, cases: Sequence[Given], wording: Wording) -> Finding:
        product = asked.product
        premiums = [compute_premium(product, case) for case in cases]
        if asked.variants:
            varied = next(iter(asked.variants))
            text = self._answers.comparison(product, varied, cases, premiums, wording)
        else:
            text = self._answers.answer(product, cases[0], premiums[0], wording)
        totals = [premium.total for premium in premiums]
        compared = {"totals": totals, "difference": max(totals) - min(totals)} if asked.variants else {}
        return Finding(
            kind=FindingKind.COMPUTED,
            text=text,
            facts=(text,),
            certainty=max(_LEAST, 1 - _UNREAD_WEIGHT * asked.unread) if asked.is_new else _NOTHING_NEW,
            sources=(_source(product, wording),),
            focus=_focus(asked, asked.given),
            trace={"product": product.name, "given": cases[0], "total": totals[0], **compared},
        )

    def _read(self, inquiry: Inquiry) -> _Asked | None:
        """None when no sum of any product is asked for."""
        numbers = read_numbers(inquiry.text)
        before = inquiry.focus if inquiry.focus.get("what") == "premium" else self._asked_before(inquiry)
        product = self._asking.product(inquiry.text, numbers)
        product = product or self._products.get(str(before.get("product", "")))
        if product is None:
            return None
        is_same = before.get("product") == product.name
        kept: Mapping[str, Any] = before.get("given", {}) if is_same else {}
        awaiting = (str(before.get("awaiting", "")) or _corrected(numbers, kept)) if is_same else ""
        known = self._asking.known(product)
        said = read_inputs(product, numbers, awaiting=awaiting, known=known, kept=kept.keys() - {awaiting})
        variants = read_variants(product, numbers, said, kept)
        if not self._asking.is_asked(product, numbers, said, is_same=is_same, is_compared=bool(variants)):
            return None
        units = before.get("units", {}) if is_same else {}
        said |= in_same_units(numbers, said, units)
        return _Asked(
            product=product,
            given={**kept, **said},
            variants=variants or _left(before, said, is_same=is_same),
            units={**units, **longer_units(numbers, said)},
            unread=len(self._asking.unread(product, numbers)),
            is_new=bool(said) or not is_same,
        )

    def _asked_before(self, inquiry: Inquiry) -> Mapping[str, Any]:
        """The product whose price the message before asked for, where a text answered that."""
        if not inquiry.earlier or inquiry.focus:
            return {}
        numbers = read_numbers(inquiry.earlier[-1])
        product = self._asking.named(numbers)
        if product is None:
            return {}
        given = read_inputs(product, numbers, known=self._asking.known(product))
        if not asks_for_price(numbers, given):
            return {}
        missing = missing_input(product, given)
        return {"product": product.name, "given": given, "awaiting": "" if missing is None else missing.name}

    def _ask(self, asked: _Asked, wanted: TariffInput, text: str, wording: Wording) -> Finding:
        """A question for one input, which is then the one that the next message is taken for."""
        kept = {name: value for name, value in asked.given.items() if name != wanted.name}
        return Finding(
            kind=FindingKind.COMPUTED,
            text=text,
            certainty=(_GOES_ON if kept else _ASKS_BACK) - _UNREAD_WEIGHT * asked.unread,
            sources=(_source(asked.product, wording),),
            focus={**_focus(asked, kept), "awaiting": wanted.name},
            trace={"product": asked.product.name, "given": kept, "awaiting": wanted.name},
            asks_back=True,
        )


def _source(product: Product, wording: Wording) -> str:
    return wording.say(Text.TARIFF_SOURCE, title=wording.title(product.title))


def _corrected(numbers: Numbers, kept: Mapping[str, Any]) -> str:
    """«Не 22, а 32»: the input that had the number which is denied."""
    denied = {amount.value for amount in numbers.amounts if amount.is_denied}
    return next((name for name, value in kept.items() if value in denied), "")


def _left(before: Mapping[str, Any], said: Given, *, is_same: bool) -> Variants:
    """What was compared before, unless one of it is chosen now."""
    variants: Mapping[str, Any] = before.get("variants", {}) if is_same else {}
    return {name: tuple(values) for name, values in variants.items() if name not in said}


def _focus(asked: _Asked, given: Given) -> dict[str, Any]:
    beside = {
        "variants": {name: list(values) for name, values in asked.variants.items()},
        "units": dict(asked.units),
    }
    return {
        "source": FindingKind.COMPUTED.value,
        "what": "premium",
        "product": asked.product.name,
        "given": dict(given),
        **{name: said for name, said in beside.items() if said},
    }
