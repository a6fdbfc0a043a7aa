"""The scripted model server as a process: python -m tests.fakes.model --port 8090 --latency 2.0"""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from tests.fakes.model.script import Reply, Rule
from tests.fakes.model.server import DEFAULT_CREDENTIALS, ScriptedModel


def main() -> None:
    arguments = _parser().parse_args()
    rules = json.loads(arguments.rules.read_text("utf-8")) if arguments.rules else []
    model = ScriptedModel(
        [Rule.from_dict(rule) for rule in rules],
        default=Reply(kind=arguments.kind, text=arguments.answer),
        latency_s=arguments.latency,
        token_s=arguments.token_time,
        host=arguments.host,
        port=arguments.port,
        api_key=arguments.api_key,
        credentials=arguments.credentials,
        token_lifetime_s=arguments.token_lifetime,
        gigachat_streams=arguments.gigachat_streams,
        keep=arguments.keep,
    )
    asyncio.run(_serve(model))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.model", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any free one; it is printed")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before the first byte")
    parser.add_argument("--token-time", type=float, default=0.0, help="seconds between pieces of a stream")
    parser.add_argument("--kind", default="text", help="the default reply: text, echo, empty, huge, ...")
    parser.add_argument("--answer", help="the default reply's text")
    parser.add_argument("--rules", type=Path, help="a JSON file with a list of rules")
    parser.add_argument("--api-key", help="the OpenAI key to insist on")
    parser.add_argument("--credentials", default=DEFAULT_CREDENTIALS, help="GigaChat's authorization key")
    parser.add_argument("--token-lifetime", type=float, default=1800.0)
    parser.add_argument("--gigachat-streams", type=int, help="429 above so many requests at once")
    parser.add_argument("--keep", type=int, default=2_000, help="how many requests the log remembers")
    return parser


async def _serve(model: ScriptedModel) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with model:
        urls = {
            "openai_url": model.openai_url,
            "gigachat_url": model.gigachat_url,
            "gigachat_auth_url": model.gigachat_auth_url,
            "control_url": f"{model.url}/control",
        }
        sys.stdout.write(json.dumps(urls) + "\n")
        sys.stdout.flush()
        await stopped.wait()


if __name__ == "__main__":
    main()
