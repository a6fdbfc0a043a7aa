"""`python -m benchmarks.chaos [--short]`: breaks the product in every way the guarantees name.

The last line on standard output is one JSON object, whatever happened: `broken` names the figures that break
a guarantee or are missing, and the stages that failed or took too long; the exit status is then 1.
"""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from benchmarks.chaos.plan import run_long, run_short
from benchmarks.chaos.verdict import Ledger


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("--short", action="store_true", help="within a minute, with fewer conversations")
    parser.add_argument("--seed", type=int, default=1, help="of the random kills")
    parser.add_argument("--only", help="of the long form only the stage of this name")
    parser.add_argument("--logs", type=Path, help="a folder to leave the processes' logs in")
    options = parser.parse_args()
    ledger = Ledger()
    try:
        asyncio.run(_until_told(ledger, options))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130
    return 1 if ledger.broken() else 0


async def _until_told(ledger: Ledger, options: argparse.Namespace) -> None:
    running = asyncio.ensure_future(
        run_short(ledger, options.seed, options.logs)
        if options.short
        else run_long(ledger, options.seed, options.logs, options.only)
    )
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    try:
        await running
    finally:
        figures = {**ledger.results, "failed": ledger.failed, "broken": ledger.broken()}
        print(json.dumps(figures, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    sys.exit(main())
