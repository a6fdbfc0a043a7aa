"""The files of an export: what stands in them, and that nobody can be found in them."""

import errno
import io
import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow.parquet as pq
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Engine

from bot.domain import ChannelName, ChatRef
from bot.domain.ratings import RatingKind
from bot.errors import ExportFailed
from bot.people.export.exporting import Exports
from bot.people.export.files import JsonLines, Parquet, TooLarge
from bot.store.exporting import ExportStore
from bot.store.people_tables import CallbackRow, RatingRow
from bot.store.review_tables import ProposalRow
from bot.store.rows import TURNS, table_of
from bot.store.sealing import Sealer
from bot.store.turns import TurnStore
from bot.tenant import load_tenant
from tests.integration.export_kit import Planted, harmless, owners, planted
from tests.integration.retention_kit import plant
from tests.records import NOON, answer, turn_record

MERCEDES = Path(__file__).parents[2] / "tenants" / "mercedes"
SEALER = Sealer([Fernet.generate_key().decode()])
NOW = NOON + timedelta(days=2)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def exports(engine: Engine) -> Exports:
    store = ExportStore(engine, "mercedes", SEALER, version=None)
    return Exports(store=store, tenant=load_tenant(MERCEDES), terms=None, now=lambda: NOW)


def talk(engine: Engine, person: int, question: str, said: str = "Да.", number: int = 1) -> None:
    record = turn_record(
        number,
        turn_id=f"t{person}-{number}",
        chat=ChatRef(channel=ChannelName.TELEGRAM, chat_id=str(person)),
        person_id=str(person),
        person_name=owners()[person % len(owners())],
        dialogue_id=f"d{person}",
        question=question,
        answer=answer(said),
    )
    TurnStore(engine).record([record])


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_dialogue_is_a_line_in_the_chat_format(engine: Engine, tmp_path: Path) -> None:
    talk(engine, 1, "Есть GLC?", "Да, **есть**.")
    talk(engine, 1, "А цена?", "6 990 000 ₽", number=2)
    assert exports(engine).write(None, JsonLines(tmp_path / "out" / "a.jsonl")) == 1
    (line,) = lines(tmp_path / "out" / "a.jsonl")
    said = [(message["role"], message["content"]) for message in line["messages"]]
    assert said == [
        ("user", "Есть GLC?"),
        ("assistant", "Да, **есть**."),
        ("user", "А цена?"),
        ("assistant", "6 990 000 ₽"),
    ]
    metadata = line["metadata"]
    assert (metadata["tenant"], metadata["language"], metadata["day"]) == ("mercedes", "ru", "2026-11-02")
    assert [turn["model"] for turn in metadata["turns"]] == ["scripted", "scripted"]


def test_parquet_says_the_same(engine: Engine, tmp_path: Path) -> None:
    for person in range(3):
        talk(engine, person, "Есть GLC?")
    exports(engine).write(None, JsonLines(tmp_path / "a.jsonl"), Parquet(tmp_path / "a.parquet"))
    told = [{"messages": line["messages"], **line["metadata"]} for line in lines(tmp_path / "a.jsonl")]
    assert pq.read_table(tmp_path / "a.parquet").to_pylist() == told


def test_nothing_in_it_leads_to_the_person_or_the_moment(engine: Engine, tmp_path: Path) -> None:
    talk(engine, 987654321, "Есть GLC?")
    found = []
    for name in ("a", "b"):
        exports(engine).write(None, JsonLines(tmp_path / name))
        found.append((tmp_path / name).read_text())
    assert "987654321" not in found[0]
    assert "12:0" not in found[0]
    assert json.loads(found[0])["metadata"]["person"] != json.loads(found[1])["metadata"]["person"]


