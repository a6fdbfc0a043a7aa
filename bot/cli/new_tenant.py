"""`python -m bot tenant new`: starts a tenant's folder by asking."""

from pathlib import Path

from bot.cli.tenant import check
from bot.tenant.starting import fault_of, starter_questions, starter_text, write_tenant
from bot.wiring import TENANTS


def start(root: Path) -> int:
    """Ask on the terminal (or read the answers from standard input, a line each) and write the folder."""
    print(starter_text("intro"))
    answers: dict[str, str] = {}
    for question in starter_questions():
        shown = f" [{question.default}]" if question.default else ""
        while question.name not in answers:
            answer = input(f"{question.ask}{shown}: ").strip() or question.default
            fault = fault_of(question.name, answer)
            if question.name == "name" and not fault and (root / answer).exists():
                print(starter_text("exists", folder=root / answer))
            elif fault:
                print(starter_text("again", why=fault))
            else:
                answers[question.name] = answer
    folder = root / answers["name"]
    write_tenant(folder, answers)
    tenant = answers["name"] if root.resolve() == TENANTS.resolve() else folder
    print(starter_text("done", folder=folder, tenant=tenant))
    return check(folder)
