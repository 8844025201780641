"""A load that is killed leaves nothing half-done, and the next one finishes the job."""

import dataclasses
import os
import pickle
import signal
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.lake import Lake
from flows.receipts import TableCount
from flows.settings import PROJECT, Settings
from flows.warehouse import open_warehouse

SCRIPT = Path(__file__).with_name("die_at.py")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(PROJECT)}
LOAD = """
import pickle, sys
from pathlib import Path
from flows.load import load
from flows.settings import load_settings
load(pickle.loads(Path(sys.argv[2]).read_bytes()), load_settings(home=sys.argv[1]))
"""
DAYS = [date(2025, 11, 1) + timedelta(days=n % 3) for n in range(12)]
EVENTS = [
    {"event_id": f"e{n}", "event_date": day, "event_timestamp": datetime.combine(day, time(12))}
    for n, day in enumerate(DAYS)
]


@pytest.mark.slow
def test_killed_before_and_after_every_call_of_the_driver_a_load_and_a_reload_end_in_the_same_rows(
    accept: Any, settings: Settings, tmp_path: Path
) -> None:
    validated = accept("b1", events=EVENTS, users=[{}], products=[{}])
    pickled = tmp_path / "validated.pickle"
    pickled.write_bytes(pickle.dumps(validated))
    done = subprocess.run(
        [sys.executable, SCRIPT, settings.home, pickled],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.stderr == ""
    told = dict(line.split() for line in done.stdout.splitlines())
    assert int(told["making"]) > 10, "hardly a call was counted: is the connection still made by duck.connect?"
    assert int(told["loading"]) > 20
    assert int(told["reloading"]) > 30
    assert told["is_new"] == "False", "the attempt that died right after the commit had loaded the batch already"
    with open_warehouse(settings) as warehouse:
        assert warehouse.query("select count(*) as n, count(distinct event_id) as ids from raw.events") == [
            {"n": 12, "ids": 12}
        ]
        assert warehouse.query(
            "select (select count(*) from raw.users) as u, (select count(*) from ops.batches) as b"
        ) == [{"u": 1, "b": 1}]
        assert [chunk.is_reloaded for chunk in warehouse.pending("models").chunks] == [True, True, True]
        assert warehouse.query("select event_id from raw.events where event_id not like 'e%'") == []
        assert warehouse.query("select event_id, batch_id from removed.events") == [
            {"event_id": "x", "batch_id": "backfill-1"}
        ]


@pytest.mark.slow
@pytest.mark.parametrize("written_mb", [1, 6, 12])
def test_killed_while_it_writes_rows_a_load_leaves_none_and_the_next_one_all(
    written_mb: int, accept: Any, settings: Settings, tmp_path: Path
) -> None:
    rows = 400_000
    validated = accept("b1", events=[{}])
    (file,) = Lake(settings.lake_folder).accepted_files("events", "b1")
    duckdb.connect().execute(
        f"create table t as select * replace (md5(i::varchar) as event_id, md5(event_id || i) as anonymous_id) "
        f"from '{file}', range({rows}) r(i); copy (select * exclude i from t) to '{file}' (format parquet)"
    )
    validated = dataclasses.replace(validated, counts=(TableCount("events", rows, rows, 0, 0),))
    pickled = tmp_path / "validated.pickle"
    pickled.write_bytes(pickle.dumps(validated))
    child = subprocess.Popen([sys.executable, "-c", LOAD, settings.home, pickled], env=ENVIRONMENT)
    while child.poll() is None:
        if settings.warehouse_path.exists() and settings.warehouse_path.stat().st_size > written_mb * 1_000_000:
            child.send_signal(signal.SIGKILL)
            child.wait()
    assert child.returncode == -signal.SIGKILL
    with open_warehouse(settings) as warehouse:
        assert warehouse.query(
            "select (select count(*) from raw.events) as e, (select count(*) from ops.batches) as b"
        ) == [{"e": 0, "b": 0}]
        assert warehouse.load(validated, Lake(settings.lake_folder), settings).rows == {"events": rows}
        assert warehouse.query("select count(*) as n, count(distinct event_id) as ids from raw.events") == [
            {"n": rows, "ids": rows}
        ]
