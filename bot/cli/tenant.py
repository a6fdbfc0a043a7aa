"""`python -m bot tenant ...`: what an owner does with a tenant folder."""

from pathlib import Path

from bot.stock.checking import CheckedRows, check_rows
from bot.tenant import check_tenant, load_tenant


def check(path: Path) -> int:
    """Print every problem of the folder and of its table's rows. Exit status 1 if there is one."""
    rows = check_rows(path)
    problems = [*check_tenant(path), *rows.faults]
    for problem in problems:
        print(problem)
    for note in rows.notes:
        print(f"note: {note}")
    if problems:
        print(f"{path}: problems found: {len(problems)}")
        return 1
    print(f"{path}: {_counts(path, rows)}, no problems")
    return 0


def _counts(path: Path, rows: CheckedRows) -> str:
    tenant = load_tenant(path)
    counts = [
        f"{len(tenant.legend.sections)} sections",
        f"{len(tenant.faq.entries)} FAQ entries",
        f"{len(tenant.articles.read)} articles",
    ]
    if rows.row_count is not None:
        counts.append(f"{rows.row_count} rows")
    return f"{tenant.title}: {', '.join(counts)}"
