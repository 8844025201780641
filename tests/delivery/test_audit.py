"""`make audit`: a known vulnerability is told, and where nobody can be asked nothing is called sound."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from flows.settings import PROJECT
from tests.ports import free_port

KNOWN = {
    "id": "PYSEC-2026-1",
    "modified": "2026-11-01T00:00:00Z",
    "summary": "made up",
    "affected": [
        {
            "package": {"name": "weak", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.3"}]}],
            "versions": ["1.2"],
        }
    ],
}


class Service(BaseHTTPRequestHandler):
    """A database of vulnerabilities that knows one, of the library `weak`; it speaks as OSV does."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = json.dumps({"vulns": [KNOWN]} if asked["package"]["name"] == "weak" else {}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def audited(linters: Path, pins: Path, service: str) -> tuple[int, str]:
    """The exit code and what is said, with a service of ours."""
    code = (
        "import sys; from pathlib import Path; from delivery.audit import audit; "
        "code, said = audit(sys.argv[2:], Path(sys.argv[1])); print(said); sys.exit(code)"
    )
    options = ["--vulnerability-service", "osv", "--osv-url", service]
    command = [str(linters), "-c", code, str(pins), *options]
    ran = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr


@pytest.fixture
def pins(tmp_path: Path) -> Path:
    path = tmp_path / "constraints.txt"
    path.write_text("sound==2.0\nother==1.0 ; python_full_version < '3.0'\n")
    return path


@pytest.mark.slow
def test_libraries_without_a_known_vulnerability_pass(linters: Path, pins: Path, service: str) -> None:
    code, said = audited(linters, pins, service)
    assert (code, said) == (0, "1 libraries audited, 0 known vulnerabilities\n")


@pytest.mark.slow
def test_a_known_vulnerability_is_told_with_the_version_that_mends_it(linters: Path, pins: Path, service: str) -> None:
    pins.write_text(pins.read_text() + "weak==1.2\n")
    code, said = audited(linters, pins, service)
    assert code == 1, said
    assert "weak 1.2: PYSEC-2026-1, mended in 1.3\n" in said


@pytest.mark.slow
def test_where_nobody_can_be_asked_nothing_was_audited(linters: Path, pins: Path) -> None:
    code, said = audited(linters, pins, f"http://127.0.0.1:{free_port()}")
    assert code == 2, said
    assert said.startswith("Nothing was audited: pip-audit could not ask about constraints.txt, which needs a network")
    assert "Traceback" not in said
    assert len(said.splitlines()) == 1
