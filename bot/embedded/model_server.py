"""llama.cpp's own OpenAI server in this process, and where other processes find it.

It answers one request at a time (a second slot would read the static prefix again, and both would be slow);
how many may wait for it is the callers' semaphore. A cancelled request frees it within moments.
"""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import structlog

from bot.embedded.files import is_alive, write_whole
from bot.errors import ServiceError

log = structlog.get_logger()

_HOST = "127.0.0.1"
_PREFIX_CACHE_MIB = 256
"""For the prompts that the slot held before: about 28 KB a token. llama.cpp's default is 8 GB."""
_MAX_THREADS = 8
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelServerOptions:
    """`port` 0: the one of the last run if it is free, else any. `threads` 0: one a core, at most 8."""

    model: Path
    data_dir: Path
    context_tokens: int
    port: int = 0
    threads: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class RunningModel:
    """`url` ends in /v1."""

    url: str
    model: str
    pid: int


def read_running_model(data_dir: Path) -> RunningModel | None:
    """The model server of this data folder; None unless its process lives and has loaded the model."""
    model = _recorded(data_dir)
    return model if model is not None and is_alive(model.pid) else None


def read_model_url(data_dir: Path) -> str | None:
    """Where the local model answers now. Ask again after a failure: a restarted server may have moved."""
    model = read_running_model(data_dir)
    return model.url if model is not None else None


async def is_healthy(url: str, *, timeout_s: float = 2.0) -> bool:
    """Whether the server at `url` has its model loaded. A server that is merely busy is healthy."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout_s)) as session,
            session.get(f"{url.removesuffix('/v1')}/health") as response,
        ):
            return response.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False


async def wait_for_model(data_dir: Path, *, within_s: float) -> str:
    """The url as soon as the model answers. Raises ServiceError if that takes longer."""
    try:
        async with asyncio.timeout(within_s):
            while True:
                url = read_model_url(data_dir)
                if url is not None and await is_healthy(url):
                    return url
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise ServiceError(f"the local model is not ready after {within_s:.0f} s") from None


def serve_model(options: ModelServerOptions, warm_up: Callable[[str], None] | None = None) -> None:
    """Load the model and serve it until SIGTERM or SIGINT. Raises ServiceError if it cannot be loaded.

    `warm_up` is called with the server's address before the first answer is promised. Call this in the
    main thread of a process that does nothing else.
    """
    # Idle threads of OpenMP must sleep: spinning ones starve everything else on a small machine. Read once
    # by the library as it is loaded, so before the import.
    os.environ["OMP_WAIT_POLICY"] = "passive"
    try:
        import xllamacpp
    except ImportError as error:
        raise ServiceError(
            "the local model needs the package xllamacpp: install dezhurny[local], or set LLM_PROVIDER"
        ) from error

    # The load holds the interpreter for seconds: no handler of ours would run, the kernel's default does.
    for number in _STOP_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    try:
        server = xllamacpp.Server(_parameters(xllamacpp.CommonParams(), options))
    except RuntimeError as error:
        raise ServiceError(f"{options.model} cannot be loaded: {error}") from error
    if warm_up is not None:
        warm_up(f"{server.listening_address}/v1")
    stopping = _stop_signal_pipe()
    record = _record(options.data_dir)
    running = {"url": f"{server.listening_address}/v1", "model": options.model.stem, "pid": os.getpid()}
    write_whole(record, json.dumps(running))
    log.info("model_ready", **running)
    stopping.recv(1)
    record.unlink(missing_ok=True)
    log.info("model_stopped")
    # No orderly end: the server would first finish the answer that it is at.
    os._exit(0)


def _stop_signal_pipe() -> socket.socket:
    """A socket that a stop signal can be read from.

    The signal may reach one of the server's own threads, which does not wake the interpreter's.
    """
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.detach())
    for number in _STOP_SIGNALS:
        signal.signal(number, lambda *_: None)
    return reader


def _parameters(parameters: Any, options: ModelServerOptions) -> Any:
    threads = options.threads or min(_cores(), _MAX_THREADS)
    parameters.model.path = str(options.model)
    parameters.model_alias = {options.model.stem}
    parameters.n_ctx = options.context_tokens
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = threads
    parameters.cpuparams_batch.n_threads = threads
    parameters.n_gpu_layers = 0
    parameters.hostnames = [_HOST]
    parameters.port = options.port or _free_port(options.data_dir)
    parameters.warmup = True
    parameters.cache_prompt = True
    parameters.cache_ram_mib = _PREFIX_CACHE_MIB
    parameters.endpoint_slots = True
    parameters.verbosity = 2  # warnings
    parameters.ui = False
    parameters.cors_origins = f"http://{_HOST}"
    return parameters


def _cores() -> int:
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _free_port(data_dir: Path) -> int:
    """The port of a run that was killed, so that its clients find the next one; else any."""
    last = _recorded(data_dir)
    wanted = int(last.url.removesuffix("/v1").rpartition(":")[2]) if last is not None else 0
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServiceError("no port is free on the loopback interface")


def _recorded(data_dir: Path) -> RunningModel | None:
    try:
        return RunningModel(**json.loads(_record(data_dir).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def _record(data_dir: Path) -> Path:
    return data_dir / "run" / "model.json"
