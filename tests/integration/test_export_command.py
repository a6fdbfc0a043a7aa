"""`python -m bot export` as a person types it."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bot.__main__ import main
from bot.store.engine import database_url, open_engine
from bot.store.migrate import migrate
from bot.store.turns import TurnStore
from tests.assistants import BAKERY
from tests.records import turn_record


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    monkeypatch.setenv("DATA_DIR", str(data))
    monkeypatch.setenv("TENANT", str(BAKERY))
    url = database_url(None, data)
    migrate(url)
    engine = open_engine(url)
    TurnStore(engine).record([turn_record(1, tenant="bakery", question="Мой номер 89161234567")])
    engine.dispose()
    return data


def test_both_files_lie_in_the_folder(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "--since", "2026-11-01", "--to", str(data / "out")]) == 0
    names = sorted(path.name for path in (data / "out").iterdir())
    assert names == ["bakery-since-2026-11-01.jsonl", "bakery-since-2026-11-01.parquet"]
    (line,) = (data / "out" / names[0]).read_text().splitlines()
    assert json.loads(line)["messages"][0]["content"] == "Мой номер [телефон]"
    assert pq.read_table(data / "out" / names[1]).num_rows == 1
    assert "1 dialogues" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--since", "вчера"], "is no day; write it as 2026-08-01"),
        (["--since", "2026-02-30"], "is no day"),
        (["--since", "2999-01-01"], "lies in the future"),
        (["--to", __file__], "is a file; name a folder"),
        (["--to", "/proc/none"], "cannot be written"),
    ],
)
@pytest.mark.usefixtures("data")
def test_bad_input_is_one_sentence(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", *arguments]) == 2
    assert told in capsys.readouterr().err


def test_without_the_package_for_parquet_it_says_what_to_do(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bot.people.export.files.find_spec", lambda _: None)
    assert main(["export"]) == 2
    assert "pip install 'dezhurny[export]'" in capsys.readouterr().err
    assert main(["export", "--format", "jsonl"]) == 0
    assert [path.name for path in (data / "exports").iterdir()] == ["bakery-all.jsonl"]
