"""What it costs to take many files as one batch, as several by threads, and as several by two Dask workers.

The same files each time, into an empty home; memory is that of all processes of the run together, what they share
counted once. The marts of every way are compared with those of the first.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
import psutil

from benchmarks.clock import shopflow, timed
from benchmarks.pipeline_cost import STEPS, empty, shop
from benchmarks.report import Report

EVENTS_A_FILE, BATCHES = 50_000, 8
SAMPLE_SECONDS = 0.2


def measure(report: Report, folder: Path, files: int) -> None:
    """Every figure of this module, added to `report`. Raises RuntimeError where two ways end in other marts."""
    source = split(folder, files)
    size = sum(path.stat().st_size for path in source.iterdir())
    env = {"SHOPFLOW_HOME": str(folder / "home"), "SHOPFLOW_SERVER_PORT": os.environ.get("BENCH_PORT", "4317")}
    several = {"SHOPFLOW_BATCH_GIGABYTES": str(size / BATCHES / 1e9 * 1.0001)}
    ways = {
        "one batch": {},
        f"{BATCHES} batches, one after the other": several,
        f"{BATCHES} batches, two threads": {**several, "SHOPFLOW_WORKERS": "2"},
        f"{BATCHES} batches, two Dask workers": {**several, "SHOPFLOW_WORKERS": "2", "SHOPFLOW_DASK": "local"},
    }
    marts = None
    try:
        for way, settings in ways.items():
            home = empty(env)
            run = watched({**env, **settings}, source)
            found = marts_of(home)
            if found != (marts := marts or found):
                raise RuntimeError(f"{way}: other marts than those of the first way")
            title = f"{files} files of {EVENTS_A_FILE:,} events"
            report.add(title, way=way, run_s=run.seconds, peak_MB_of_all=run.megabytes, **wall(home))
    finally:
        timed(shopflow("stop"), env)


def split(folder: Path, files: int) -> Path:
    """The folder of so many files of events in the order of time, with those of users and products; made once."""
    path, events = folder / f"files-{files}", files * EVENTS_A_FILE
    if path.exists():
        return path
    given, draft = shop(folder, events), folder / f".files-{files}"
    draft.mkdir(exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"set temp_directory = '{folder / 'spill'}'")
        read = f"read_parquet('{given}/events-*.parquet')"
        (number,) = connection.execute(f"select count(*) from {read}").fetchone() or (0,)
        connection.execute(
            f"create table ordered as select *, row_number() over (order by event_timestamp) - 1 as place from {read}"
        )
        for file in range(files):
            first, last = file * number // files, (file + 1) * number // files - 1
            connection.execute(
                f"copy (select * exclude (place) from ordered where place between {first} and {last}) "
                f"to '{draft}/events-{file:03}.parquet' (format parquet)"
            )
    for other in given.glob("*.parquet"):
        if not other.name.startswith("events-"):
            (draft / other.name).hardlink_to(other)
    return draft.rename(path)


@dataclass(frozen=True)
class Watched:
    """Wall seconds of a run, and the most megabytes that all its processes had at once."""

    seconds: float
    megabytes: float


def watched(env: dict[str, str], source: Path) -> Watched:
    """Run the command line, and look at the memory of its processes a few times a second."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("SHOPFLOW_")}
    log, began = source.parent / "fanout.log", time.perf_counter()
    with log.open("w") as out:
        child = subprocess.Popen(
            [str(word) for word in shopflow("run", "--source", source)], env={**outside, **env}, stdout=out, stderr=out
        )
        peak, over = 0.0, threading.Event()
        watcher = threading.Thread(target=child.wait, daemon=True)
        watcher.start()
        while watcher.is_alive() and not over.wait(SAMPLE_SECONDS):
            peak = max(peak, memory_of(child.pid))
    seconds = time.perf_counter() - began
    if child.returncode:
        raise RuntimeError(f"a run ended with {child.returncode}:\n{log.read_text()[-3000:]}")
    return Watched(seconds, peak)


def memory_of(pid: int) -> float:
    """Megabytes of a process and of all below it but the Prefect server's, which outlives the run."""
    total = 0
    with suppress(psutil.NoSuchProcess):
        run = psutil.Process(pid)
        for process in [run, *run.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                if "prefect.server" not in " ".join(process.cmdline()):
                    total += process.memory_full_info().pss
    return total / 1e6


def wall(home: Path) -> dict[str, float]:
    """Seconds from the beginning of each step's first task to the end of its last one."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as warehouse:
        rows = warehouse.execute(
            "select step, epoch(max(started_at + to_milliseconds((seconds * 1000)::int)) - min(started_at)) "
            "from ops.receipts where run_id = (select arg_max(run_id, started_at) from ops.receipts) group by step"
        ).fetchall()
    told = dict(rows)
    return {f"{step}_s": told.get(step, 0.0) for step in STEPS}


def marts_of(home: Path) -> dict[str, object]:
    """Each published mart as its number of rows and a sum that follows from all of them, in whatever order."""
    with duckdb.connect(str(home / "serving" / "current.duckdb"), read_only=True) as copy:
        names = copy.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        return {
            name: copy.execute(f"select count(*), sum(hash(mart)) from marts.{name} as mart").fetchone()
            for (name,) in names
        }
