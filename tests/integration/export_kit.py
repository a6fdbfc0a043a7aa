"""More than five hundred pieces of personal data, made up, as people write them; and figures of nobody."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass

SEED = 20261122
_NAMES = (
    (
        "Козлова Марина",
        ("Козлова", "Козловой", "Козлову"),
        ("Марина", "Марине", "Мариной", "Марину", "марины"),
    ),
    ("Пётр Снегирёв", ("Снегирёв", "Снегирёву", "Снегирёва"), ("Пётр", "Петру", "Петром", "Петра", "петру")),
    (
        "Ольга Вяземская",
        ("Вяземская", "Вяземской", "Вяземскую"),
        ("Ольга", "Ольге", "Ольгой", "Ольгу", "ольги"),
    ),
    (
        "Тимур Ахметшин",
        ("Ахметшин", "Ахметшину", "Ахметшиным"),
        ("Тимур", "Тимуру", "Тимуром", "Тимура", "тимура"),
    ),
    ("Zhanna Belova", ("Белова", "Беловой", "Belova"), ("Жанна", "Жанне", "Zhanna", "Жанной", "жанну")),
)
_NAMED = (
    "Передайте {}, что машина нужна к пятнице",
    "{} обещали перезвонить, но никто не звонил",
    "Спросите у {} про резину",
    "это снова {} по поводу скидки",
)
_WORDS = ("ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять")


@dataclass(frozen=True, slots=True)
class Planted:
    """`secrets`: the parts of which none may be left."""

    kind: str
    text: str
    secrets: tuple[str, ...]


def owners() -> list[str]:
    """What those who speak are called in the database."""
    return [name for name, *_ in _NAMES]


def planted() -> list[Planted]:
    """Of every kind, the same each time."""
    chance = random.Random(SEED)
    kinds = (
        *((_phone, 140), (_email, 50), (_handle, 40), (_plate, 40), (_vin, 30), (_passport, 40)),
        *((_card, 30), (_address, 40), (_birth, 30), (_policy, 20), (_account, 20)),
    )
    pieces = [piece for make, count in kinds for piece in itertools.islice(make(chance), count)]
    return [*_declined(), *pieces]


def phone_spellings(phone: str) -> list[tuple[str, tuple[str, ...]]]:
    """A phone of ten digits in ways in which people write it, each with what would give it away."""
    a, b, c, d = phone[:3], phone[3:6], phone[6:8], phone[8:]
    words = " ".join(_WORDS[int(digit)] for digit in phone)
    mixed = " ".join((a, *(_WORDS[int(digit)] for digit in b), c, d))
    return [
        (f"+7 {a} {b}-{c}-{d}", (b, f"{c}-{d}")),
        (f"8({a}){b}{c}{d}", (b + c + d,)),
        (f"7{phone}", (phone,)),
        (phone, (phone,)),
        (f"8 {a} {b} {c} {d}", (f"{b} {c} {d}",)),
        (f"8.{a}.{b}.{c}.{d}", (f"{b}.{c}.{d}",)),
        (f"восемь {words}", (words[-30:],)),
        (f"8 {mixed}", (mixed[-20:],)),
        (f"8-{a[0]}-{a[1:]}-{b[:2]}-{b[2]}{c}-{d}", (f"{b[2]}{c}-{d}",)),
        (f"{a}*{b}*{c}*{d}", (f"{b}*{c}",)),
        (f"8 9{a[1:].replace('0', 'O')} {b.replace('0', 'O')} {c} {d}", (f"{c} {d}",)),
    ]


def harmless() -> list[tuple[str, str]]:
    """Sentences with a figure that must stay."""
    chance = random.Random(SEED)
    models = ("GLC 300", "E 220", "C 180", "GLE 450", "AMG GT 63", "S 500", "А 200")
    found: list[tuple[str, str]] = []
    for number in range(60):
        price = f"{chance.randint(3, 19)} {chance.randint(100, 999)} 000"
        year, model = str(2013 + number % 14), models[number % len(models)]
        found += [
            (f"Есть ли {model} до {price} рублей?", model),
            (f"Цена {price} ₽, торг уместен", price),
            (f"Нужна машина {year} года, пробег до {number + 10} 000 км", year),
            (
                f"Платёж {chance.randint(20, 90)} {chance.randint(100, 999)} ₽ на {12 + number} месяцев",
                str(12 + number),
            ),
            (f"Ставка {number % 20 + 3},9% и взнос {20 + number % 40}%", f"{number % 20 + 3},9%"),
            (f"Работаете {number % 28 + 1}.0{number % 9 + 1}.2026 с 9:00 до 21:00?", "9:00"),
        ]
    return found


def _declined() -> Iterator[Planted]:
    for (_, lasts, firsts), sentence in itertools.product(_NAMES, _NAMED):
        for first in firsts:
            last = lasts[len(first) % len(lasts)]
            yield Planted("name", sentence.format(first), (first,))
            if first[0].isupper():
                yield Planted("name", sentence.format(f"{first} {last}"), (first, last))


def _phone(chance: random.Random) -> Iterator[Planted]:
    while True:
        phone = f"9{chance.randint(10, 99)}{chance.randint(1_000_000, 9_999_999)}"
        for spelling, secrets in phone_spellings(phone):
            yield Planted("phone", f"звоните {spelling} после шести", secrets)


def _email(chance: random.Random) -> Iterator[Planted]:
    for number in itertools.count():
        name = chance.choice(("ivan.petrov", "marina", "p.snegirev", "office_77", "zhanna"))
        host = chance.choice(("mail.ru", "gmail.com", "yandex.ru", "firma-auto.рф"))
        user = f"{name}{number}"
        shapes = (f"{user}@{host}", f"{user} @ {host}", f"{user}(собака){host}", f"{user}[at]{host}")
        yield Planted("email", f"договор на {chance.choice(shapes)}, пожалуйста", (user,))


def _handle(chance: random.Random) -> Iterator[Planted]:
    for number in itertools.count():
        nick = f"{chance.choice(('petr', 'marina', 'tim', 'zhanna'))}_{number}x"
        shapes = (f"@{nick}", f"https://t.me/{nick}", f"vk.com/{nick}", f"телеграм {nick}")
        yield Planted("handle", f"пишите {chance.choice(shapes)} в любое время", (nick,))


def _plate(chance: random.Random) -> Iterator[Planted]:
    letters = "АВЕКМНОРСТУХ"
    while True:
        a, b, c = (chance.choice(letters) for _ in range(3))
        number, region = f"{chance.randint(101, 999)}", chance.choice(("77", "199", "50", "777"))
        shapes = (
            f"{a}{number}{b}{c}{region}",
            f"{a.lower()}{number}{b.lower()}{c.lower()}{region}",
            f"{a} {number} {b}{c} {region}",
            f"{a}{number}{b}{c}",
        )
        yield Planted("plate", f"оцените мою {chance.choice(shapes)} в трейд-ин", (number,))


def _vin(chance: random.Random) -> Iterator[Planted]:
    while True:
        tail = f"{chance.randint(100_000, 999_999)}"
        vin = f"{chance.choice(('WDD', 'XW8', 'Z94'))}{chance.choice(('205007', '213080'))}1A{tail}"
        shapes = (vin, vin.lower(), f"{vin[:3]} {vin[3:9]} {vin[9:]}")
        yield Planted("vin", f"проверьте {chance.choice(shapes)} по базе", (tail,))


def _passport(chance: random.Random) -> Iterator[Planted]:
    while True:
        series, number = f"45{chance.randint(10, 24)}", f"{chance.randint(100_000, 999_999)}"
        shapes = (
            f"паспорт {series} {number}",
            f"паспорт {series}{number}",
            f"серия {series} номер {number}",
            f"{series[:2]} {series[2:]} {number}",
            f"{series}-{number}",
        )
        yield Planted("passport", f"мои данные {chance.choice(shapes)} для договора", (number,))


def _card(chance: random.Random) -> Iterator[Planted]:
    while True:
        groups = [f"{chance.randint(1000, 9999)}" for _ in range(3)]
        number = ["2200", *groups]
        shapes = (" ".join(number), "".join(number), "-".join(number))
        yield Planted("card", f"спишите с {chance.choice(shapes)} залог", (groups[-1],))


def _address(chance: random.Random) -> Iterator[Planted]:
    while True:
        street, house, flat = (
            chance.choice(("Ленина", "Гагарина", "Тверская")),
            chance.randint(2, 98),
            chance.randint(101, 399),
        )
        shapes = (
            f"ул. {street}, д. {house}, кв. {flat}",
            f"улица {street} {house}, квартира {flat}",
            f"{street} {house}-{flat}",
            f"ул {street} {house} кв {flat}",
        )
        yield Planted("address", f"пригоните на {chance.choice(shapes)} завтра", (street, str(flat)))


def _birth(chance: random.Random) -> Iterator[Planted]:
    while True:
        day, month, year = chance.randint(10, 28), chance.randint(1, 12), chance.randint(1950, 2004)
        shapes = (
            f"дата рождения {day}.{month:02}.{year}",
            f"{day}.{month:02}.{year}",
            f"родилась {day} марта {year} года",
            f"{year} года рождения",
            f"{year}-{month:02}-{day}",
        )
        yield Planted("birth", f"водитель один, {chance.choice(shapes)}", (str(year),))


def _policy(chance: random.Random) -> Iterator[Planted]:
    while True:
        number = f"{chance.randint(1_000_000_000, 9_999_999_999)}"
        shapes = (
            f"ХХХ {number}",
            f"полис № {number}",
            f"ттт №{number}",
            f"полис КАСКО {number[:4]}-{number[4:]}/24",
        )
        yield Planted("policy", f"продлите {chance.choice(shapes)}", (number[4:],))


def _account(chance: random.Random) -> Iterator[Planted]:
    while True:
        number = f"40817810{chance.randint(10**11, 10**12 - 1)}"
        shapes = (f"счёт №{number}", f"счёт № {number}", f"р/с {number}", f"account {number}")
        yield Planted("account", f"вернуть на {chance.choice(shapes)}, как договорились", (number,))
