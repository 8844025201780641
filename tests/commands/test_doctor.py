"""`shopflow doctor` where the warehouse is a file: each line is ok or says what to do, and nothing is changed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections import namedtuple
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import pytest

from flows import serving
from flows.commands.doctor import show_health
from flows.doctor import Check, Finding, checks, diagnosed
from flows.doctor.versions import look as versions
from flows.errors import SettingsError, WarehouseError
from flows.settings import Settings, load_settings
from flows.warehouse import open_warehouse

NOON = datetime(2025, 11, 1, 12, tzinfo=UTC)
Usage = namedtuple("Usage", "total used free")

HOLD = """
import sys, duckdb
held = duckdb.connect(sys.argv[1])
print("holding", flush=True)
sys.stdin.readline()
"""


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "")


@pytest.fixture
def shop(tmp_path: Path, free_port: int) -> Settings:
    """A home with a warehouse whose time zone is fixed, and a serving copy."""
    settings = load_settings(home=tmp_path / "home", server_port=free_port, reporting_timezone="Europe/Paris")
    with open_warehouse(settings) as warehouse:
        warehouse.query("insert into ops.settings values ('reporting_timezone', 'Europe/Paris')")
        warehouse.query("create schema marts")
        warehouse.query("create table marts.fct_sessions as select 1 as one")
        with serving.draft(settings, NOON) as draft:
            warehouse.export(draft, "v1")
    serving.make_current(settings, settings.serving / draft.name.removeprefix(".draft-"))
    return settings


def found(settings: Settings) -> dict[str, Finding]:
    """What the checks find, dbt's apart, which takes seconds."""
    return {finding.name: finding for finding in diagnosed(c for c in checks(settings) if c.name != "dbt")}


def files(folder: Path) -> dict[str, tuple[int, int]]:
    """All that lies in a folder, with its size and when it was written."""
    return {str(p.relative_to(folder)): (p.lstat().st_size, p.lstat().st_mtime_ns) for p in folder.rglob("*")}


def test_what_hangs_on_a_check_that_failed_is_skipped_and_no_fault_ends_the_others() -> None:
    def refuse() -> str:
        raise SettingsError("log in first")

    def burst() -> str:
        raise ZeroDivisionError("nobody thought of it")

    told = diagnosed(
        [
            Check("a", refuse),
            Check("b", burst, needs=("a",)),
            Check("c", lambda: "fine", needs=("b",)),
            Check("d", burst),
            Check("e", lambda: "fine"),
        ]
    )
    assert [(each.name, each.verdict, each.told) for each in told] == [
        ("a", "fails", "log in first"),
        ("b", "skipped", "not looked at before a is ok"),
        ("c", "skipped", "not looked at before b is ok"),
        ("d", "fails", "ZeroDivisionError: nobody thought of it"),
        ("e", "ok", "fine"),
    ]


def test_an_empty_home_can_be_used_and_is_not_made(tmp_path: Path, free_port: int) -> None:
    told = found(load_settings(home=tmp_path / "a" / "home", server_port=free_port))
    assert {each.verdict for each in told.values()} == {"ok"}
    assert told["home"].told.startswith(f"{tmp_path / 'a' / 'home'}, not made yet, ")
    assert told["warehouse"].told == "none yet; the first run makes it"
    assert told["Prefect server"].told == f"not running; a run starts it, port {free_port} is free"
    assert list(tmp_path.iterdir()) == []


def test_a_home_in_use_is_told_and_left_as_it_is(shop: Settings) -> None:
    before = files(shop.home)
    told = found(shop)
    assert {each.verdict for each in told.values()} == {"ok"}
    assert told["warehouse"].told.endswith(", 0 batches")
    assert told["time zone"].told == "Europe/Paris, fixed by the first load"
    assert told["serving copy"].told == f"{serving.current(shop)}, 1 mart"
    assert files(shop.home) == before


def test_another_time_zone_than_that_of_the_first_load_is_named(shop: Settings) -> None:
    told = found(shop.model_copy(update={"reporting_timezone": "UTC"}))["time zone"]
    assert told.verdict == "fails"
    assert "set it to Europe/Paris" in told.told


