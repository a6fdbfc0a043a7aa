"""The other side of `OwnProcess`: builds a function once, then calls it as often as it is asked to.

Messages are pickles behind their length, in on standard input and out on what was standard output. When
the input ends, because the parent has closed it or was killed, the process ends in the middle of its work.
"""

import os
import pickle
import queue
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO

from bot.errors import SpeechError

HEADER_BYTES = 8


def main() -> None:
    inbox, outbox = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print must not be taken for a message
    wanted: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(inbox, wanted), daemon=True).start()
    try:
        work = pickle.loads(wanted.get())()
    except Exception as error:  # the edge of the process: whatever it is, the parent is to know
        _write(outbox, "failed", _portable(error))
        return
    _write(outbox, "done", None)
    while True:
        _answer(outbox, work, wanted.get())


def _answer(outbox: BinaryIO, work: Callable[..., Any], message: bytes) -> None:
    try:
        result = work(lambda value: _write(outbox, "progress", value), *pickle.loads(message))
    except Exception as error:  # the edge of the process: whatever it is, the parent is to know
        _write(outbox, "failed", _portable(error))
    else:
        _write(outbox, "done", result)


def _read(inbox: BinaryIO, wanted: "queue.SimpleQueue[bytes]") -> None:
    try:
        while header := inbox.read(HEADER_BYTES):
            wanted.put(inbox.read(int.from_bytes(header, "big")))
    finally:
        os._exit(0)  # whatever ends this thread: without it nobody would notice that the parent is gone


def _write(outbox: BinaryIO, kind: str, value: object) -> None:
    outbox.write(framed((kind, value)))
    outbox.flush()


def framed(message: object) -> bytes:
    data = pickle.dumps(message, protocol=5)
    return len(data).to_bytes(HEADER_BYTES, "big") + data


def _portable(error: Exception) -> Exception:
    """The error with where it came from, or what can be said of one that cannot travel."""
    error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))
    except (pickle.PicklingError, TypeError, AttributeError):
        return SpeechError(f"{type(error).__name__}: {error}")
    return error


if __name__ == "__main__":
    main()
