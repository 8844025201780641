"""Generating a shop: the same bytes for the same arguments, exactly as many events as asked for, clear refusals."""

import hashlib
import os
import subprocess
import sys
from datetime import date
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from pydantic import ValidationError

from flows.errors import ShopflowError, StorageError
from flows.generate import generate
from flows.records import RECORDS, columns

ONCE = """
import sys, pathlib
from flows.generate import generate
generate(pathlib.Path(sys.argv[1]), events=6_000, days=9, format=sys.argv[2], defects=["all"])
"""
PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that is not there yet."""
    return tmp_path / "shop"


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.mark.slow
@pytest.mark.parametrize("form", ["parquet", "jsonl", "csv"])
def test_two_processes_write_the_same_bytes_whatever_their_hash_seed_and_cores(tmp_path, form):
    for name, seed in (("a", "1"), ("b", "2")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "OMP_NUM_THREADS": seed}
        subprocess.run([sys.executable, "-c", ONCE, tmp_path / name, form], cwd=PROJECT, env=environment, check=True)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert len(digests(tmp_path / "a")) > 3


def test_the_bytes_do_not_depend_on_how_many_cores_there_are(tmp_path, monkeypatch):
    """Two threads of DuckDB cut row groups and gzip blocks elsewhere: every connection has to keep to one."""
    connect, threads = duckdb.connect, []

    def watched(*args: object, **options: object) -> duckdb.DuckDBPyConnection:
        con = connect(*args, **options)
        threads.append(con.sql("select current_setting('threads')").fetchall()[0][0])
        return con

    monkeypatch.setattr(duckdb, "connect", watched)
    generate(tmp_path / "shop", events=500, defects=["all"])
    assert threads == [1, 1, 1]


def test_another_seed_is_another_shop(tmp_path):
    a, b = (generate(tmp_path / str(seed), events=500, seed=seed) for seed in (1, 2))
    assert not set(digests(a.out).values()) & set(digests(b.out).values())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("events", "days"), [(1, 1), (1, 400), (100, 30), (100, 1), (999, 365), (5_000, 3), (7_777, 30), (12_000, 90)]
)
def test_there_are_exactly_as_many_events_as_asked_for(folder, events, days):
    shop = generate(folder, events=events, days=days)
    counted = {
        table: duckdb.sql(f"select count(*) from '{folder}/{table}*.parquet'").fetchall()[0][0] for table in RECORDS
    }
    assert counted == shop.rows
    assert shop.rows["events"] == events
    assert shop.files == tuple(sorted(folder.iterdir()))


def test_a_hundred_events_are_a_small_shop_and_not_a_handful_of_days(folder):
    shop = generate(folder, events=100)
    days = duckdb.sql(f"select count(distinct event_timestamp::date) from '{folder}/events*.parquet'").fetchall()[0][0]
    assert days > 8
    assert shop.rows["users"] < 30
    assert shop.rows["products"] < 200


def test_events_of_a_file_are_in_order_of_time_and_files_follow_each_other(folder):
    shop = generate(folder, events=20_000, days=10)
    files = [path for path in shop.files if path.name.startswith("events")]
    times = [duckdb.sql(f"select event_timestamp from '{path}'").fetchall() for path in files]
    assert len(files) > 2
    assert all(rows == sorted(rows) for rows in times)
    assert [file.name[7:17] for file in files] == [str(rows[0][0].date()) for rows in times]
    assert all(before[-1] < after[0] for before, after in pairwise(times))


def test_a_busy_day_is_told_in_several_files(folder, monkeypatch):
    monkeypatch.setattr("flows.shop.timetable.SLOT_EVENTS", 2_000)
    shop = generate(folder, events=10_000, days=1, start=date(2026, 3, 2))
    names = [path.name for path in shop.files if path.name.startswith("events")]
    assert names[0] == "events-2026-03-02.parquet"
    assert len(names) > 1
    assert all(name.startswith("events-2026-03-02T") for name in names[1:])
    counted = duckdb.sql(
        f"select count(*), min(event_timestamp)::date, max(event_timestamp) from '{folder}/events*.parquet'"
    )
    count, day, last = counted.fetchall()[0]
    assert (count, day) == (10_000, date(2026, 3, 2))
    assert str(last) < "2026-03-03 00:05"


@pytest.mark.parametrize("table", list(RECORDS))
def test_parquet_has_exactly_the_columns_and_types_of_the_record(folder, table):
    generate(folder, events=300)
    described = duckdb.sql(f"describe select * from '{folder}/{table}*.parquet'").fetchall()
    assert [(row[0], row[1]) for row in described] == [(c.name, c.kind.duckdb) for c in columns(RECORDS[table])]


@pytest.mark.slow
@pytest.mark.parametrize("form", ["parquet", "jsonl", "csv"])
@pytest.mark.parametrize("table", list(RECORDS))
def test_every_row_is_accepted_by_its_record(folder, form, table):
    generate(folder, events=3_000, format=form)
    names = [column.name for column in columns(RECORDS[table])]
    reader = {
        "parquet": f"select * from '{folder}/{table}*.parquet'",
        "csv": f"select * from read_csv('{folder}/{table}*.csv', header = true, all_varchar = true)",
        "jsonl": f"select * from read_json('{folder}/{table}*.jsonl', columns = {dict.fromkeys(names, 'varchar')})",
    }[form]
    refused = []
    for row in duckdb.sql(reader).fetchall():
        try:
            RECORDS[table].model_validate(dict(zip(names, row, strict=True)))
        except ValidationError as error:
            refused.append(str(error))
    assert refused == []


@pytest.mark.slow
@pytest.mark.parametrize(("form", "reader"), [("csv", "read_csv"), ("jsonl", "read_json")])
def test_the_formats_tell_the_same_shop(tmp_path, form, reader):
    wanted = "select event_id, event_timestamp::timestamp, unit_price::double, properties->>'query'"
    generate(tmp_path / "parquet", events=2_000)
    typed = duckdb.sql(f"{wanted} from '{tmp_path}/parquet/events*.parquet'").fetchall()
    for suffix in (form, f"{form}.gz"):
        generate(tmp_path / suffix, events=2_000, format=form, compress=suffix.endswith(".gz"))
        assert duckdb.sql(f"{wanted} from {reader}('{tmp_path}/{suffix}/events*.{suffix}')").fetchall() == typed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"events": 0}, "events is 0, it must be 1 or more"),
        ({"days": -1}, "days is -1, it must be 1 or more"),
        ({"seed": -3}, "seed is -3, it must be 0 or more"),
        ({"days": 40_000}, "do not lie within the years"),
        ({"start": date(1999, 12, 31)}, "do not lie within the years"),
        ({"start": date(9999, 12, 31)}, "do not lie within the years"),
        ({"format": "parquett"}, "did you mean parquet?"),
        ({"format": "parquet", "compress": True}, "compressed already"),
        ({"defects": ["negativ_price"]}, "did you mean negative_price?"),
        ({"defects": ["xyzzy"]}, "known: all, duplicate,"),
    ],
)
def test_what_cannot_be_made_is_said_in_a_sentence_and_leaves_nothing(folder, arguments, said):
    with pytest.raises(ShopflowError, match=said.replace("?", r"\?")):
        generate(folder, **arguments)
    assert not folder.exists()


def test_a_folder_that_holds_files_is_left_alone(folder):
    folder.mkdir()
    (folder / "events-mine.csv").write_text("mine")
    with pytest.raises(ShopflowError, match="holds files already"):
        generate(folder, events=100)
    assert [path.name for path in folder.iterdir()] == ["events-mine.csv"]


def test_what_a_killed_attempt_left_is_cleared_away(folder):
    (folder / ".partial").mkdir(parents=True)
    (folder / ".partial" / "events-2025-11-01.parquet").write_text("half")
    shop = generate(folder, events=100)
    assert {path.name for path in folder.iterdir()} == {path.name for path in shop.files}


def test_a_disk_that_refuses_is_a_storage_error_and_leaves_nothing(folder, monkeypatch):
    def refuse(*args: object) -> None:
        raise duckdb.IOException("IO Error: No space left on device")

    monkeypatch.setattr("flows.shop.writer.Writer.users", refuse)
    with pytest.raises(StorageError, match="No space left"):
        generate(folder, events=100)
    assert list(folder.iterdir()) == []


def test_a_path_that_is_a_file_is_a_storage_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        generate(tmp_path / "file", events=100)


def test_paths_with_quotes_spaces_and_other_scripts_work(tmp_path):
    shop = generate(tmp_path / "o'ne; drop—ünï 店", events=200, format="csv", compress=True, defects=["all"])
    assert all(path.stat().st_size for path in shop.files)


@pytest.mark.slow
def test_generating_imports_neither_faker_before_it_is_needed_nor_pandas_ever(tmp_path):
    code = (
        "import sys, pathlib; from flows.generate import generate; early = 'faker' in sys.modules;"
        "generate(pathlib.Path(sys.argv[1]), events=500);"
        "print(early, 'pandas' in sys.modules, 'prefect' in sys.modules)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "shop"], cwd=PROJECT, check=True, capture_output=True, text=True
    )
    assert told.stdout.split() == ["False", "False", "False"]