def test_a_warehouse_that_another_program_holds_is_told_with_its_process(shop: Settings) -> None:
    command = [sys.executable, "-c", HOLD, str(shop.warehouse_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as notebook:
        assert notebook.stdout is not None
        assert notebook.stdout.readline() == "holding\n"
        told = found(shop)
        notebook.communicate("end\n")
    assert (told["warehouse"].verdict, told["time zone"].verdict) == ("fails", "skipped")
    assert f"pid {notebook.pid}" in told["warehouse"].told


def test_a_file_that_is_no_warehouse_is_told(shop: Settings) -> None:
    shop.warehouse_path.write_bytes(b"no database, but long enough to be looked at " * 200)
    told = found(shop)["warehouse"]
    assert told.verdict == "fails"
    assert "is damaged or no DuckDB file: move it away" in told.told


def test_a_copy_that_is_gone_is_told(shop: Settings) -> None:
    copy = serving.current(shop)
    assert copy is not None
    copy.unlink()
    assert "leads to a file that is gone: `shopflow run` publishes another" in found(shop)["serving copy"].told


def test_a_file_in_the_homes_place_and_a_full_disk_are_told(
    tmp_path: Path, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    settings = load_settings(home=tmp_path / "file", server_port=free_port)
    assert found(settings)["home"].told.startswith(f"cannot write in {tmp_path / 'file'}: Not a directory; ")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 10**12, 999_999_999))
    told = found(load_settings(home=tmp_path / "home", server_port=free_port))["home"]
    assert told.verdict == "fails"
    assert "a run may take 1.0 GB: make room" in told.told


@pytest.mark.slow
def test_a_port_that_another_program_holds_is_told(shop: Settings) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", shop.server_port))
        other.listen()
        told = found(shop)["Prefect server"]
    assert (told.verdict, f"port {shop.server_port} is held by another program" in told.told) == ("fails", True)


@pytest.mark.slow
def test_a_server_of_ones_own_that_does_not_answer_is_told(shop: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    assert "(PREFECT_API_URL) does not answer: start it" in found(shop)["Prefect server"].told


def test_a_library_that_lacks_or_is_of_another_version_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = ["duckdb==0.1", "nosuchlib>=1", "alsonot>=1; extra == 'bigquery'", "typer>=0.1"]
    monkeypatch.setattr(metadata, "requires", lambda _: wanted)
    installed = metadata.version("duckdb")
    with pytest.raises(SettingsError, match=rf"^duckdb is {installed}, .* ==0\.1; nosuchlib is not installed: `pip "):
        versions(settings)
    with pytest.raises(SettingsError, match=r"alsonot is not installed: `pip install -e '\.\[bigquery\]'` mends it"):
        versions(settings.model_copy(update={"target": "bigquery"}))


@pytest.mark.slow
def test_the_command_ends_with_1_where_a_check_fails(shop: Settings) -> None:
    environment = {"SHOPFLOW_HOME": str(shop.home), "SHOPFLOW_SERVER_PORT": str(shop.server_port)}
    command = [sys.executable, "-m", "flows", "doctor"]
    ran = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment})  # the zone is UTC
    assert (ran.returncode, ran.stderr) == (1, "")
    *lines, last = ran.stdout.splitlines()
    assert last == "1 check failed"
    verdicts = {line[9:30].strip(): line.split()[0] for line in lines}
    assert verdicts["time zone"] == "fails"
    assert {verdict for name, verdict in verdicts.items() if name != "time zone"} == {"ok"}
    assert "dbt" in verdicts


def test_a_name_does_nothing_to_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def look() -> str:
        raise WarehouseError("\x1b[2J\nmore")

    monkeypatch.setenv("SHOPFLOW_HOME", str(tmp_path))
    monkeypatch.setattr("flows.commands.doctor.checks", lambda _: [Check("a", look)])
    assert not show_health()
    assert capsys.readouterr().out == f"fails    {'a':<21} \\x1b[2J more\n1 check failed\n"
