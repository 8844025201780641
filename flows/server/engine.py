"""What a worker starts for each run, as `python -m flows.server.engine`: Prefect's own engine, sooner ready."""

from __future__ import annotations

import gc
import runpy
import sys


def main() -> None:
    """Become `python -m prefect.engine`, which is told its run by the environment and ends with the run."""
    gc.set_threshold(50_000, 10, 10)  # imports make no garbage to speak of; looking for it is a fifth of their time
    # DuckDB imports pandas, where it is installed, at the first bound parameter. Nobody here uses it.
    sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]
    runpy.run_module("prefect.engine", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
