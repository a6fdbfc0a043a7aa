"""The table of collected pages, which grows row by row and is itself read as an article."""

import csv
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

_LONGEST = 100_000
"""Signs of a page's text; the csv module reads no cells of more than 131,072."""


class Status(StrEnum):
    """As the owner's table has it."""

    OK = "Ok"
    FOREIGN = "No find special words"
    ERROR = "Error"


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    url: str
    context: str
    status: Status


class CollectedTable:
    """A CSV file with what is still to be fetched beside it, so that a killed collection goes on."""

    def __init__(self, folder: Path, name: str) -> None:
        self.file = folder / f"{name}.csv"
        self._plan = folder / f".{name}.plan.json"

    def start(self) -> dict[str, Any]:
        """The plan as it was kept last; empty at the first start. A row that was cut off is dropped."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        plan: dict[str, Any] = json.loads(self._plan.read_text("utf-8")) if self._plan.exists() else {}
        written = int(plan.get("bytes", 0)) if self.file.exists() else 0
        with self.file.open("ab") as file:
            file.truncate(written)
            if not written:
                file.write(b"url,context,status\r\n")
        return plan if written else {}

    def add(self, page: Page, plan: Mapping[str, Any]) -> None:
        """Write a page, and then the plan without it."""
        with self.file.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file).writerow((page.url, page.context[:_LONGEST], page.status.value))
            file.flush()
            os.fsync(file.fileno())
        self.keep(plan)

    def keep(self, plan: Mapping[str, Any]) -> None:
        new = self._plan.with_suffix(".new")
        text = json.dumps({**plan, "bytes": self.file.stat().st_size}, ensure_ascii=False)
        new.write_text(text, encoding="utf-8")
        os.replace(new, self._plan)
