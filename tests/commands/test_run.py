"""A Prefect server that answers but cannot do its part is one sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path

import pytest

from flows.settings import Settings

pytestmark = pytest.mark.slow


class _Failing(BaseHTTPRequestHandler):
    """Says that it is there, and answers everything else like a server whose database has no room left."""

    def do_GET(self) -> None:
        without_database = {"health": b"true", "version": json.dumps(version("prefect")).encode()}
        body = without_database.get(self.path.split("/")[-1])
        self.send_response(500 if body is None else 200)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def failing() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Failing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_server_that_answers_with_errors_only_is_one_sentence(
    failing: str, settings: Settings, tmp_path: Path
) -> None:
    """Regression: on a full disk a run ended in a traceback, or in a line of Prefect's for each line of its log."""
    source = tmp_path / "events.csv"
    source.write_text("event_id,event_type,event_timestamp,user_id\ne1,page_view,2025-11-01T10:00:00Z,u1\n")
    environment = {"SHOPFLOW_HOME": str(settings.home), "PREFECT_API_URL": f"{failing}/api"}
    ran = subprocess.run(
        [sys.executable, "-m", "flows", "run", "--source", str(source)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **environment},
    )
    assert ran.stderr == (
        f"shopflow: the Prefect server at {failing} failed during the run (HTTP status 500), as it does where its disk "
        "is full; then run again\n"
    )
    assert ran.returncode == 1
