"""How a reply goes over its connection: in pieces as a stream, or cut off on the way."""

import asyncio

from aiohttp import web

from tests.fakes.model.script import Seen
from tests.fakes.model.wire import Spoken, Wire


async def stream(request: web.Request, wire: Wire, spoken: Spoken, token_s: float) -> web.StreamResponse:
    reply = spoken.reply
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await response.prepare(request)
    nonsense = reply.kind == "nonsense"
    events = [b"data: " + spoken.text.encode() + b"\n\n"] if nonsense else wire.events(spoken)
    if reply.cut_after is not None:
        events = events[: reply.cut_after]
    if token_s:
        for event in events:
            await response.write(event)
            await asyncio.sleep(token_s)
    else:
        await response.write(b"".join(events))
    if reply.cut_after is not None:
        spoken.seen.outcome = "cut"
        transport_of(request).close()
        return response
    spoken.seen.outcome = "answered"
    await response.write_eof()
    return response


async def cut_body(
    request: web.Request, response: web.Response, body: bytes, seen: Seen
) -> web.StreamResponse:
    """Send the head and half of the body, then hang up."""
    partial = web.StreamResponse(headers={"Content-Type": response.content_type})
    partial.content_length = len(body)
    await partial.prepare(request)
    await partial.write(body[: len(body) // 2])
    seen.outcome = "cut"
    transport_of(request).close()
    return partial


def transport_of(request: web.Request) -> asyncio.Transport:
    assert request.transport is not None
    assert isinstance(request.transport, asyncio.Transport)
    return request.transport
