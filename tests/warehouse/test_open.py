"""Opening the warehouse: what can be wrong with the file or the place, each one sentence that says what to do."""

import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import duckdb
import pytest
from google.auth.exceptions import DefaultCredentialsError

from flows.errors import SettingsError, StorageError, WarehouseError
from flows.lake import Lake
from flows.receipts import Changes
from flows.settings import PROJECT, Settings, load_settings
from flows.warehouse import open_warehouse
from flows.warehouse.duck_errors import in_our_words


def test_bigquery_without_credentials_is_one_sentence_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("google.auth.default", refusing := Mock(side_effect=DefaultCredentialsError("none")))
    with (
        pytest.raises(SettingsError, match="no Google credentials here: `gcloud auth application-default login`"),
        open_warehouse(load_settings(target="bigquery")),
    ):
        pass
    assert refusing.called


def test_the_driver_is_imported_only_when_chosen() -> None:
    code = "import sys, flows.warehouse, flows.load; print('duckdb' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=PROJECT, text=True) == "False\n"


def test_another_process_that_holds_the_file_is_named(settings: Settings) -> None:
    settings.home.mkdir()
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('holding', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code, settings.warehouse_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "holding\n"
        with pytest.raises(WarehouseError, match=rf"another run holds the warehouse \(pid {holder.pid}\)"):
            open_warehouse(settings).__enter__()
        holder.communicate("\n")
    with open_warehouse(settings) as warehouse:
        assert warehouse.pending("models") == Changes(is_whole=True)


def test_a_connection_of_this_process_with_other_settings_is_told(settings: Settings) -> None:
    settings.home.mkdir()
    with (
        duckdb.connect(str(settings.warehouse_path)),
        pytest.raises(WarehouseError, match="still open elsewhere in this process"),
    ):
        open_warehouse(settings).__enter__()


def test_it_is_closed_after_the_block_so_that_dbt_can_open_it_with_its_own_settings(settings: Settings) -> None:
    with pytest.raises(WarehouseError, match="no_such_table"), open_warehouse(settings) as warehouse:
        warehouse.query("from no_such_table")
    with duckdb.connect(str(settings.warehouse_path), config={"threads": 1}) as connection:
        assert connection.execute("select count(*) from raw.events").fetchone() == (0,)


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "is damaged or no DuckDB file"), (b"event_id,event_type\n" * 1000, "is damaged or no DuckDB file")],
)
def test_a_file_that_is_no_warehouse(content: bytes, told: str, settings: Settings) -> None:
    settings.home.mkdir()
    settings.warehouse_path.write_bytes(content)
    with pytest.raises(WarehouseError, match=told):
        open_warehouse(settings).__enter__()
    assert settings.warehouse_path.read_bytes() == content


def test_a_cut_off_and_a_flipped_file_are_damaged(settings: Settings) -> None:
    with open_warehouse(settings):
        pass
    whole = settings.warehouse_path.read_bytes()
    for broken in (whole[:5000], whole[:12288] + bytes(byte ^ 255 for byte in whole[12288:])):
        settings.warehouse_path.write_bytes(broken)
        with pytest.raises(WarehouseError, match="is damaged or no DuckDB file: move it away"):
            open_warehouse(settings).__enter__()


def test_a_file_of_a_newer_duckdb_is_told_from_a_damaged_one(tmp_path: Path) -> None:
    """What DuckDB 1.5.6 says of a file that 2.0.0 wrote."""
    told = duckdb.IOException(
        "IO Error: Trying to read a database file with version number 69, but we can only read versions between 64 and "
        "68.\nThe database file was created with a newer version of DuckDB."
    )
    assert str(in_our_words(tmp_path, told)).startswith(f"{tmp_path} was written by another version of DuckDB than")


def test_reading_needs_a_warehouse_and_makes_none(settings: Settings) -> None:
    with pytest.raises(WarehouseError, match="there is no warehouse at"):
        open_warehouse(settings, read_only=True).__enter__()
    assert not settings.home.exists()
    with open_warehouse(settings):
        pass
    with open_warehouse(settings, read_only=True) as warehouse:
        assert warehouse.pending("models") == Changes(is_whole=True)
        with pytest.raises(WarehouseError, match="read-only"):
            warehouse.query("create table t (a integer)")


def test_a_home_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder")
    with pytest.raises(StorageError, match=r"cannot use .*home"):
        open_warehouse(load_settings(home=tmp_path / "home")).__enter__()


def test_a_question_mark_in_the_home_is_refused_because_duckdb_would_lose_its_log(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="question mark"):
        open_warehouse(load_settings(home=tmp_path / "what?")).__enter__()


@pytest.mark.slow
def test_a_full_disk_is_told_and_leaves_the_warehouse_as_it_was(accept: Any, settings: Settings) -> None:
    """A limit on the size of files stands for the disk: the system refuses the write in the same way."""
    with open_warehouse(settings) as warehouse:
        warehouse.load(accept("b1", users=[{}]), Lake(settings.lake_folder), settings)
    validated = accept("b2", users=[{"user_id": f"u{n}", "street_address": os.urandom(200).hex()} for n in range(9000)])
    room = settings.warehouse_path.stat().st_size + 100_000
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
    try:
        with pytest.raises(StorageError, match="no room left to write"), open_warehouse(settings) as warehouse:
            warehouse.load(validated, Lake(settings.lake_folder), settings)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    with open_warehouse(settings) as warehouse:
        assert warehouse.query("select batch_id, count(*) as n from raw.users group by 1") == [
            {"batch_id": "b1", "n": 1}
        ]
        assert warehouse.load(validated, Lake(settings.lake_folder), settings).rows == {"users": 9000}


def test_what_a_killed_process_had_spilled_is_swept_away(settings: Settings) -> None:
    left = settings.home / "warehouse.duckdb.tmp" / "duckdb_temp_storage_DEFAULT-0.tmp"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"spilled")
    with open_warehouse(settings):
        pass
    assert not left.exists()
