"""A bakery with things to book, files to send and sums to make, over a bookshop's table."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.assistants import BAKERY
from tests.stocks import BOOKS

BOOKING = """
- kind: booking
  id: class
  title: {ru: Мастер-класс, en: Baking class}
  names: [мастер-класс, мастер класс, испечь хлеб, baking class]
  slot_min: 60
  days_ahead: 14
  lead_min: 120
  remind_before_min: [1440, 120]
  needs: [NEEDS]
  conditions: {ru: Фартук дадим., en: We lend you an apron.}
  RESOURCES
"""
TWO_TABLES = """resources:
    - {id: oak, title: Дубовый стол, names: [дубовый стол, дуб]}
    - {id: pine, title: Сосновый стол, names: [сосновый стол, сосна], conditions: Стол низкий.}"""
OF_BOOKS = "of: {table_column: author, only_where: {status: на полке}}"
FILES_AND_SUMS = """
- kind: file
  id: menu
  title: {ru: Меню, en: Menus}
  names: [меню, menu]
  files:
    - {id: bread, title: Хлеб, names: [хлеб, bread], path: bread.md}
    - {id: price, title: Прайс, names: [прайс], path: price.txt}
- kind: cost_sheet
  id: cost
  title: {ru: Набор с книгой, en: Book set}
  names: [набор, набор с книгой, book set]
  base: {table_column: author, price_column: price}
  options_file: options.yaml
  conditions: {ru: Цена предварительная.}
"""
OPTIONS = """
- {id: wrap, title: Обёртка, names: [обёртка, упаковка], price_rub: 100}
- {id: ribbon, title: Лента, names: [лента], price_rub: 50, requires: [wrap]}
- {id: bag, title: Пакет, names: [пакет], price_rub: 30, excludes: [wrap]}
- {id: bookmark, title: Закладка, names: [закладка], price_rub: 20, fits: [Булгаков]}
- {id: pictures, title: Картинки, names: [картинки], price_rub: 500, comes_with: {illustrated: да}}
"""


def bakery_with_actions(
    folder: Path,
    *,
    needs: str = "phone, name",
    resources: str = TWO_TABLES,
    hours: Mapping[str, str] | None = None,
) -> Path:
    """A copy of the bakery with all three kinds of actions. `hours` replaces those of weekdays."""
    tenant = Path(shutil.copytree(BAKERY, folder / "bakery"))
    for file in BOOKS.iterdir():
        shutil.copy(file, tenant)
    booking = BOOKING.replace("NEEDS", needs).replace("RESOURCES", resources)
    (tenant / "actions.yaml").write_text(booking + FILES_AND_SUMS, encoding="utf-8")
    (tenant / "options.yaml").write_text(OPTIONS, encoding="utf-8")
    (tenant / "bread.md").write_text("# Хлеб\n\n- **Ржаной**: 90 ₽\n", encoding="utf-8")
    (tenant / "price.txt").write_text("Ржаной 90", encoding="utf-8")
    about = tenant / "tenant.yaml"
    written = about.read_text(encoding="utf-8")
    for day, spans in (hours or {}).items():
        lines = written.splitlines()
        place = next(number for number, line in enumerate(lines) if line.startswith(f"  {day}:"))
        lines[place] = f"  {day}: {spans}"
        written = "\n".join(lines) + "\n"
    about.write_text(written, encoding="utf-8")
    return tenant
