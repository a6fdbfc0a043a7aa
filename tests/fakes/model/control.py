"""The control interface: change the script while the server runs, and read what it saw."""

import asyncio
import json
from typing import TYPE_CHECKING

from aiohttp import web

from tests.fakes.model.script import Reply, Rule, dumps

if TYPE_CHECKING:
    from tests.fakes.model.server import ScriptedModel


def add_control(app: web.Application, model: "ScriptedModel") -> None:
    """Routes under /control/: state, log, rules, defaults, refuse, revoke-tokens, reset."""
    control = _Control(model)
    app.router.add_get("/control/state", control.state)
    app.router.add_get("/control/log", control.log)
    app.router.add_put("/control/rules", control.replace_rules)
    app.router.add_post("/control/rules", control.add_rules)
    app.router.add_put("/control/defaults", control.defaults)
    app.router.add_post("/control/refuse", control.refuse)
    app.router.add_post("/control/revoke-tokens", control.revoke_tokens)
    app.router.add_post("/control/reset", control.reset)


class _Control:
    def __init__(self, model: "ScriptedModel") -> None:
        self._model = model
        self._tasks: set[asyncio.Task[None]] = set()

    async def state(self, _: web.Request) -> web.Response:
        return _json(self._model.state())

    async def log(self, _: web.Request) -> web.Response:
        """The requests it still remembers, oldest first, one JSON object a line."""
        lines = [dumps(seen.to_dict()) for seen in self._model.seen]
        return web.Response(body=b"\n".join(lines), content_type="application/x-ndjson")

    async def replace_rules(self, request: web.Request) -> web.Response:
        """Body: a list of rules, each `{"reply": {...}, "contains": "...", "times": 1, ...}`."""
        self._model.script.replace(await _rules(request))
        return _json({})

    async def add_rules(self, request: web.Request) -> web.Response:
        self._model.script.add(*await _rules(request))
        return _json({})

    async def defaults(self, request: web.Request) -> web.Response:
        """Body: any of `latency_s`, `token_s`, `token_latency_s`, `gigachat_streams`, `reply`."""
        value = json.loads(await request.read())
        if "reply" in value:
            self._model.script.default = Reply(**value.pop("reply"))
        for name in ("latency_s", "token_s", "token_latency_s", "gigachat_streams"):
            if name in value:
                setattr(self._model, name, value[name])
        return _json({})

    async def refuse(self, request: web.Request) -> web.Response:
        """Refuse all connections for `for_s` seconds, this interface included, then take them again."""
        for_s = float(json.loads(await request.read())["for_s"])
        task = asyncio.create_task(self._refuse(for_s))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return _json({})

    async def _refuse(self, for_s: float) -> None:
        await asyncio.sleep(0.05)  # the answer to this request goes out first
        await self._model.refuse()
        await asyncio.sleep(for_s)
        await self._model.accept()

    async def revoke_tokens(self, _: web.Request) -> web.Response:
        self._model.tokens.revoke_all()
        return _json({})

    async def reset(self, _: web.Request) -> web.Response:
        """Forget the rules and what was seen; the counts of outcomes too."""
        model = self._model
        model.script.replace(())
        model.script.default = Reply()
        model.seen.clear()
        model.outcomes.clear()
        model.requests = model.peak_streams = model.peak_token_requests = 0
        return _json({})


async def _rules(request: web.Request) -> list[Rule]:
    return [Rule.from_dict(value) for value in json.loads(await request.read())]


def _json(value: object) -> web.Response:
    return web.Response(body=dumps(value), content_type="application/json")
