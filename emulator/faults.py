"""Faults on order: the next requests that match are answered with 503, or their connection breaks.

`POST /__faults` orders one, `GET` tells those that are left, `DELETE` forgets them; both servers keep to the same list.
It is not a gap: BigQuery and Cloud Storage do this by themselves.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

import bqemulator.server as server
from gcp_storage_emulator.server import Router

UNAVAILABLE, FORBIDDEN, LOST, UNHEARD = "unavailable", "forbidden", "lost", "unheard"

# Refusals, as Google words them.
_REFUSALS = {
    UNAVAILABLE: (503, "backendError", "The service is currently unavailable."),
    FORBIDDEN: (403, "accessDenied", "Access Denied: permission bigquery.tables.updateData denied"),
}


@dataclass
class Fault:
    """`what` happens to the next `times` requests whose method, path with question, and body the patterns find.

    `unavailable`: 503, nothing is done. `forbidden`: 403, for a right that lacks. `lost`: the connection breaks, nothing is done. `unheard`: the work is done,
    and the connection breaks before the answer. The first `after` requests that match are let through.
    """

    what: str = UNAVAILABLE
    times: int = 1
    after: int = 0
    method: str = ""
    path: str = ""
    body: str = ""


_ORDERED: list[Fault] = []


def _next(method: str, path: str, body: str) -> str | None:
    """What shall happen to a request."""
    for fault in _ORDERED:
        patterns = ((fault.method, method), (fault.path, path), (fault.body, body))
        if fault.times and all(re.search(pattern, text) for pattern, text in patterns):
            if fault.after:
                fault.after -= 1
                return None
            fault.times -= 1
            return fault.what
    return None


def install() -> None:
    """Let both servers take orders."""
    make, handle = server.create_app, Router.handle
    server.create_app = lambda context: _Faulty(make(context))

    def faulty(router: Any, method: str) -> None:
        request = router._request_handler
        what = _next(method, request.path, "")
        if what in _REFUSALS:
            request.send_response(HTTPStatus(_REFUSALS[what][0]))
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        if what == UNHEARD:
            request.wfile = _Deaf()
        if what != LOST:
            handle(router, method)
        if what in (LOST, UNHEARD):
            request.close_connection = True

    Router.handle = faulty


class _Deaf:
    """Takes an answer that nobody shall hear."""

    closed = False

    def write(self, data: bytes) -> int:
        return len(data)

    def flush(self) -> None: ...

    def close(self) -> None: ...


class _Faulty:
    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if scope["path"] == "/__faults":
            return await _take_order(scope["method"], await _body(receive), send)
        if not any(fault.times for fault in _ORDERED):
            return await self.app(scope, receive, send)
        body = await _body(receive)
        path = f"{scope['path']}?{scope['query_string'].decode()}"
        what = _next(scope["method"], path, body.decode(errors="replace"))
        if what in _REFUSALS:
            code, reason, message = _REFUSALS[what]
            told = {"code": code, "message": message, "errors": [{"reason": reason, "message": message}]}
            return await _answer(send, code, {"error": told})
        if what == UNHEARD:
            await self.app(scope, _again(body, receive), _nowhere)
        if what in (LOST, UNHEARD):
            send.__self__.transport.abort()
            return await asyncio.sleep(0.01)  # uvicorn hears of it, and does not answer
        await self.app(scope, _again(body, receive), send)


async def _nowhere(message: Any) -> None: ...


async def _body(receive: Any) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _again(body: bytes, receive: Any) -> Any:
    told = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Any:
        return told.pop() if told else await receive()

    return again


async def _take_order(method: str, body: bytes, send: Any) -> None:
    if method == "POST":
        _ORDERED.append(Fault(**json.loads(body)))
    elif method == "DELETE":
        _ORDERED.clear()
    await _answer(send, 200, [asdict(fault) for fault in _ORDERED if fault.times])


async def _answer(send: Any, status: int, body: Any) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