def test_none_of_more_than_five_hundred_pieces_of_personal_data_gets_through(
    engine: Engine, tmp_path: Path
) -> None:
    pieces = planted()
    for number in range(0, len(pieces), 5):
        plant_five(engine, number // 5 + 1, pieces[number : number + 5])
    files = (JsonLines(tmp_path / "a.jsonl"), Parquet(tmp_path / "a.parquet"))
    assert exports(engine).write(None, *files) == len(pieces) // 5
    text = (tmp_path / "a.jsonl").read_text(encoding="utf-8")
    rows = json.dumps(pq.read_table(tmp_path / "a.parquet").to_pylist(), ensure_ascii=False)
    assert len(pieces) >= 500
    assert {piece.kind for piece in pieces} >= {"plate", "card", "address", "birth", "policy", "account"}
    for out in (text, rows):
        tokens = set(re.findall(r"\w+", out))
        assert [piece.text for piece in pieces if is_told(piece, out, tokens)] == []


def is_told(piece: Planted, out: str, tokens: set[str]) -> bool:
    """Whether any of its secrets stands there; one of few signs as a word of its own."""
    return any(secret in tokens or (len(secret) > 4 and secret in out) for secret in piece.secrets)


def plant_five(engine: Engine, person: int, pieces: list[Planted]) -> None:
    """One in the question, the answer, a reason, the words of a rating, and a correction."""
    asked, said, reason, words, correction = (piece.text for piece in pieces)
    talk(engine, person, asked, said)
    with engine.connect() as connection:
        row = connection.execute(TURNS.select().where(TURNS.c.turn_id == f"t{person}-1")).one()
    about = {"tenant": "mercedes", "person_id": row.person_id}
    rating = {"subject": f"d{person}", "kind": RatingKind.CSAT.value, "score": 3, **about}
    plant(engine, table_of(RatingRow), NOON, reasons=[reason], words=words, **rating)
    corrected = {"turn_id": row.turn_id, "status": "accepted", "tenant": "mercedes"}
    plant(engine, table_of(ProposalRow), NOON, answer=correction, **corrected)


def test_a_phone_that_was_left_is_found_however_it_is_spelt(engine: Engine, tmp_path: Path) -> None:
    talk(engine, 1, "номер 9—1—6—1—2—3—4—5—6—7 и четыре пять шесть семь восемь девять")
    with engine.connect() as connection:
        person = connection.execute(TURNS.select()).one().person_id
    sealed = SEALER.seal("+79161234567")
    plant(engine, table_of(CallbackRow), NOON, tenant="mercedes", person_id=person, phone_sealed=sealed)
    exports(engine).write(None, JsonLines(tmp_path / "a"))
    assert "1—2—3" not in (tmp_path / "a").read_text()
    assert "1-2-3" not in (tmp_path / "a").read_text()


def test_prices_years_and_models_stay(engine: Engine, tmp_path: Path) -> None:
    for number, (text, _) in enumerate(harmless(), start=1):
        talk(engine, 1, text, number=number)
    exports(engine).write(None, JsonLines(tmp_path / "a"))
    (line,) = lines(tmp_path / "a")
    asked = [message["content"] for message in line["messages"] if message["role"] == "user"]
    kept = [figure in said for said, (_, figure) in zip(asked, harmless(), strict=True)]
    assert sum(kept) >= 0.95 * len(kept)


def test_it_begins_with_a_day_of_the_tenant(engine: Engine, tmp_path: Path) -> None:
    talk(engine, 1, "Есть GLC?")
    assert exports(engine).write(date(2026, 11, 3), JsonLines(tmp_path / "a")) == 0
    assert exports(engine).write(date(2026, 11, 2), JsonLines(tmp_path / "a")) == 1


class FullDisk(io.BytesIO):
    def write(self, _: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def full(_: Path) -> BinaryIO:
    return FullDisk()


@pytest.mark.parametrize("kind", [JsonLines, Parquet])
def test_a_full_disk_is_told_and_nothing_is_left(
    engine: Engine, tmp_path: Path, kind: type[JsonLines] | type[Parquet]
) -> None:
    talk(engine, 1, "Есть GLC?")
    with pytest.raises(ExportFailed, match="No space left on device"):
        exports(engine).write(None, JsonLines(tmp_path / "a"), kind(tmp_path / "b", opens=full))
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith("dezhurny.db")] == []


def test_a_file_that_would_be_too_large_is_not_begun_again(engine: Engine, tmp_path: Path) -> None:
    talk(engine, 1, "Есть GLC?")
    with pytest.raises(TooLarge):
        exports(engine).write(None, JsonLines(tmp_path / "a", most_bytes=100))
    assert not (tmp_path / "a").exists()
