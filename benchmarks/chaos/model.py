"""The model server of a run: answers with the marks of the question, and obeys what the question orders.

`python -m benchmarks.chaos.model --port 8090`; it prints a line for every poisonous question it gets.
"""

import argparse
import asyncio
import re
import secrets
from collections.abc import Callable

from benchmarks.chaos.marks import answer_to, marks_in
from tests.fakes.model import Reply, Script, ScriptedModel, Seen

POISON = "(яд)"
SLOW = "(думай {seconds:g})"
"""So long before the first byte."""
WRITING = "(пиши {seconds:g})"
"""So long between two words."""
BROKEN = {
    "500": Reply(status=500),
    "cut": Reply(cut_after=4),
    "nonsense": Reply(kind="nonsense"),
    "empty": Reply(kind="empty"),
    "huge": Reply(kind="huge"),
}
BREAK = "(сломай {how})"
BREAK_ALL = "(сломай все {how})"

_QUESTION = re.compile(r"Сообщение клиента \(\w+\): (.*)", re.DOTALL)
_ORDER = re.compile(r"\((думай|пиши|сломай все|сломай) ([\w.]+)\)")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_POISON_WAIT_S = 60.0


class ObedientScript(Script):
    """`spare`: this is the fallback, which only an order to all breaks."""

    def __init__(self, *, spare: bool, on_poison: Callable[[str], None]) -> None:
        super().__init__(answer=_answer)
        self._spare = spare
        self._on_poison = on_poison

    def reply_to(self, seen: Seen) -> Reply:
        question = _question(seen)
        if POISON in question:
            self._on_poison(marks_in(question)[0])
            return Reply(latency_s=_POISON_WAIT_S)
        for verb, value in _ORDER.findall(question):
            if verb == "думай":
                return Reply(latency_s=float(value))
            if verb == "пиши":
                return Reply(token_s=float(value))
            if verb == "сломай все" or not self._spare:
                return BROKEN[value]
        return Reply()


def _question(seen: Seen) -> str:
    found = _QUESTION.search(seen.question)
    return found[1] if found else seen.question


def _answer(seen: Seen) -> str:
    answer_id = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return answer_to(marks_in(_question(seen)), answer_id)


def obedient_model(
    *, port: int = 0, spare: bool = False, on_poison: Callable[[str], None] = print
) -> ScriptedModel:
    model = ScriptedModel(port=port, keep=100)
    model.script = ObedientScript(spare=spare, on_poison=on_poison)
    return model


async def _serve(port: int) -> None:
    async with obedient_model(port=port, on_poison=lambda mark: print(mark, flush=True)):
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos.model")
    parser.add_argument("--port", type=int, required=True)
    asyncio.run(_serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
