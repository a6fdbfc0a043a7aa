"""Of which product's price a question speaks, and whether it asks for a sum."""

from collections.abc import Iterable, Mapping, Sequence

from bot.computing.amounts import Numbers, lemmas_of, read_numbers, words
from bot.computing.premium import Given
from bot.computing.premium_reading import read_inputs
from bot.language.lemmas import Lemmatiser
from bot.tenant.tariffs import Product, TariffInput

_SAID_BESIDE = 1
"""So many words that nobody knows may stand in a message that goes on or that names no product."""
_SAID_GOING_ON = 2
"""... in one that begins like «а если»."""
_READ = (
    "read",
    "price",
    "apart",
    "aged",
    "comparing",
    "contrasting",
    "denying",
    "removing",
    "wanting",
    "sharing",
)


class Asking:
    """Reads questions for the products of one tenant."""

    def __init__(self, products: Sequence[Product], lexicon: Mapping[str, Sequence[str]]) -> None:
        """`lexicon`: what people call things, for products that go by another name."""
        self._canonical = Lemmatiser(lexicon).canonical
        self._products = {product.name: product for product in products}
        self._known = {product.name: _spoken(product) for product in products}

    def known(self, product: Product) -> frozenset[str]:
        """Every word by which the product and its inputs are spoken of."""
        return self._known[product.name]

    def product(self, text: str, numbers: Numbers) -> Product | None:
        """The product that is named, or of which nothing but the price can be asked."""
        return self.named(numbers) or self.named(read_numbers(self._canonical(text))) or self._told(numbers)

    def named(self, numbers: Numbers) -> Product | None:
        """The product of which the question speaks most, by the longest name."""
        named = [
            (self._spoken_of(product, numbers), len(name), product)
            for product in self._products.values()
            for name in product.names
            if numbers.names(name)
        ]
        return max(named, key=lambda found: found[:2])[2] if named else None

    def _told(self, numbers: Numbers) -> Product | None:
        """The one product of whose inputs the question says most, all that it needs or enough to go on."""
        told = {
            name: len(said)
            for name, product in self._products.items()
            if self._is_told(product, numbers, said := read_inputs(product, numbers))
        }
        most = [name for name, count in told.items() if count == max(told.values())]
        return self._products[most[0]] if len(most) == 1 else None

    def _is_told(self, product: Product, numbers: Numbers, said: Given) -> bool:
        needed = needed_of(product)
        if len(needed) < 2:
            return False
        if needed <= said.keys():
            return True
        # «Во Вьетнам, мне 29, почём страховка» can be nothing else.
        chosen = any(wanted.values and wanted.name in said for wanted in product.inputs if wanted.required)
        beside = len(self.unread(product, numbers))
        is_spoken_of = len(said) > 1 or self._spoken_of(product, numbers) > 1
        return chosen and is_spoken_of and beside <= _SAID_BESIDE and asks_for_price(numbers, said)

    def _spoken_of(self, product: Product, numbers: Numbers) -> int:
        """How many words of the question are the product's or its inputs'."""
        return len(self.known(product).intersection(numbers.lemmas) - words("read"))

    def is_asked(
        self, product: Product, numbers: Numbers, said: Given, *, is_same: bool, is_compared: bool
    ) -> bool:
        """Whether a sum is wanted: in so many words, by giving what it takes, or by going on.

        `is_compared`: the question has what «дешевле» and «дороже» may be of.
        """
        unread = len(self.unread(product, numbers))
        elsewhere = asks_otherwise(numbers)
        beside = _SAID_GOING_ON if numbers.lemmas[:1] in _GOING_ON else _SAID_BESIDE
        if is_same and said and unread <= beside and not elsewhere:
            return True
        is_of_prices = is_compared and numbers.says_any(words("comparing_prices") | words("sharing"))
        if is_of_prices or asks_for_price(numbers, said, strictly=elsewhere):
            return True
        if elsewhere:
            return False
        return _is_given(product, numbers, said, is_read=not unread)

    def unread(self, product: Product, numbers: Numbers) -> list[str]:
        """The words that say nothing of the product."""
        known = self.known(product).union(*map(words, _READ))
        return [word for word in numbers.lemmas if not word[0].isdigit() and word not in known]


_GOING_ON = (("а",), ("и",), ("тогда",), ("and",), ("what",))


def needed_of(product: Product) -> set[str]:
    return {wanted.name for wanted in product.inputs if wanted.required}


def asks_for_price(numbers: Numbers, said: Given, *, strictly: bool = False) -> bool:
    """`strictly`: «машина стоит 2 млн» names a price and asks for none."""
    for at, lemma in enumerate(numbers.lemmas):
        following = numbers.lemmas[at + 1 : at + 2]
        is_told = strictly and any(word[0].isdigit() for word in following)
        if lemma in words("price") and following != ("ли",) and not is_told:
            return True
    if strictly:
        return False
    if any(map(numbers.names, words("price_phrases"))) or numbers.lemmas[-1:] == ("сколько",):
        return True
    return bool(said) and any(map(numbers.names, words("price_if_told")))


def asks_otherwise(numbers: Numbers) -> bool:
    """Whether something else than a sum is asked for: «куда звонить», «сколько ждать»."""
    return numbers.says_any(words("otherwise")) or any(map(numbers.names, words("otherwise_phrases")))


def _is_given(product: Product, numbers: Numbers, said: Given, *, is_read: bool) -> bool:
    """Whether what the sum takes is told, in whole, or in part and nothing else.

    `is_read`: all the words say something of the product.
    """
    needed = needed_of(product)
    if (needed and needed <= said.keys()) or _is_begun(numbers, needed & said.keys()):
        return True
    return is_read and any(not needed or not isinstance(value, str) for value in said.values())


def _is_begun(numbers: Numbers, told: set[str]) -> bool:
    """«Нужен полис дочке на 400 тысяч»: whoever gives a part of it and asks nothing else wants the sum."""
    is_question = any(map(numbers.names, words("asking"))) or "?" in numbers.plain
    return not is_question and bool(told) and (len(told) > 1 or numbers.has_any(words("wanting")))


def _spoken(product: Product) -> frozenset[str]:
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
