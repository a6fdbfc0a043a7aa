"""`python -m bot tenant ...`: what an owner does with a tenant folder."""

from pathlib import Path

from bot.tenant import check_tenant, load_tenant


def check(path: Path) -> int:
    """Print every problem of the folder with file and line. Exit status 1 if there is one."""
    problems = check_tenant(path)
    for problem in problems:
        print(problem)
    if problems:
        print(f"{path}: problems found: {len(problems)}")
        return 1
    tenant = load_tenant(path)
    counts = f"{len(tenant.legend.sections)} sections, {len(tenant.faq.entries)} FAQ entries"
    counts += f", {len(tenant.articles.read)} articles"
    print(f"{path}: {tenant.title}: {counts}, no problems")
    return 0
