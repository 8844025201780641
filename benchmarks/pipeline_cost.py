"""What a run costs: its fixed start-up, each further million events, and both beside two other ways.

The other ways read the same Parquet files and fill the same marts: one hand-written DuckDB script in two halves, the
floor (`floor_load.sql`, `floor_transform.sql`), and pandas with one Pydantic call a row followed by the same dbt build
(the usual way).
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.clock import Run, shopflow, timed
from benchmarks.report import Report

DAYS = 30
STEPS = ("land", "validate", "judge", "load", "transform", "publish")


def measure(report: Report, folder: Path, millions: list[int], repeat: int) -> None:
    """Every figure of this module, added to `report`; data is made in `folder` unless it is there."""
    generating(report, folder)
    env = {"SHOPFLOW_HOME": str(folder / "home"), "SHOPFLOW_SERVER_PORT": os.environ.get("BENCH_PORT", "4317")}
    try:
        tiny = shop(folder, 100)
        starting(report, env, tiny, repeat)
        quarter = shop(folder, 250_000)
        fixed = fixed_part(env, tiny, repeat)
        sized(report, env, quarter, 250_000, fixed, repeat, with_usual_way=True)
        for million in millions:
            sized(report, env, shop(folder, million * 1_000_000), million * 1_000_000, fixed, 2 if million < 5 else 1)
    finally:
        timed(shopflow("stop"), env)


@dataclass(frozen=True)
class Fixed:
    """Median seconds that 100 events take: a run of ours, its build, the floor, its build."""

    run: float
    build: float
    floor: float
    floor_build: float


def fixed_part(env: dict[str, str], tiny: Path, repeat: int) -> Fixed:
    runs, builds, floors = [], [], []
    for _ in range(repeat):
        runs.append(fresh_run(env, tiny).seconds)
        builds.append(step_seconds(Path(env["SHOPFLOW_HOME"]))["transform"])
        floors.append(tuple(part.seconds for part in floor(tiny)))
    median = statistics.median
    return Fixed(median(runs), median(builds), median(map(sum, floors)), median(transform for _, transform in floors))


def shop(folder: Path, events: int) -> Path:
    """The folder of a generated shop of that many events, made on the first call."""
    path = folder / f"shop-{events}"
    if not path.exists():
        timed(shopflow("generate", "--events", str(events), "--days", str(DAYS), "--out", path))
    return path


def generating(report: Report, folder: Path) -> None:
    """Events a second on one core, Parquet written, imports included and apart."""
    out = folder / "generated"
    one_core = ["taskset", "-c", "0"] if shutil.which("taskset") else []
    small = timed([*one_core, *shopflow("generate", "--events", "1000", "--out", out)]).seconds
    shutil.rmtree(out)
    large = timed([*one_core, *shopflow("generate", "--events", "2000000", "--out", out)])
    shutil.rmtree(out)
    report.add(
        "Generating 2 million events on one core",
        seconds=large.seconds,
        events_per_second=f"{2_000_000 / large.seconds:,.0f}",
        beyond_start_up=f"{1_999_000 / (large.seconds - small):,.0f}",
        peak_MB=large.megabytes,
    )


def starting(report: Report, env: dict[str, str], tiny: Path, repeat: int) -> None:
    """A run of 100 events: the first starts the server, the next ones find it; beside it Prefect with nothing to do."""
    first, next_ones, nothing = [], [], []
    for _ in range(repeat):
        timed(shopflow("stop"), env)
        first.append(fresh_run(env, tiny).seconds)
        next_ones.append(fresh_run(env, tiny).seconds)
        nothing.append(timed([sys.executable, "-m", "benchmarks.empty_flow"], env).seconds)
    report.add("A run of 100 events", run="the run starts the server", **spread(first))
    report.add("A run of 100 events", run="the server is up", **spread(next_ones))
    report.add("A run of 100 events", run="for comparison: a flow of five empty tasks", **spread(nothing))
    report.add(
        "A run of 100 events", run="the same files again", **spread([run(env, tiny).seconds for _ in range(repeat)])
    )


def spread(seconds: list[float]) -> dict[str, object]:
    return {"median_s": statistics.median(seconds), "min_s": min(seconds), "max_s": max(seconds), "n": len(seconds)}


def run(env: dict[str, str], source: Path) -> Run:
    return timed(shopflow("run", "--source", source), env, log=source.parent / "run.log")


def fresh_run(env: dict[str, str], source: Path) -> Run:
    """A run into an empty home."""
    empty(env)
    return run(env, source)


def empty(env: dict[str, str]) -> Path:
    """Empty the home of `env`; the Prefect server and what dbt has parsed stay."""
    home = Path(env["SHOPFLOW_HOME"])
    for name in ("lake", "serving"):
        shutil.rmtree(home / name, ignore_errors=True)
    for path in home.glob("warehouse.duckdb*"):
        path.unlink()
    return home


def sized(
    report: Report,
    env: dict[str, str],
    source: Path,
    events: int,
    fixed: Fixed,
    repeat: int,
    with_usual_way: bool = False,
) -> None:
    """One size: our run and the floor by turns, `repeat` times; the medians, and their ratio beyond the fixed part."""
    ours, steps, floors = [], [], []
    for _ in range(repeat):
        ours.append(fresh_run(env, source))
        steps.append(step_seconds(Path(env["SHOPFLOW_HOME"])))
        floors.append(floor(source))
    run_s = statistics.median(run.seconds for run in ours)
    floor_s = statistics.median(load.seconds + transform.seconds for load, transform in floors)
    report.add(
        "A run against the floor",
        events=f"{events:,}",
        run_s=run_s,
        of_it_fixed_s=fixed.run,
        s_per_million=(run_s - fixed.run) / events * 1e6,
        floor_s=floor_s,
        ratio=(run_s - fixed.run) / (floor_s - fixed.floor),
        peak_MB=max(run.megabytes for run in ours),
        floor_peak_MB=max(part.megabytes for parts in floors for part in parts),
    )
    build_s = statistics.median(step["transform"] for step in steps)
    floor_build_s = statistics.median(transform.seconds for _, transform in floors)
    report.add(
        "The build alone against the floor, which holds the rows already",
        events=f"{events:,}",
        transform_s=build_s,
        of_it_fixed_s=fixed.build,
        floor_s=floor_build_s,
        ratio=(build_s - fixed.build) / (floor_build_s - fixed.floor_build),
    )
    report.add("Seconds per step", events=f"{events:,}", **{s: statistics.median(x[s] for x in steps) for s in STEPS})
    if with_usual_way:
        usual_way(report, env, source, events, run_s)


def step_seconds(home: Path) -> dict[str, float]:
    """Seconds of each step of the last run, from the ledger."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select step, seconds from ops.receipts "
            "where run_id = (select arg_max(run_id, started_at) from ops.receipts)"
        ).fetchall()
    return dict.fromkeys(STEPS, 0.0) | dict(rows)


