"""`stock show` and `stock refresh`, as an owner types them."""

import shutil
from pathlib import Path

import pytest

from bot.__main__ import main
from tests.assistants import BAKERY
from tests.stocks import BOOKS, edit_table


def test_an_owner_refreshes_and_looks_by_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tenant = Path(shutil.copytree(BAKERY, tmp_path / "bakery"))
    shutil.copytree(BOOKS, tenant, dirs_exist_ok=True)
    monkeypatch.setattr("bot.cli.stock.configure_logs", lambda *_, **__: None)  # it is for a whole process
    monkeypatch.setenv("TENANT", str(tenant))
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    assert main(["stock", "show"]) == 0
    assert main(["stock", "refresh"]) == 0
    assert "8 rows in service, 0 left out" in capsys.readouterr().out
    edit_table(tenant, lambda table: "")
    assert main(["stock", "refresh"]) == 1
    assert "the table in service stays as it is" in capsys.readouterr().out
    assert main(["stock", "show"]) == 0
    told = capsys.readouterr().out
    assert "8 rows, as of" in told
    assert "FAILED" in told
    (tenant / "stock.yaml").unlink()
    assert main(["stock", "refresh"]) == 1
