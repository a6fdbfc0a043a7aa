"""The command line: which commands there are, and what each takes."""

import argparse
from pathlib import Path

_ABOUT = "`python -m bot`: the process that takes in updates; with a command, everything else."


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description=_ABOUT)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("run", help="start everything on this machine and watch it")
    commands.add_parser("chat", help="talk to the assistant in the terminal")
    ask = commands.add_parser("ask", help="answer one question and leave")
    ask.add_argument("question")
    ask.add_argument("--json", action="store_true", help="answer, sources, verdicts, timings, model as JSON")
    _add_transcribe(commands.add_parser("transcribe", help="write down what is said in recordings"))
    _add_eval(commands.add_parser("eval", help="measure the answers by golden questions, or the hearing"))
    replay = commands.add_parser("replay", help="run a logged turn again and show the difference")
    replay.add_argument("turn", help="the turn's id, or the number of its row")
    commands.add_parser("redis", help="run the embedded Redis in the foreground")
    commands.add_parser("model", help="run the local model in the foreground")
    _add_stock(commands.add_parser("stock", help="work on the table of what is for sale"))
    _add_tenant(commands.add_parser("tenant", help="work on a tenant folder"))
    _add_oversight(commands)
    _add_export(commands.add_parser("export", help="write dialogues for training and analysis, masked"))
    _add_backup(commands.add_parser("backup", help="copies of the SQLite database"))
    commands.add_parser("ratings", help="what people think: CSAT, NPS and thumbs by week")
    _add_staff(commands.add_parser("staff", help="who works for the tenant, and in which group"))
    _add_keys(commands.add_parser("keys", help="the keys that seal phones in the database"))
    _add_knowledge(commands.add_parser("knowledge", help="collect documents, and look for contradictions"))
    return parser


def _add_stock(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="stock_command", required=True, metavar="ACTION")
    actions.add_parser("refresh", help="fetch the table and put it in service now")
    actions.add_parser("show", help="what is in service, and how the last refreshes went")


def _add_tenant(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="tenant_command", required=True, metavar="ACTION")
    check = actions.add_parser("check", help="name every error with its file and line")
    check.add_argument("path", type=Path)
    new = actions.add_parser("new", help="start a tenant's folder by asking")
    new.add_argument("--root", type=Path, default=Path("tenants"), help="where tenants lie")


def _add_keys(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="keys_command", required=True, metavar="ACTION")
    actions.add_parser("new", help="print a key for DATA_KEYS")
    actions.add_parser("rotate", help="seal everything anew with the first key, while all goes on")


def _add_oversight(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("proposals", help="right answers that staff have written")
    proposals = parser.add_subparsers(dest="proposals_command", required=True, metavar="ACTION")
    proposals.add_parser("list", help="what nobody has decided")
    accept = proposals.add_parser("accept", help="write it into faq.md")
    accept.add_argument("number", type=int, metavar="N")
    reject = proposals.add_parser("reject", help="leave the knowledge as it is")
    reject.add_argument("number", type=int, metavar="N")
    commands.add_parser("agreement", help="how often staff agree with the assistant's answers")
    parser = commands.add_parser("marks", help="answers that testers mark from 0 to 5")
    marks = parser.add_subparsers(dest="marks_command", required=True, metavar="ACTION")
    prepare = marks.add_parser("prepare", help="choose answers for /mark")
    prepare.add_argument("--golden", type=int, default=0, metavar="N", help="golden questions, answered now")
    prepare.add_argument(
        "--turns", type=int, default=0, metavar="N", help="the last different logged answers"
    )
    prepare.add_argument("--model", metavar="NAME", help="as of eval: local, openai[:NAME], no-model, ...")
    report = marks.add_parser("report", help="means with intervals, and how far testers agree")
    report.add_argument("--json", action="store_true")


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--since", metavar="DAY", help="dialogues that began on this day or later, 2026-08-01"
    )
    parser.add_argument("--to", metavar="FOLDER", help="default: exports in DATA_DIR")
    parser.add_argument("--format", choices=("both", "jsonl", "parquet"), default="both")


