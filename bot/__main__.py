"""`python -m bot`: the process that takes in updates; with a command, everything else."""

import sys

from bot.cli.commands import run_command
from bot.cli.parser import build_parser
from bot.cli.process import CANNOT_RUN
from bot.errors import AssistantError


def main(arguments: list[str] | None = None) -> int:
    """Run a command. Returns its exit status; a failure that people can mend is one sentence and status 2."""
    options = build_parser().parse_args(arguments)
    try:
        return run_command(options)
    except AssistantError as error:
        print(f"dezhurny: {error}", file=sys.stderr)
        return CANNOT_RUN
    except (KeyboardInterrupt, EOFError):
        return 130


if __name__ == "__main__":
    sys.exit(main())
