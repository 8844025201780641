"""The local Prefect server: one per home, found again by later runs, and ended by `stop`."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from flows import server
from flows.errors import ServerError
from flows.server import Server
from flows.server.environment import SERVER_SETTINGS, of_client, of_server, own_origins
from flows.server.probe import get
from flows.settings import PROJECT, Settings, load_settings

START_AT_A_WORD = """
import sys
from flows import server
from flows.settings import load_settings
settings = load_settings(home=sys.argv[1], server_port=int(sys.argv[2]))
print("ready", flush=True)
sys.stdin.readline()
print(server.start(settings).pid)
"""

HOLD_THE_LOCK = """
import fcntl, sys, time
from pathlib import Path
from flows.server import process
process.WATCH_SECONDS = 0.1
with open(sys.argv[1] + "/server.lock", "a") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    process.end_with_home(Path(lock.name), lock.fileno())
    print("ready", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _no_server_of_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)


@pytest.fixture
def home(tmp_path: Path, free_port: int) -> Iterator[Settings]:
    settings = load_settings(home=tmp_path / "home", server_port=free_port)
    yield settings
    server.stop(settings)


@pytest.fixture
def occupied(free_port: int) -> Iterator[int]:
    """A port on which a program listens that is no Prefect server."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", free_port))
        listener.listen()
        listener.settimeout(0)
        yield free_port


def test_without_a_server_there_is_no_status_and_nothing_to_stop(settings: Settings) -> None:
    assert server.status(settings) is None
    assert server.stop(settings) is False
    assert not settings.home.exists(), "asking makes no folder"


def test_a_server_of_the_users_own_is_used_and_none_is_started(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://prefect.example:4200/api")
    found = server.start(settings)
    assert (found.pid, found.ui_url) == (None, "http://prefect.example:4200")
    assert server.status(settings) == found
    assert server.stop(settings) is False
    assert not settings.home.exists()


def test_a_server_of_the_users_own_that_does_not_answer_is_one_clear_sentence(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, free_port: int
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{free_port}/api")
    with pytest.raises(ServerError, match=r"\(PREFECT_API_URL\) does not answer: start it, or unset PREFECT_API_URL"):
        server.wait(server.start(settings))


@pytest.mark.slow
def test_a_port_that_another_program_holds_is_named_with_the_way_out(tmp_path: Path, occupied: int) -> None:
    settings = load_settings(home=tmp_path / "home", server_port=occupied)
    with pytest.raises(
        ServerError, match=f"port {occupied} is held by another program: set SHOPFLOW_SERVER_PORT to a free port"
    ):
        server.start(settings)
    assert server.status(settings) is None


def test_a_port_that_another_prefect_holds_is_named_with_both_ways_out(tmp_path: Path, free_port: int) -> None:
    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"home": "/somewhere/else"}).encode())

        def log_message(self, format: str, *args: object) -> None: ...

    with HTTPServer(("127.0.0.1", free_port), Other) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        with pytest.raises(ServerError, match=r"another Prefect server.*SHOPFLOW_SERVER_PORT.*or PREFECT_API_URL=http"):
            server.start(load_settings(home=tmp_path / "home", server_port=free_port))
        other.shutdown()


def test_a_folder_that_cannot_be_written_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file stands where the folder should be")
    with pytest.raises(ServerError, match="cannot write in"):
        server.start(load_settings(home=tmp_path / "home"))


def test_a_folder_that_prefect_would_get_wrong_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="question mark"):
        server.start(load_settings(home=tmp_path / "what?"))
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_ends_while_it_starts_points_to_its_log(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ServerError, match=r"ended while it started: see .*server\.log"):
        server.wait(server.start(home))


@pytest.fixture
def living(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """Something that lives as a server does: it holds the lock, and ends when that is taken away."""
    settings.prefect_home.mkdir(parents=True)
    command = [sys.executable, "-c", HOLD_THE_LOCK, str(settings.prefect_home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}', None])
def test_a_server_that_its_file_does_not_name_is_told_and_can_be_ended(
    living: subprocess.Popen[str], settings: Settings, content: str | None
) -> None:
    """The accident: a traceback from every command, for as long as the server lived."""
    if content is not None:
        (settings.prefect_home / "server.json").write_text(content)
    for ask in (server.status, server.start):
        with pytest.raises(ServerError, match=r"does not say where: end it with `shopflow stop`, and run again$"):
            ask(settings)
    assert server.stop(settings) is True
    assert living.wait(timeout=5) == -signal.SIGTERM
    assert server.status(settings) is None


def test_a_process_that_got_the_id_of_a_server_is_left_alone(living: subprocess.Popen[str], settings: Settings) -> None:
    with subprocess.Popen(["sleep", "60"]) as other:
        (settings.prefect_home / "server.json").write_text(json.dumps({"pid": other.pid, "port": 1}))
        assert server.stop(settings) is True
        assert living.wait(timeout=5) == -signal.SIGTERM
        assert other.poll() is None
        other.kill()


def test_a_damaged_file_of_a_server_that_has_ended_is_in_nobodys_way(settings: Settings) -> None:
    settings.prefect_home.mkdir(parents=True)
    (settings.prefect_home / "server.json").touch()
    (settings.prefect_home / "server.lock").touch()
    assert server.status(settings) is None
    assert server.stop(settings) is False


def test_the_servers_environment_is_ours_alone() -> None:
    outside = {"PREFECT_API_DATABASE_CONNECTION_URL": "postgresql://production", "PATH": "/bin", "NO_PROXY": "intra"}
    inside = of_server(Path("/home/shop/prefect"), 4300, outside)
    assert "PREFECT_API_DATABASE_CONNECTION_URL" not in inside
    assert inside["PATH"] == "/bin"
    assert inside["PREFECT_SERVER_API_PORT"] == "4300", "the UI's pages call this port"
    assert inside["PREFECT_HOME"] == "/home/shop/prefect"
    assert SERVER_SETTINGS.items() <= inside.items()


def test_a_client_of_our_server_reaches_it_past_a_proxy_and_one_of_the_users_own_keeps_its_profile() -> None:
    ours = of_client("http://127.0.0.1:4300/api", Path("/home/shop/prefect"), {"NO_PROXY": "intra"})
    assert ours["NO_PROXY"] == "intra,127.0.0.1"
    assert ours["PREFECT_API_URL"] == "http://127.0.0.1:4300/api"
    assert "PREFECT_HOME" not in of_client("http://prefect.example/api", None, {})


@pytest.mark.slow
@pytest.mark.xdist_group("prefect")
def test_a_page_of_another_origin_may_neither_ask_nor_change_anything(prefect_server: Server) -> None:
    """The accident: any page in a browser on this machine could begin a run with a command of its own."""
    port = int(prefect_server.ui_url.rpartition(":")[2])

    def asked(method: str, origin: str, **headers: str) -> tuple[int, str | None]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request(
            method, "/api/variables/", body='{"name": "a", "value": 1}', headers={"Origin": origin, **headers}
        )
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status, answer.getheader("Access-Control-Allow-Origin")

    before = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    for origin in ("https://evil.example", "http://127.0.0.1:1", "null"):
        assert asked("OPTIONS", origin, **before) == (400, None)
    for origin in own_origins(port):
        assert asked("OPTIONS", origin, **before) == (200, origin)
    # What a browser sends without asking before: Prefect takes a body without a type for JSON.
    for kind in ({}, {"Content-Type": "text/plain"}):
        assert asked("POST", "https://evil.example", **kind) == (403, None)


def test_the_server_of_systemd_is_as_closed_and_as_tidy_as_the_local_one() -> None:
    told = set((PROJECT / "deployments/systemd/server.env").read_text("utf-8").splitlines())
    ours = of_server(Path("/var/lib/shopflow/prefect"), 4200, {})
    names = ("API_HOST", "CORS_ALLOWED_ORIGINS", "CSRF_PROTECTION_ENABLED", "SERVICES_DB_VACUUM_ENABLED")
    assert {f"{name}={ours[name]}" for name in (f"PREFECT_SERVER_{name}" for name in names)} <= told


@pytest.mark.slow
@pytest.mark.xdist_group("prefect")
def test_two_runs_at_once_make_one_server_which_answers_with_its_own_ui_and_is_gone_after_stop(home: Settings) -> None:
    command = [sys.executable, "-c", START_AT_A_WORD, str(home.home), str(home.server_port)]
    starters = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [starter.stdout.readline() for starter in starters if starter.stdout] == ["ready\n"] * 3
    for starter in starters:
        assert starter.stdin is not None
        starter.stdin.write("now\n")
        starter.stdin.flush()
    pids = {int(starter.communicate(timeout=30)[0]) for starter in starters}
    assert len(pids) == 1, "three processes at once, one server"
    found = server.wait(server.start(home))
    assert found.pid in pids
    assert not found.was_started, "reused"
    assert get(found.ui_url, "ui-settings")["api_url"] == found.api_url, "the UI calls the server it came from"
    told = get(found.api_url, "admin/settings")["server"]
    assert told["analytics_enabled"] is False
    assert sorted(told["services"]["db_vacuum"]["enabled"]) == ["events", "flow_runs"], "the history is pruned"
    assert server.stop(home) is True
    assert server.status(home) is None
    assert get(found.api_url, "health") is None


@pytest.mark.slow
@pytest.mark.xdist_group("prefect")
def test_a_server_names_itself_where_its_starter_was_killed_before_it_could(
    home: Settings, prefect_database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.prefect_home.mkdir(parents=True)
    shutil.copy(prefect_database, home.prefect_home / "prefect.db")
    monkeypatch.setattr("flows.server.info.write", lambda *_: None)
    started = server.wait(server.start(home))
    found = server.status(home)
    assert found is not None
    assert (found.pid, found.api_url) == (started.pid, started.api_url)


@pytest.mark.slow
@pytest.mark.xdist_group("prefect")
def test_a_server_whose_home_was_removed_ends_by_itself_and_makes_room(home: Settings, prefect_database: Path) -> None:
    home.prefect_home.mkdir(parents=True)
    shutil.copy(prefect_database, home.prefect_home / "prefect.db")
    first = server.wait(server.start(home))
    shutil.rmtree(home.home)
    second = server.start(home)
    assert second.was_started
    assert second.pid != first.pid
    server.wait(second)


@pytest.mark.slow
@pytest.mark.xdist_group("prefect")
def test_the_quick_way_to_a_database_gives_what_prefects_own_migrations_give(
    prefect_database: Path, tmp_path: Path
) -> None:
    code = (
        "import asyncio; from prefect.server.database import provide_database_interface;"
        "asyncio.run(provide_database_interface().create_db())"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PREFECT_HOME": str(tmp_path)})
    ours, theirs = schema(prefect_database), schema(tmp_path / "prefect.db")
    assert ours == theirs
    assert len(theirs) > 100


def schema(path: Path) -> list[tuple[str, ...]]:
    """Every table and index; the order of the constraints within a table is Prefect's dice."""
    connection = sqlite3.connect(path)
    found = connection.execute("select type, name, coalesce(sql, '') from sqlite_master").fetchall()
    lines = [(kind, name, *sorted(line.strip(" ,\t") for line in sql.splitlines())) for kind, name, sql in found]
    return sorted(lines) + connection.execute("select * from alembic_version").fetchall()
