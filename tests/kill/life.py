"""A run as it lives in its process, watched from within: it tells its moments, and dies or stands still at one.

Moments are `begin`; `waits`, for another run; `before load`, `after load` and so on for each step, with `after run` for
the end; `node 7`, the seventh model or test that dbt is done with; `before mark_built` and `after mark_built`; and what
is about to be done to a file or folder of the home, such as `rename lake/accepted/events`, by its place to be.
"""

from __future__ import annotations

import atexit
import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

CHANGES = {"os.rename": "rename", "os.remove": "remove", "os.rmdir": "rmdir", "os.symlink": "symlink"}


def live(
    arguments: Sequence[str],
    environment: dict[str, str],
    log: Path,
    tell: Connection,
    ends: dict[str, signal.Signals],
    faults: Sequence[Callable[[], None]],
) -> None:
    """Be `python -m flows ARGUMENTS`. `ends`: the signal that this process gets at a moment; `faults` are planted."""
    from flows import cli
    from flows.story import listening

    os.setsid()
    resource_tracker._resource_tracker._fd = None  # it has one of its own, as any process
    for name in [name for name in os.environ if name.startswith("SHOPFLOW_")]:
        del os.environ[name]
    os.environ.update(environment)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for descriptor in (1, 2):
        os.dup2(output, descriptor)

    def at(moment: str) -> None:
        tell.send(moment)
        if moment in ends:
            os.killpg(0, ends[moment])

    for fault in faults:
        fault()
    _watch_files(Path(environment["SHOPFLOW_HOME"]), at)
    _watch_ledger(at)
    sys.argv[1:] = arguments
    with listening(_watcher(at)):
        try:
            cli.main()
        except SystemExit:
            atexit._run_exitfuncs()  # as the interpreter does; the last of them ends the process with its code


def _watcher(at: Callable[[str], None]) -> Any:
    from flows.story import Listener

    class Watcher(Listener):
        nodes = 0

        def began(self, story: Any) -> None:
            at("begin")

        def waits(self, why: str) -> None:
            at("waits")

        def step_began(self, step: str) -> None:
            at(f"before {step}")

        def step_ended(self, receipt: Any) -> None:
            at(f"after {receipt.step}")

        def node_ended(self, node: Any) -> None:
            self.nodes += 1
            at(f"node {self.nodes}")

    return Watcher()


def _watch_files(home: Path, at: Callable[[str], None]) -> None:
    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event in CHANGES:
            path = Path(os.fsdecode(args[1 if event in ("os.rename", "os.symlink") else 0]))
            if path.is_relative_to(home) and path.relative_to(home).parts[0] not in ("dbt", "prefect"):
                at(f"{CHANGES[event]} {named(path.relative_to(home))}")

    sys.addaudithook(hook)


def named(path: Path) -> str:
    """A path without what is other in every run.

    >>> named(Path("serving/.draft-marts-000002-20251101T060000Z.duckdb")), named(Path("lake/batches/0af1.json"))
    ('serving/.draft-marts', 'lake/batches')
    >>> named(Path("lake/.staging/tmpphg6lq1t"))
    'lake/.staging/tmp*'
    """
    told = re.sub(r"-\d{6}-\d{8}T\d{6}Z\.duckdb$", "", path.as_posix())
    told = re.sub(r"/[0-9a-f]{16}\.(parquet|json)$", "", told)
    return re.sub(r"(/tmp|-)[a-z0-9_]{8}(?=/|$)", r"\1*", told)


def _watch_ledger(at: Callable[[str], None]) -> None:
    from flows.warehouse.duck import DuckWarehouse

    really = DuckWarehouse.mark_built

    @wraps(really)
    def mark_built(*args: Any) -> None:
        at("before mark_built")
        really(*args)
        at("after mark_built")

    DuckWarehouse.mark_built = mark_built  # type: ignore[method-assign]
