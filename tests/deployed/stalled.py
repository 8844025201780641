"""What a worker starts for a run of these tests: it stands still at each of the given steps, once.

`python -m tests.deployed.stalled FOLDER STEP …`: in the folder lies a file for each step at which a run has stood. The
step `model` is in the middle of a model of dbt: in its query, which has no end.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

ENDLESS = "copy (from range(1_000_000_000_000)) to '/dev/null' (format csv)"


def main() -> None:
    folder, steps = Path(sys.argv[1]), sys.argv[2:]
    left = {step for step in steps if not (folder / step).exists()}
    if "model" in left:
        stand_in_a_model(folder / "model")
    from flows.server import engine
    from flows.story import listening

    with listening(_listener(folder, left)):
        sys.argv[1:] = []
        engine.main()


def stand_in_a_model(mark: Path) -> None:
    """Make the query of one model one without end."""
    from dbt.adapters.sql import SQLConnectionManager

    add_query = SQLConnectionManager.add_query

    def endless(self: Any, sql: str, *args: Any, **kwargs: Any) -> Any:
        if "fct_orders" in sql and "create" in sql:
            mark.touch()
            sql = ENDLESS
        return add_query(self, sql, *args, **kwargs)

    SQLConnectionManager.add_query = endless


def _listener(folder: Path, left: set[str]) -> Any:
    from flows.story import Listener

    class Standing(Listener):
        def step_began(self, step: str) -> None:
            if step in left:
                (folder / step).touch()
                while True:
                    signal.pause()

    return Standing()


if __name__ == "__main__":
    main()