def floor(source: Path) -> tuple[Run, Run]:
    """The hand-written script: reading the files into an empty database file, and then the marts from its rows.

    Each in a process of its own, with the memory limit that a run has, or with four times as much where that is not
    enough for it.
    """
    try:
        return _floor(source, megabytes=1500)
    except RuntimeError as error:
        if "Out of Memory" not in str(error):
            raise
    return _floor(source, megabytes=6000)


def _floor(source: Path, megabytes: int) -> tuple[Run, Run]:
    database, limit = source.parent / "floor.duckdb", str(megabytes)
    database.unlink(missing_ok=True)
    script, log = [sys.executable, "-m", "benchmarks.floor", source, database], source.parent / "floor.log"
    return timed([*script, "load", limit], log=log), timed([*script, "transform", limit], log=log)


def usual_way(report: Report, env: dict[str, str], source: Path, events: int, our_seconds: float) -> None:
    """pandas and one Pydantic call a row, then the same dbt build by dbt's own command."""
    home = source.parent / "usual"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    rows = timed([sys.executable, "-m", "benchmarks.row_by_row", source, home / "warehouse.duckdb"], log=home / "log")
    transforms = Path(__file__).resolve().parent.parent / "transforms"
    dbt = [
        Path(sys.executable).parent / "dbt",
        "-q",
        "build",
        "--project-dir",
        transforms,
        "--profiles-dir",
        transforms,
    ]
    build = timed([*dbt, "--target-path", home / "dbt"], {"SHOPFLOW_HOME": str(home)}, log=home / "dbt.log")
    report.add(
        "The usual way: pandas, one Pydantic call a row, dbt",
        events=f"{events:,}",
        rows_s=rows.seconds,
        dbt_s=build.seconds,
        all_s=rows.seconds + build.seconds,
        ratio_to_ours=(rows.seconds + build.seconds) / our_seconds,
        peak_MB=rows.megabytes,
    )
