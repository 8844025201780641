"""`python -m benchmarks [--million 1 10] [--keep DIR]`: every figure of docs/benchmarks.md, in one run.

Nothing here judges: these machines are noisy, so each figure stands beside another one taken in the same run.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks import pipeline_cost
from benchmarks.report import Report


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--million", type=int, nargs="+", default=[1, 10], help="sizes in million events")
    parser.add_argument("--repeat", type=int, default=3, help="how often the small runs are measured")
    parser.add_argument("--keep", type=Path, help="folder for the data, kept for the next run")
    arguments = parser.parse_args()
    report = Report()
    if arguments.keep:
        arguments.keep.mkdir(parents=True, exist_ok=True)
        pipeline_cost.measure(report, arguments.keep, arguments.million, arguments.repeat)
    else:
        with tempfile.TemporaryDirectory(prefix="shopflow-bench-") as folder:
            pipeline_cost.measure(report, Path(folder), arguments.million, arguments.repeat)
    print(report.markdown())


if __name__ == "__main__":
    main()
