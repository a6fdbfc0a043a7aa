"""What the guards cost for a message, all of them together, without embeddings."""

import itertools
import random
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from bot.guard.forbidden import ForbiddenTopic, ForbiddenTopics
from bot.guard.injection import find_injection
from bot.guard.off_topic import OffTopic, vocabulary_of
from bot.guard.personal_data import mask
from bot.language.dictionary import morphology
from bot.tenant import load_tenant

TENANT = Path(__file__).parent.parent / "tenants" / "mercedes"
MESSAGES = 2_000
PHRASES = 10_000
_WARM_UP = 200


def guards_p99_ms(*, messages: int = MESSAGES, phrases: int = PHRASES, seed: int = 7) -> float:
    """The 99th percentile of one message's time in all guards, in milliseconds.

    The messages are made of the tenant's questions, disguised in one of several ways or left as they are;
    each is new to the guards. The list has the tenant's topics and `phrases` more.
    """
    dice = random.Random(seed)
    check = _guards(phrases, dice)
    made = _messages(messages + _WARM_UP, dice)
    for text in made[:_WARM_UP]:
        check(text)
    times = []
    for text in made[_WARM_UP:]:
        started = time.perf_counter()
        check(text)
        times.append((time.perf_counter() - started) * 1000)
    return statistics.quantiles(times, n=100)[98]


def _guards(phrases: int, dice: random.Random) -> Callable[[str], None]:
    tenant = load_tenant(TENANT)
    topics = [
        ForbiddenTopic(name=topic.name, words=topic.words, phrases=topic.phrases, patterns=topic.patterns)
        for topic in tenant.forbidden
    ]
    nouns = _nouns()
    many = tuple(" ".join(dice.sample(nouns, dice.choice((2, 2, 3)))) for _ in range(phrases))
    forbidden = ForbiddenTopics([*topics, ForbiddenTopic(name="many", phrases=many)])
    names = [name for term, variants in tenant.lexicon.items() for name in (term, *variants)]
    off_topic = OffTopic(vocabulary_of(names, (passage.text for passage in tenant.passages)))

    def check(text: str) -> None:
        mask(text, keep=tenant.phones)
        forbidden.match(text)
        find_injection(text)
        off_topic.find(text)

    return check


def _nouns() -> list[str]:
    words = (
        parse.word
        for letter in "квпст"
        for parse in itertools.islice(morphology().iter_known_word_parses(letter), 0, 60_000, 20)
        if "NOUN" in parse.tag and "nomn" in parse.tag and len(parse.word) > 5
    )
    return list(dict.fromkeys(words))


def _messages(number: int, dice: random.Random) -> list[str]:
    tenant = load_tenant(TENANT)
    questions = [question for passage in tenant.passages for question in passage.questions]
    nouns = _nouns()
    ways = tuple(_disguises(dice).values())
    made = []
    for _ in range(number):
        asked = " ".join(dice.sample(questions, dice.choice((1, 1, 1, 2, 3))))
        made.append(dice.choice(ways)(f"{asked} {dice.choice(nouns)} {dice.randrange(10_000)}"))
    return made


def _disguises(dice: random.Random) -> Mapping[str, Callable[[str], str]]:
    """Half of the messages are written plainly."""
    latin = str.maketrans("аеорсухкмт", "aeopcyxkmt")
    keys = str.maketrans("йцукенгшщзфывапролдячсмить", "qwertyuiopasdfghjklzxcvbnm")
    sounds = str.maketrans("абвгдезийклмнопрстуфхцыэ", "abvgdeziyklmnoprstufhcye")
    return {
        "plain": str,
        "again plain": str,
        "loud": str.upper,
        "with a phone": lambda text: f"{text} меня зовут Иван, +7 916 {dice.randrange(10**7):07}",
        "look-alike": lambda text: text.translate(latin),
        "layout": lambda text: text.lower().translate(keys),
        "sounds": lambda text: text.lower().translate(sounds),
        "spaced": lambda text: "  ".join(" ".join(word) for word in text.split()),
        "invisible": lambda text: "\u200b".join(text),
        "doubled": lambda text: "".join(sign * dice.choice((1, 1, 3)) for sign in text),
    }


def slowest_ms(texts: Iterable[str]) -> float:
    """The longest time that one of the texts takes in the guards; for messages made to hurt."""
    check = _guards(0, random.Random(0))
    longest = 0.0
    for text in texts:
        started = time.perf_counter()
        check(text)
        longest = max(longest, (time.perf_counter() - started) * 1000)
    return longest


if __name__ == "__main__":
    print(f"guards_p99_ms {guards_p99_ms():.2f}")
    hurting = ("а" * 4000, "аб" * 2000, "а " * 2000, "a.b,c;d:e" * 444, "политика" * 500, "1 2 3 " * 666)
    print(f"slowest_ms {slowest_ms(hurting):.2f}")
