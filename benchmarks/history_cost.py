"""What one more day costs on top of a long and of a short history, and by building everything anew.

One shop is generated for all: `days.split` takes its last days apart, and histories of several lengths before them.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
from pathlib import Path

from benchmarks.clock import Run, shopflow, timed
from benchmarks.days import Days, split
from benchmarks.pipeline_cost import STEPS, empty, fresh_run, shop, spread, step_seconds
from benchmarks.report import Report


def measure(report: Report, folder: Path, histories: list[int], events_a_day: int, repeat: int) -> None:
    """Every figure of this module, added to `report`; data is made in `folder` unless it is there.

    A home is made per history, and copied for every run of the day: the warehouse that a run finds was written a moment
    ago, and lies in the system's memory as far as there is room.
    """
    env = {"SHOPFLOW_HOME": str(folder / "home"), "SHOPFLOW_SERVER_PORT": os.environ.get("BENCH_PORT", "4317")}
    try:
        tiny = [fresh_run(env, shop(folder, 100)) for _ in range(repeat + 1)][1:]  # the first starts the server
        # In a process of its own: what a process starts begins with the peak of its memory, and would be told with it.
        timed([sys.executable, "-m", "benchmarks.days", folder, str(events_a_day), *map(str, histories)])
        days = split(folder, histories, events_a_day)
        shortest: tuple[float, float] | None = None
        for history in sorted(histories):
            ready = ready_home(env, folder / f"ready-{history}", days, history)
            runs, steps = [], []
            for _ in range(repeat):
                restore(env, ready)
                runs.append(timed(shopflow("run", "--source", days.last), env, log=folder / "run.log"))
                steps.append(step_seconds(Path(env["SHOPFLOW_HOME"])))
            beyond = beyond_start_up(runs, tiny)
            shortest = shortest or beyond
            report.add(
                "One more day, on top of so many",
                days=history,
                **spread([run.seconds for run in runs]),
                beyond_start_up_s=beyond[0],
                read_MB=beyond[1],
                ratio_of_seconds=beyond[0] / shortest[0],
                ratio_of_reading=beyond[1] / shortest[1] if shortest[1] else "unknown",
                peak_MB=max(run.megabytes for run in runs),
            )
            medians = {step: statistics.median(told[step] for told in steps) for step in STEPS}
            report.add("Seconds per step of the day", days=history, **medians)
            restore(env, ready)
            anew = timed(shopflow("run", "--source", days.last, "--full-refresh"), env, log=folder / "run.log")
            whole = beyond_start_up([anew], tiny)
            report.add(
                "The same day by --full-refresh",
                days=history,
                run_s=anew.seconds,
                ratio_of_seconds=whole[0] / beyond[0],
                ratio_of_reading=whole[1] / beyond[1] if beyond[1] else "unknown",
                peak_MB=anew.megabytes,
            )
            shutil.rmtree(ready)
    finally:
        timed(shopflow("stop"), env)


def beyond_start_up(runs: list[Run], tiny: list[Run]) -> tuple[float, float]:
    """Seconds and megabytes read beyond those of a run of 100 events into an empty home; medians."""
    median = statistics.median
    return (
        median(run.seconds for run in runs) - median(run.seconds for run in tiny),
        median(run.read_megabytes for run in runs) - median(run.read_megabytes for run in tiny),
    )


def ready_home(env: dict[str, str], ready: Path, days: Days, history: int) -> Path:
    """What a home holds after the history, built by the models of today: an earlier benchmark's is of no use.

    Its last days come one by one, so that the next one is a day like any other, for publication too.
    Made in the home of `env`, whose Prefect server is running, and moved away.
    """
    shutil.rmtree(ready, ignore_errors=True)
    ready.mkdir()
    home = empty(env)
    for sources in (days.before(history), *([day] for day in days.apart())):
        named = [word for source in sources for word in ("--source", source)]
        timed(shopflow("run", *named), env, log=ready.parent / "run.log")
    for name in ("lake", "serving", "warehouse.duckdb"):
        (home / name).rename(ready / name)
    return ready


def restore(env: dict[str, str], ready: Path) -> None:
    """Give the home of `env` what `ready` holds, in files of its own but for the lake's, which never change."""
    home = empty(env)
    shutil.copytree(ready / "lake", home / "lake", copy_function=os.link)
    shutil.copytree(ready / "serving", home / "serving", symlinks=True)
    shutil.copy2(ready / "warehouse.duckdb", home / "warehouse.duckdb")
    os.sync()  # else the run shares the disk with the copy
