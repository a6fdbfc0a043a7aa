"""The stock table's part of the benchmark of knowledge: questions to a table of 100,000 rows."""

import random
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from bot.findings import Inquiry
from bot.settings import read_secret
from bot.stock.refreshing import StockRefresher
from bot.stock.source import StockSource
from bot.stock.table import StockTable
from bot.stock.vocabulary import Vocabulary
from bot.store.engine import open_engine
from bot.store.migrate import migrate
from bot.store.stock import StockStore
from bot.tenant.stock import StockSchema
from bot.texts.catalogue import load_texts

_SCHEMA = {
    "source": {"csv": "stock.csv"},
    "key": "code",
    "item": {"ru": {"one": "товар", "few": "товара", "many": "товаров"}},
    "names": ["товар"],
    "title": "{kind} {maker}, {colour}",
    "details": ["weight", "price"],
    "sort": "price",
    "similar": ["colour", "price", "weight", "maker", "kind"],
    "columns": [
        {"name": "code", "title": "код", "type": "text", "required": True},
        {"name": "kind", "title": "вид", "type": "choice", "filter": True, "names": ["виды"]},
        {"name": "maker", "title": "марка", "type": "choice", "filter": True},
        {"name": "colour", "title": "цвет", "type": "choice", "filter": True},
        {"name": "weight", "title": "вес", "type": "number", "unit": "кг", "filter": True},
        {
            "name": "price",
            "title": "цена",
            "type": "money",
            "unit": "₽",
            "filter": True,
            "names": ["стоить"],
            "least": ["дешёвый", "дешевле"],
            "most": ["дорогой", "дороже"],
        },
    ],
}
_KINDS = ("чайник", "утюг", "пылесос", "холодильник", "тостер", "фен", "миксер", "плита")
_MAKERS = tuple(f"Марка{number}" for number in range(200))
_COLOURS = ("белый", "чёрный", "красный", "серый", "синий", "зелёный")
_QUESTIONS = (
    "какие есть чайники до 5000 рублей",
    "самый дешёвый белый холодильник",
    "сколько у вас красных утюгов",
    "сколько стоит пылесос марка17",
    "не чайник, а тостер от 3000 до 9000 рублей",
    "какие цвета есть у миксеров",
    "сравни чайник и тостер по цене",
    "чёрный фен марка5 до 10 рублей",
    "пылисос или плита больше 20 кг",
    "сколько стоит доставка плиты",
)


def stock_p99_ms_100k(rows: int = 100_000, questions: int = 1_000) -> dict[str, float]:
    """The whole way from a question's words to its answer, in milliseconds; and the refresh, in seconds."""
    with TemporaryDirectory(prefix="dz-stock-") as name:
        folder = Path(name)
        _write(folder / "stock.csv", rows)
        url = f"sqlite:///{folder / 'stock.db'}"
        migrate(url)
        engine = open_engine(url)
        store = StockStore(engine, "bench")
        schema = StockSchema.model_validate(_SCHEMA)
        refresher = StockRefresher(
            tenant="bench", schema=schema, folder=folder, store=store, read_secret=read_secret
        )
        started = time.perf_counter()
        refresher.refresh()
        refreshed_s = time.perf_counter() - started
        table = StockTable(refresher, store, lambda snapshot: Vocabulary(snapshot.schema, snapshot))
        started = time.perf_counter()
        table.check()
        loaded_s = time.perf_counter() - started
        took_ms = sorted(_ask(StockSource(table, load_texts(), ZoneInfo("UTC")), questions))
        engine.dispose()
    return {
        "stock_p50_ms_100k": round(took_ms[len(took_ms) // 2], 2),
        "stock_p99_ms_100k": round(took_ms[len(took_ms) * 99 // 100], 2),
        "stock_refresh_s_100k": round(refreshed_s, 2),
        "stock_load_s_100k": round(loaded_s, 2),
    }


def _write(file: Path, rows: int) -> None:
    rng = random.Random(7)
    with file.open("w", encoding="utf-8") as out:
        out.write("code,kind,maker,colour,weight,price\n")
        for number in range(rows):
            cells = (rng.choice(_KINDS), rng.choice(_MAKERS), rng.choice(_COLOURS))
            out.write(f"t-{number},{','.join(cells)},{rng.randint(1, 60)},{rng.randint(500, 90_000)}\n")


def _ask(source: StockSource, questions: int) -> list[float]:
    took_ms = []
    asked_at = datetime.now(UTC)
    for number in range(questions):
        inquiry = Inquiry(text=_QUESTIONS[number % len(_QUESTIONS)], asked_at=asked_at)
        started = time.perf_counter()
        source.find(inquiry)
        took_ms.append((time.perf_counter() - started) * 1_000)
    return took_ms
