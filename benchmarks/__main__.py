"""`python -m benchmarks [--million 1 10] [--history 30 365] [--cloud 1] [--fanout 200] [--dashboard 0.25]`:
all of docs/benchmarks.md.

Nothing here judges: these machines are noisy, so each figure stands beside another one taken in the same run.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks import cloud_load, dashboard_cost, fanout_cost, history_cost, pipeline_cost
from benchmarks.days import DAYS_APART
from benchmarks.report import Report


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--million", type=int, nargs="*", default=[1, 10], help="sizes in million events; none: no runs"
    )
    parser.add_argument("--history", type=int, nargs="*", default=[], help="days of history to put one more day upon")
    parser.add_argument("--events-a-day", type=int, default=100_000, help="events of each of these days")
    parser.add_argument("--cloud", type=int, default=0, help="million events to load into the emulator of BigQuery")
    parser.add_argument("--fanout", type=int, default=0, help="files of 50,000 events to take as one batch and several")
    parser.add_argument("--dashboard", type=float, nargs="*", default=[], help="million events to look at in a browser")
    parser.add_argument("--repeat", type=int, default=3, help="how often the small runs are measured")
    parser.add_argument("--keep", type=Path, help="folder for the data, kept for the next run")
    arguments = parser.parse_args()
    if any(days <= DAYS_APART for days in arguments.history):
        parser.error(f"a history has more than {DAYS_APART} days")
    if arguments.keep:
        arguments.keep.mkdir(parents=True, exist_ok=True)
        report = measured(arguments, arguments.keep)
    else:
        with tempfile.TemporaryDirectory(prefix="shopflow-bench-") as folder:
            report = measured(arguments, Path(folder))
    print(report.markdown())


def measured(arguments: argparse.Namespace, folder: Path) -> Report:
    """The report of what the command line asked for."""
    report = Report()
    if arguments.million:
        pipeline_cost.measure(report, folder, arguments.million, arguments.repeat)
    if arguments.history:
        history_cost.measure(report, folder, arguments.history, arguments.events_a_day, arguments.repeat)
    if arguments.cloud:
        cloud_load.measure(report, folder, arguments.cloud)
    if arguments.fanout:
        fanout_cost.measure(report, folder, arguments.fanout)
    if arguments.dashboard:
        dashboard_cost.measure(report, folder, arguments.dashboard, arguments.repeat)
    return report


if __name__ == "__main__":
    main()
