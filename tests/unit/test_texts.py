import pkgutil
import re
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from string import Formatter

import pytest

import bot.texts
from bot.data_files import read_data
from bot.texts.catalogue import LANGUAGES, Text, load_texts

MODULES = [import_module(f"bot.texts.{module.name}") for module in pkgutil.iter_modules(bot.texts.__path__)]
NAMES = {
    name
    for module in MODULES
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, StrEnum)
    for name in kind
}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_catalogue_holds_exactly_the_named_texts(language: str) -> None:
    assert set(load_texts().catalogues[language]) == NAMES


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_stands_in_two_files(language: str) -> None:
    files = [*Path(bot.texts.__path__[0], language).glob("*.yaml")]
    names = [name for file in files for name in read_data(file)]
    assert len(names) == len(set(names)) > 100


@pytest.mark.parametrize("text", sorted(NAMES))
def test_a_text_has_the_same_blanks_in_every_language(text: str) -> None:
    russian, english = (placeholders(load_texts().catalogues[language][text]) for language in ("ru", "en"))
    assert russian == english


def test_the_notice_is_in_the_owners_words() -> None:
    assert load_texts().say(Text.NOTICE, "ru") == "Ваш запрос обрабатывается, ожидайте ответа"


def test_an_unknown_language_is_answered_in_russian() -> None:
    texts = load_texts()
    assert texts.say(Text.CANCEL_IDLE, "de") == texts.say(Text.CANCEL_IDLE, "ru")


def test_a_tenant_overrides_one_text_and_keeps_the_rest() -> None:
    texts = load_texts(overrides={"ru": {"new": "Поехали!"}})
    assert texts.say(Text.NEW, "ru") == "Поехали!"
    assert texts.say(Text.EMPTY, "ru") == load_texts().say(Text.EMPTY, "ru")


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "1 день"), (3, "3 дня"), (11, "11 дней"), (21, "21 день"), (90, "90 дней"), (102, "102 дня")],
)
def test_days_agree_with_their_number(count: int, words: str) -> None:
    assert load_texts().days(count, "ru") == words


@pytest.mark.parametrize(
    ("seconds", "language", "words"),
    [
        (600, "ru", "10 минут"),
        (60, "ru", "1 минуты"),
        (150, "ru", "2 минут 30 секунд"),
        (21, "ru", "21 секунды"),
        (61, "en", "1 minute 1 second"),
        (7200, "en", "120 minutes"),
    ],
)
def test_a_length_reads_on_after_up_to(seconds: int, language: str, words: str) -> None:
    assert load_texts().up_to(seconds, language) == words


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_names_a_trade(language: str) -> None:
    said = " ".join(load_texts().catalogues[language].values()).lower()
    assert not re.search(r"полис|страхов|автомоб|машин|\bpremium|insur|\bcars?\b", said)
