"""`python -m tests.fakes.telegram`: the fake as a process of its own, until SIGTERM or Ctrl-C."""

import argparse
import asyncio
import contextlib
import json
import signal
from pathlib import Path

from tests.fakes.telegram.limits import Limits
from tests.fakes.telegram.server import DEFAULT_TOKEN, FakeTelegram


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.telegram", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: a free one, printed")
    parser.add_argument("--token", default=DEFAULT_TOKEN)
    parser.add_argument("--audit", type=Path, help="a file that gets a line of JSON per call")
    parser.add_argument("--limits", action="store_true", help="enforce Telegram's limits with 429")
    parser.add_argument("--no-drafts", action="store_true", help="an older server without sendMessageDraft")
    parser.add_argument("--seed", type=int, default=0, help="of the faults that strike by chance")
    return parser.parse_args()


async def _serve(options: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    async with FakeTelegram(
        token=options.token,
        port=options.port,
        limits=Limits() if options.limits else None,
        drafts=not options.no_drafts,
        audit_file=options.audit,
        seed=options.seed,
    ) as telegram:
        print(json.dumps({"base_url": telegram.base_url, "token": telegram.token}), flush=True)
        await stopped.wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(_options()))
