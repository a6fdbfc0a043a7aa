"""Wishes are told from questions, and read back with what they name."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from bot.findings import Finding, Inquiry
from bot.people.actions.words import ActionSource
from bot.settings import Settings
from bot.store.migrate import migrate
from bot.tenant import load_tenant
from bot.wiring import build_texts
from bot.wiring.stock import build_stock_table
from tests.actions import bakery_with_actions

MONDAY = datetime(2026, 7, 6, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> ActionSource:
    folder = tmp_path_factory.mktemp("tenant")
    url = f"sqlite:///{folder / 'words.db'}"
    migrate(url)
    return source_of(bakery_with_actions(folder), create_engine(url))


def source_of(folder: Path, engine: Engine) -> ActionSource:
    settings = Settings.model_validate({"tenant": str(folder), "embeddings": False})
    tenant = load_tenant(folder)
    table = build_stock_table(settings, tenant, engine)
    assert table is not None
    table.check()
    engine.dispose()
    return ActionSource(tenant, build_texts(tenant, settings), table)


def found(source: ActionSource, text: str, language: str = "ru") -> Finding | None:
    return source.find(Inquiry(text=text, language=language, asked_at=MONDAY))


def first_button(source: ActionSource, text: str, language: str = "ru") -> str:
    finding = found(source, text, language)
    assert finding is not None, text
    return finding.offers[0].data


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("Хочу на мастер-класс", "book:w:class:"),
        ("запишите меня на мастер-класс в субботу", "book:w:class::260711"),
        ("Запишите на мастер-класс завтра в 11 за дубовый стол", "book:w:class:oak:260707:1100"),
        ("можно записаться на мастер класс 9 июля в 3?", "book:w:class::260709:1500"),
        ("хотим испечь хлеб с друзьями в среду вечером", "book:w:class::260708"),
        ("запишите на мастер-класс завтра в 13:30", "book:w:class::260707"),
        ("запишите на мастер-класс в понедельник", "book:w:class:"),
        ("запишите на мастер-класс 1 сентября", "book:w:class:"),
        ("пришлите меню", "file:d:menu:bread"),
        ("скиньте, пожалуйста, меню хлеба файлом", "file:ok:menu:bread"),
        ("отмените мой мастер-класс", "book:mine"),
        ("перенесите запись на пятницу", "book:mine"),
    ],
)
def test_a_wish_is_read(source: ActionSource, text: str, data: str) -> None:
    assert first_button(source, text) == data


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("I'd like to book a baking class for Saturday at 11", "book:w:class::260711:1100"),
        ("Please send me the bread menu", "file:ok:menu:bread"),
        ("cancel my booking please", "book:mine"),
    ],
)
def test_a_wish_in_english_is_read(source: ActionSource, text: str, data: str) -> None:
    assert first_button(source, text, "en") == data


@pytest.mark.parametrize(
    "text",
    [
        "есть ли мастер-класс?",
        "сколько стоит мастер-класс",
        "какие документы нужны для мастер-класса?",
        "как записаться на мастер-класс",
        "мастер-класс платный?",
        "хочу узнать про мастер-класс",
        "не хочу мастер-класс",
        "мастер-класс",
        "что есть в меню?",
        "посчитай мне сдачу с тысячи",
        "сколько стоит книга Булгакова с закладкой",
        "хочу купить хлеб",
        "",
    ],
)
def test_a_question_is_left_to_the_knowledge(source: ActionSource, text: str) -> None:
    assert found(source, text) is None


def test_a_sum_names_the_rows_and_the_options(source: ActionSource) -> None:
    finding = found(source, "Посчитай Булгакова в мягкой обложке с обёрткой и лентой")
    assert finding is not None
    assert "Булгаков, мягкая" in finding.text
    assert "Обёртка, Лента" in finding.text
    assert [offer.data.split(":")[-1] for offer in finding.offers] == ["3"]


def test_nothing_is_said_to_have_happened(source: ActionSource) -> None:
    finding = found(source, "запишите на мастер-класс завтра в 11")
    assert finding is not None
    assert "подтвердить" in finding.text


def test_every_button_fits_into_64_bytes(source: ActionSource) -> None:
    for text in (
        "пришлите меню",
        "посчитай набор Стругацких с обёрткой",
        "запишите на мастер-класс завтра в 11",
    ):
        finding = found(source, text)
        assert finding is not None, text
        assert all(len(offer.data.encode()) <= 64 for offer in finding.offers)
