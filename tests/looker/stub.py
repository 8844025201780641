"""A Looker on this machine that answers what Looker's own library knows to ask, and nothing else."""

from __future__ import annotations

import inspect
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from looker_sdk.sdk.api40 import methods, models

CLIENT, SECRET = "a-client", "a-secret-of-looker"
Reply = Callable[..., tuple[int, Any]]


@cache
def routes() -> list[tuple[str, re.Pattern[str], str, Any]]:
    """Verb, path, name and the model of the body of each method of the library, read off its generated source."""
    found = []
    for name, method in inspect.getmembers(methods.Looker40SDK, inspect.isfunction):
        sent = re.search(r"self\.(get|post|put|patch|delete)\(\s*(?:path=)?f?\"([^\"]+)\"", inspect.getsource(method))
        if sent:
            body = inspect.signature(method).parameters.get("body")
            model = re.search(r"(\w+)['\"\]>]*$", str(body.annotation)) if body else None
            pattern = re.compile("/api/4.0" + re.sub(r"\{[^}]+\}", "([^/]+)", sent[2]))
            found.append((sent[1].upper(), pattern, name, model and getattr(models, model[1], None)))
    return found


class Looker:
    """What it was asked, in order, and its replies by the name of the library's method, as status and body."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.bodies: dict[str, Any] = {}
        self.url = ""
        self.replies: dict[str, Reply] = {
            "all_datagroups": lambda: (200, [{"id": "7", "model_name": "shopflow", "name": "after_build"}]),
            "update_datagroup": lambda group: (200, {"id": group}),
            "content_validation": lambda: (200, {"content_with_errors": []}),
            "scheduled_plan_run_once_by_id": lambda plan: (200, {"id": plan}),
        }

    def answer(self, verb: str, path: str, token: str | None, body: bytes) -> tuple[int, Any]:
        """Status and body: 404 for what the library does not ask, 422 for a body with fields that its model lacks."""
        if path == "/api/4.0/login":
            form = dict(parse_qsl(body.decode()))
            if (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET):
                return 200, {"access_token": "t", "token_type": "Bearer", "expires_in": 3600}
            return 404, {"message": "Not found", "documentation_url": ""}
        if token != "Bearer t":
            return 401, {"message": "Requires authentication.", "documentation_url": ""}
        for known, pattern, name, model in routes():
            found = pattern.fullmatch(path)
            if known != verb or not found:
                continue
            told = json.loads(body) if body else None
            if model and told and not set(told) <= set(model.__annotations__):
                return 422, {"message": "Validation Failed", "documentation_url": ""}
            self.asked.append(name)
            self.bodies[name] = told
            if name in self.replies:
                return self.replies[name](*found.groups())
        return 404, {"message": "Not found", "documentation_url": ""}


@contextmanager
def looker() -> Iterator[Looker]:
    stub = Looker()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, told = stub.answer(self.command, urlsplit(self.path).path, self.headers.get("Authorization"), body)
            sent = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_POST = do_PATCH = do_PUT = do_DELETE = do_GET  # noqa: N815

        def log_message(self, *about: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
