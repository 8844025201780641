"""The command line: what each command prints, and that an error is one sentence and never a traceback."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.commands import browser
from flows.errors import ShopflowError
from flows.server import Server
from flows.settings import Settings

COMMANDS = ("run", "generate", "status", "doctor", "cost", "dashboard", "ui", "stop", "dictionary", "settings")
GROUPS = ("quarantine", "alerts")


def shopflow(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "flows", *arguments],
        capture_output=True,
        text=True,
        timeout=180,
        env={**os.environ, "COLUMNS": "200", **environment},
    )


def said(ran: subprocess.CompletedProcess[str]) -> str:
    """What went to stderr, which must be one sentence of ours."""
    assert ran.stderr.startswith("shopflow: "), ran.stderr
    assert ran.stderr.count("\n") == 1, ran.stderr
    return ran.stderr.removeprefix("shopflow: ").strip()


def test_help_names_every_command() -> None:
    told = CliRunner().invoke(app, ["--help"]).output
    assert [command for command in (*COMMANDS, *GROUPS) if command not in told] == []


def test_a_setting_that_is_not_one_is_refused_with_the_nearest() -> None:
    ran = shopflow("settings", SHOPFLOW_HOMME="/tmp")
    assert said(ran) == "SHOPFLOW_HOMME is not a setting, did you mean SHOPFLOW_HOME?"
    assert ran.returncode == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "stdin", "name"),
    [
        (["forget", "--user", b"u\xff1"], b"", "user"),
        (["forget", "--user", "-"], b"u\xe91\n", "user"),
        (["remove", b"\xff"], b"", "batch"),
        (["replace", b"\xff", "--with", "a.csv"], b"", "batch"),
        (["replay", "--reason", b"\xff"], b"", "reason"),
        (["status", b"\xff"], b"", "batch"),
        (["quarantine", "show", "--table", b"\xff"], b"", "table"),
        (["quarantine", "export", "--out", "a.csv", "--batch", b"\xff"], b"", "batch"),
    ],
)
def test_an_id_that_is_no_text_is_one_sentence_without_it(
    arguments: list[str | bytes], stdin: bytes, name: str, tmp_path: Path
) -> None:
    """Regression: it was a traceback, with the id of who was to be forgotten."""
    command, home = [sys.executable, "-m", "flows", *arguments], tmp_path / "home"
    ran = subprocess.run(
        command, input=stdin, capture_output=True, timeout=180, env={**os.environ, "SHOPFLOW_HOME": str(home)}
    )
    told = f"shopflow: what was given as {name} is no UTF-8 text: give it in that encoding\n"
    assert (ran.returncode, ran.stderr.decode(), ran.stdout) == (1, told, b"")
    assert not home.exists()


def test_settings_are_told_with_value_and_meaning(tmp_path: Path) -> None:
    ran = shopflow("settings", SHOPFLOW_HOME=str(tmp_path))
    lines = {line.split()[0]: line for line in ran.stdout.splitlines() if line.startswith("SHOPFLOW_")}
    assert set(lines) == {f"SHOPFLOW_{name.upper()}" for name in Settings.model_fields}
    assert "set" in lines["SHOPFLOW_HOME"].split()
    assert "default" in lines["SHOPFLOW_TARGET"].split()
    assert ran.returncode == 0


def test_status_of_an_empty_home_makes_nothing(tmp_path: Path) -> None:
    ran = shopflow("status", SHOPFLOW_HOME=str(tmp_path / "home"), PREFECT_API_URL="")
    assert ran.stdout.splitlines() == [
        "no batch was loaded yet",
        "serving copy    none yet",
        "Prefect server  not running",
    ]
    assert not (tmp_path / "home").exists()


def test_stop_says_whether_there_was_something_to_end(tmp_path: Path) -> None:
    ran = shopflow("stop", SHOPFLOW_HOME=str(tmp_path / "home"), PREFECT_API_URL="")
    assert (ran.stdout, ran.returncode) == ("no Prefect server was running\n", 0)


@pytest.mark.slow
def test_generate_tells_what_it_made_and_what_should_become_of_the_defects(tmp_path: Path) -> None:
    arguments = ["--events", "300", "--days", "2", "--format", "jsonl", "--defects", "late, negative_price"]
    ran = shopflow("generate", "--out", str(tmp_path / "shop"), *arguments)
    assert ran.returncode == 0, ran.stderr
    first, *planted = ran.stdout.splitlines()
    assert str(tmp_path / "shop") in first
    assert " events, " in first
    assert [line.strip().split(":")[0] for line in planted] == ["late", "negative_price"]


@pytest.mark.slow
@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
def test_defects_are_planted_in_a_folder_of_any_name_and_its_name_is_printed_as_it_is(
    tmp_path: Path, form: str
) -> None:
    """Regression: DuckDB took `[1]` for a glob and found no file, and rich printed a cat."""
    out = tmp_path / "shop[1]:cat:"
    arguments = ["--events", "300", "--days", "2", "--format", form, "--defects", "negative_price"]
    ran = shopflow("generate", "--out", str(out), *arguments)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines()[0].endswith(f": {out}")


def test_an_error_that_names_a_file_does_nothing_to_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "\x1b[2J").write_text("a file in the way")
    ran = shopflow("generate", "--out", str(tmp_path / "\x1b[2J"))
    assert r"\x1b[2J" in said(ran)
    assert "\x1b" not in ran.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--start", "yesterday"], "start is 'yesterday', it must be a day such as 2025-11-01"),
        (["--defects", "lat"], "'lat' is not a defect, did you mean late?"),
        (["--events", "0"], "events is 0, it must be 1 or more"),
    ],
)
def test_generate_refuses_what_it_cannot_follow(tmp_path: Path, arguments: list[str], sentence: str) -> None:
    ran = shopflow("generate", "--out", str(tmp_path / "shop"), *arguments)
    assert said(ran).startswith(sentence)
    assert ran.returncode == 1


def test_the_dictionary_is_printed() -> None:
    assert CliRunner().invoke(app, ["dictionary"]).output.startswith("# Data dictionary\n")


def test_an_interrupted_command_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("flows.commands.status.show_status", interrupted)
    assert CliRunner().invoke(app, ["status"]).exit_code == 130


def test_an_error_that_nobody_foresaw_does_not_end_with_success() -> None:
    code = (
        "import flows.commands.status as status, flows.cli as cli, sys\n"
        "status.show_status = lambda *_, **__: 1 / 0\n"
        "sys.argv = ['shopflow', 'status']\n"
        "cli.main()"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 1
    assert "ZeroDivisionError" in ran.stderr


def test_the_dashboard_without_streamlit_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ShopflowError, match="Streamlit is not installed: `make dashboard` installs and starts it"):
        browser.open_dashboard()


def test_the_dashboard_is_streamlit_on_loopback_without_its_telemetry(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(os, "execve", lambda path, arguments, environment: calls.append(arguments))
    monkeypatch.chdir(Path.cwd())
    browser.open_dashboard()
    (arguments,) = calls
    assert arguments[1:4] == ["-m", "streamlit", "run"]
    assert Path(arguments[4]).parts[-2:] == ("dashboards", "serve.py")
    assert {
        "--browser.gatherUsageStats=false",
        "--server.address=127.0.0.1",
        "--client.showErrorDetails=none",
        "--server.allowedHosts=localhost",
        "--server.allowedHosts=127.0.0.1",
    } <= set(arguments)


def test_the_dashboard_is_not_started_on_a_network_without_a_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(os, "execve", lambda *_: pytest.fail("it was started"))
    monkeypatch.chdir(Path.cwd())
    monkeypatch.setenv("SHOPFLOW_DASHBOARD_ADDRESS", "0.0.0.0")
    with pytest.raises(ShopflowError, match="SHOPFLOW_DASHBOARD_ALLOWED"):
        browser.open_dashboard()
    monkeypatch.setenv("SHOPFLOW_DASHBOARD_ALLOWED", "example.com")
    monkeypatch.setattr(browser, "_auth", dict)
    with pytest.raises(ShopflowError, match=r"have no redirect_uri, cookie_secret, .* under \[auth\]"):
        browser.open_dashboard()


def test_the_dashboard_of_a_relative_home_is_that_of_the_folder_where_it_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Regression: the dashboard starts in the project's folder, where it looked for the home, too."""
    homes: list[str] = []
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(os, "execve", lambda path, arguments, environment: homes.append(environment["SHOPFLOW_HOME"]))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOPFLOW_HOME", "home")
    browser.open_dashboard()
    assert homes == [str(tmp_path / "home")]


@pytest.mark.slow
@pytest.mark.xdist_group("prefect")
def test_ui_prints_the_address_of_the_server_that_runs_use(prefect_server: Server) -> None:
    ran = shopflow("ui", PREFECT_API_URL=prefect_server.api_url, DISPLAY="", WAYLAND_DISPLAY="")
    assert (ran.stdout, ran.returncode) == (f"{prefect_server.ui_url}\n", 0)


@pytest.mark.slow
@pytest.mark.xdist_group("prefect")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--source", "/nowhere/at all; 'quoted'.csv"], "/nowhere/at all; 'quoted'.csv"),
        (["--source", __file__], "test_cli.py"),
        (["--source", __file__, "--format", "excell"], "excell"),
    ],
)
def test_a_run_that_has_nothing_to_load_is_one_sentence_and_not_a_traceback(
    prefect_server: Server, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    homes = {"SHOPFLOW_HOME": str(tmp_path / "home"), "PREFECT_HOME": str(tmp_path / "prefect")}
    ran = shopflow("run", *arguments, PREFECT_API_URL=prefect_server.api_url, **homes)
    assert sentence in said(ran)
    assert ran.returncode == 1
    assert "✗ land" in ran.stdout
    assert "Traceback" not in ran.stdout
