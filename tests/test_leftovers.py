"""What killed processes left half-made is removed, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from flows.leftovers import sweep
from flows.quarantine.waiting import open_quarantine
from flows.settings import Settings
from flows.warehouse import open_warehouse

READER = """
import sys
from pathlib import Path
from flows.quarantine.spill import spill_folder
with spill_folder(Path(sys.argv[1])) as spill:
    spill.mkdir()
    (spill / "rows").write_text("u1")
    print("spilled", flush=True)
    sys.stdin.readline()
"""


def files(settings: Settings) -> set[str]:
    return {path.relative_to(settings.home).as_posix() for path in settings.home.rglob("*") if path.is_file()}


def write(settings: Settings, *names: str) -> None:
    for name in names:
        path = settings.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("half")


def test_drafts_go_and_what_is_whole_stays(settings: Settings) -> None:
    drafts = (
        *(".demo/a", ".demo-x1/demo/a", ".judge-x/spill", ".quarantine-x/spill/a", "lake/.staging/abc/events.parquet"),
        *("erasures/.e1.json.draft", "lake/.tombstones.json.draft"),
    )
    whole = (
        *("demo/a", "lake/accepted/events/b.parquet", "lake/batches/b.json", "serving/.draft-x", "run.lock", "mine"),
        *("erasures/e1.json", "lake/tombstones.json"),
    )
    write(settings, *drafts, *whole)
    sweep(settings)
    assert files(settings) == set(whole)


def test_what_a_reader_of_the_quarantine_spills_lies_below_the_home_until_it_ends_or_is_killed(
    settings: Settings,
) -> None:
    """The accident: refused rows stayed in a temporary folder of the system's, where no run and no erasure looks."""
    settings.home.mkdir()
    command, pipe = [sys.executable, "-c", READER, settings.home], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "spilled\n"
        sweep(settings)
        (row,) = [name for name in files(settings) if name.endswith("/spill/rows")]
        reader.kill()
    assert row in files(settings)
    sweep(settings)
    assert list(settings.home.iterdir()) == []
    with open_quarantine(settings):
        assert [path.name.startswith(".quarantine-") for path in settings.home.iterdir()] == [True]
    assert list(settings.home.iterdir()) == []


def test_a_home_that_is_not_there_is_not_made(settings: Settings) -> None:
    sweep(settings)
    with open_quarantine(settings) as quarantine:
        assert quarantine.counts() == []
    assert not settings.home.exists()


@pytest.mark.parametrize("size", [0, 4096, 8192])
def test_a_warehouse_whose_maker_was_killed_at_its_first_bytes_is_made_anew(settings: Settings, size: int) -> None:
    """The accident: every later run ended with "is damaged or no DuckDB file"."""
    settings.home.mkdir()
    duckdb.connect(str(settings.warehouse_path)).close()
    settings.warehouse_path.write_bytes(settings.warehouse_path.read_bytes()[:size])
    sweep(settings)
    with open_warehouse(settings) as warehouse:
        assert warehouse.query("select count(*) as events from raw.events") == [{"events": 0}]


def test_a_warehouse_that_was_published_from_or_that_has_a_log_is_never_removed(settings: Settings) -> None:
    write(settings, "warehouse.duckdb", "warehouse.duckdb.wal")
    sweep(settings)
    (settings.home / "warehouse.duckdb.wal").unlink()
    write(settings, "serving/marts-000001-20251101T060000Z.duckdb")
    (settings.serving / "current.duckdb").symlink_to("marts-000001-20251101T060000Z.duckdb")
    sweep(settings)
    assert settings.warehouse_path.read_text() == "half"


def test_a_warehouse_with_nothing_in_it_yet_is_left_to_be_filled(settings: Settings) -> None:
    settings.home.mkdir()
    duckdb.connect(str(settings.warehouse_path)).close()
    before = settings.warehouse_path.read_bytes()
    sweep(settings)
    assert Path(settings.warehouse_path).read_bytes() == before
