"""What runs beside a home's server: one of each kind, found again, given anew where it differs, and ended."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.server import Server, companions
from flows.server.companions import Companion
from flows.server.environment import of_worker
from flows.settings import Settings
from tests.deployed.conftest import until

ASLEEP = Companion("asleep", "tests.deployed.asleep")
SERVER = Server("http://127.0.0.1:4999/api", Path("/home/shop/prefect"))


@pytest.fixture(autouse=True)
def _one_kind(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[None]:
    monkeypatch.setattr(companions, "COMPANIONS", (ASLEEP,))
    settings.prefect_home.mkdir(parents=True)
    yield
    if settings.prefect_home.exists():
        companions.stop(settings)


def pid(settings: Settings) -> int:
    """The companion's process id, once it listens to signals."""
    until((settings.prefect_home / "asleep.ready").exists)
    found: int = json.loads((settings.prefect_home / "asleep.json").read_text())["pid"]
    return found


def test_one_lives_until_it_is_stopped_and_a_second_start_finds_it(settings: Settings) -> None:
    assert companions.living(settings) == []
    assert companions.start(ASLEEP, settings, SERVER, "pool") is True
    first = pid(settings)
    assert companions.start(ASLEEP, settings, SERVER, "pool") is False
    assert companions.living(settings) == ["asleep"]
    assert companions.stop(settings) == ["asleep"]
    assert (companions.living(settings), companions.stop(settings)) == ([], [])
    until(lambda: not is_there(first))


@pytest.mark.parametrize(
    ("server", "given"), [(SERVER, "other"), (Server("http://prefect.example/api"), "pool")], ids=["pool", "server"]
)
def test_one_that_was_given_something_else_is_replaced(settings: Settings, server: Server, given: str) -> None:
    companions.start(ASLEEP, settings, SERVER, "pool")
    first = pid(settings)
    assert companions.start(ASLEEP, settings, server, given) is True
    assert pid(settings) != first
    assert companions.living(settings) == ["asleep"]
    until(lambda: not is_there(first))


@pytest.mark.slow
@pytest.mark.parametrize("note", ["", "[]", '{"pid": "x"}', None])
def test_one_whose_note_is_damaged_ends_all_the_same(settings: Settings, note: str | None) -> None:
    companions.start(ASLEEP, settings, SERVER)
    first, path = pid(settings), settings.prefect_home / "asleep.json"
    path.unlink() if note is None else path.write_text(note)
    assert companions.stop(settings) == ["asleep"]
    until(lambda: not is_there(first))


def test_a_process_that_got_its_id_is_left_alone(settings: Settings) -> None:
    companions.start(ASLEEP, settings, SERVER)
    first = pid(settings)
    with subprocess.Popen(["sleep", "60"]) as other:
        (settings.prefect_home / "asleep.json").write_text(json.dumps({"pid": other.pid, "given": []}))
        assert companions.stop(settings) == ["asleep"]
        assert other.poll() is None
        other.kill()
    until(lambda: not is_there(first))


def test_one_that_does_not_listen_is_killed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(companions, "END_SECONDS", 0.2)
    companions.start(ASLEEP, settings, SERVER, "stubborn")
    first = pid(settings)
    assert companions.stop(settings) == ["asleep"]
    until(lambda: not is_there(first))


def test_one_ends_with_its_home(settings: Settings) -> None:
    companions.start(ASLEEP, settings, SERVER)
    first = pid(settings)
    shutil.rmtree(settings.home)
    until(lambda: not is_there(first))


def test_a_companion_has_no_setting_of_the_shell_and_of_our_server_ours_alone() -> None:
    shell = {"SHOPFLOW_TARGET": "bigquery", "PREFECT_API_KEY": "key", "PATH": "/bin", "PYTHONPATH": "/lib"}
    ours = of_worker(SERVER.api_url, SERVER.folder, shell)
    assert not any(name.startswith("SHOPFLOW_") for name in ours)
    assert "PREFECT_API_KEY" not in ours
    assert (ours["PREFECT_API_URL"], ours["PATH"]) == (SERVER.api_url, "/bin")
    assert ours["PREFECT_WORKER_WEBSERVER_HOST"] == "127.0.0.1"
    assert ours["PYTHONPATH"].endswith(f"{os.pathsep}/lib")
    theirs = of_worker("http://prefect.example/api", None, shell)
    assert theirs["PREFECT_API_KEY"] == "key"
    assert "SHOPFLOW_TARGET" not in theirs


def is_there(pid: int) -> bool:
    """Whether a process lives; one that has ended and that nobody has asked about does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
