"""Bad input on the command line: one sentence, the right exit code, never a traceback."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.server import Server

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]

Good = Callable[..., list[dict[str, str]]]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(prefect_server: Server, tmp_path: Path) -> Run:
    """`shopflow run` in a process of its own, on a home of its own, against the session's Prefect server."""

    def ran(*arguments: str | Path, home: Path = tmp_path / "home") -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "flows", "run", *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=180,
            env={**os.environ, "COLUMNS": "200", "SHOPFLOW_HOME": str(home), "PREFECT_API_URL": prefect_server.api_url},
        )
        assert "Traceback" not in done.stdout + done.stderr
        return done

    return ran


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The one thing said on stderr by a run that could do nothing."""
    assert done.returncode == 1
    assert done.stderr.startswith("shopflow: ")
    return done.stderr.removeprefix("shopflow: ").strip()


def test_a_path_that_does_not_exist(shop: Any, run: Run) -> None:
    shop.drop("november.csv", "")
    assert sentence(run("--source", shop.inbox / "novembr.csv")) == (
        f"{shop.inbox}/novembr.csv does not exist, did you mean {shop.inbox}/november.csv?"
    )


def test_a_folder_in_which_nothing_can_be_used(shop: Any, run: Run) -> None:
    shop.drop("a.csv", "")
    shop.drop("b.bin", bytes(range(256)))
    assert sentence(run("--source", shop.inbox)).splitlines() == [
        "nothing to load, none of 2 sources can be used:",
        f"  {shop.inbox}/a.csv is empty: there is nothing to load",
        f"  {shop.inbox}/b.bin is binary and neither Parquet nor gzip: write it as Parquet, JSON lines or CSV",
    ]


def test_a_format_that_does_not_exist(shop: Any, run: Run, good: Good) -> None:
    path = shop.drop_rows("a.csv", good(1))
    assert sentence(run("--source", path, "--format", "parket")) == "there is no format parket, did you mean parquet?"


def test_too_many_bad_rows(shop: Any, run: Run, good: Good) -> None:
    path = shop.drop_rows("a.csv", [*good(8), *good(2, "bad", unit_price="free")])
    assert "2 of 10 rows were refused" in sentence(run("--source", path))


def test_a_home_that_is_a_file(shop: Any, run: Run, good: Good, tmp_path: Path) -> None:
    home = tmp_path / "taken"
    home.write_text("a file")
    assert str(home) in sentence(run("--source", shop.drop_rows("a.csv", good(1)), home=home))


def test_good_files_among_bad_ones_with_odd_names_come_out_as_numbers(shop: Any, run: Run, good: Good) -> None:
    rows = [
        *good(98),
        *good(1, "bad", event_timestamp="01/11/2025"),
        *good(1, "sql", user_id="'; drop table raw.events;"),
    ]
    shop.drop_rows("made.csv", rows).rename(shop.inbox / 'it\'s a "shop"; größe [1]*?.csv')
    shop.drop("empty.csv", "")
    done = run("--source", shop.inbox)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{shop.inbox}/empty.csv is empty: there is nothing to load" in done.stdout
    assert "100 read = 99 accepted + 1 refused + 0 duplicates" in done.stdout
    assert "1  events.event_timestamp: wrong_format" in done.stdout