def _add_backup(parser: argparse.ArgumentParser) -> None:
    backup = parser.add_subparsers(dest="backup_command", required=True, metavar="ACTION")
    now = backup.add_parser("now", help="make one, while all goes on")
    now.add_argument("--with-key", action="store_true", help="copy the key of sealed phones beside it")
    backup.add_parser("list", help="what there is, the newest first")
    restore = backup.add_parser("restore", help="put one in place; stop the assistant before")
    restore.add_argument("file", type=Path, metavar="FILE", help="a path, or a name that `list` shows")
    restore.add_argument("--with-key", action="store_true", help="put back the key beside it as well")


def _add_staff(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="staff_command", required=True, metavar="ACTION")
    grant = actions.add_parser("grant", help="give somebody a role, instead of any other")
    grant.add_argument("person", metavar="ID", help="the person's number in Telegram")
    grant.add_argument("role", choices=("operator", "tester", "admin"))
    grant.add_argument("--name", default="", help="what colleagues are shown")
    revoke = actions.add_parser("revoke", help="take any role away, at once")
    revoke.add_argument("person", metavar="ID")
    actions.add_parser("list", help="who has which role, and the room")
    audit = actions.add_parser("audit", help="what staff did, the newest last")
    audit.add_argument("--limit", type=int, default=50, metavar="N", help="the last N acts (50)")
    audit.add_argument("--who", default="", metavar="ID", help="of one person alone, or of: console")
    room = actions.add_parser("room", help="the group in which the staff work")
    room.add_argument("chat", metavar="ID", help="the group's number, e.g. -1001234567890")
    room.add_argument("--topics", action="store_true", help="it is a forum: a topic for each customer")


def _add_knowledge(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="knowledge_command", required=True, metavar="ACTION")
    check = actions.add_parser("check", help="passages that say different figures of the same")
    check.add_argument("path", type=Path)
    collect = actions.add_parser("collect", help="from Wikipedia, by keywords and then by links")
    collect.add_argument("--api", default="https://ru.wikipedia.org/w/api.php", metavar="URL")
    collect.add_argument("--depth", type=int, default=2, metavar="N", help="links from what was searched")
    forum = actions.add_parser("collect-forum", help="the questions and answers that a sitemap names")
    forum.add_argument("--sitemap", required=True, metavar="URL")
    for action in (collect, forum):
        action.add_argument("--keywords", nargs="+", required=action is collect, default=[], metavar="WORD")
        action.add_argument(
            "--into", type=Path, required=True, metavar="DIR", help="e.g. a tenant's articles/"
        )
        action.add_argument("--limit", type=int, default=200, metavar="N", help="pages to keep")
        action.add_argument("--pause", type=float, default=1.0, metavar="S", help="between requests")
        action.add_argument(
            "--contact", required=True, metavar="ADDRESS", help="yours, told to the server's keepers"
        )


def _add_transcribe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", type=Path, nargs="+", metavar="FILE", help="sound or video, of any usual kind"
    )
    parser.add_argument("--json", action="store_true", help="a line of JSON for each file")
    parser.add_argument("--tenant", metavar="T", help="whose names to expect; else TENANT")
    _add_language(parser)


def _add_language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--language", choices=("auto", "ru", "en"), help="else VOICE_LANGUAGE")


def _add_eval(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", choices=("voice",), help="voice: recordings instead of questions")
    parser.add_argument(
        "--set", type=Path, metavar="DIR", help="for voice: recordings and one .tsv of file and text"
    )
    _add_language(parser)
    parser.add_argument("--tenant", metavar="T", help="a name under tenants/ or a path; else TENANT")
    parser.add_argument("--questions", type=Path, metavar="FILE", help="else the tenant's golden.csv")
    parser.add_argument(
        "--model",
        action="extend",
        nargs="+",
        default=[],
        metavar="NAME",
        help="local, openai[:NAME], gigachat[:NAME], no-model, model-alone; several side by side",
    )
    parser.add_argument("--baseline", action="store_true", help="the model alone beside it")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write an HTML page")
    parser.add_argument(
        "--gate", nargs="?", const="", metavar="FILE", help="status 1 where a tolerance is not kept"
    )
    parser.add_argument("--limit", type=int, metavar="N", help="the first N questions only")
    parser.add_argument(
        "--perturbed", type=int, default=20, metavar="N", help="questions asked again with typos and so on"
    )
