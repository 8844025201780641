"""Transform: dbt builds and tests every model, in this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from flows.builds import (
    Listener,
    command,
    ending_at_signals,
    explain,
    hearing_only,
    lend_credentials,
    parsed,
    with_sql,
)
from flows.errors import BuildFailed
from flows.receipts import Built, Changes, Node
from flows.settings import Settings
from flows.warehouse.duck_dbt import let_go, rows_in
from flows.warehouse.duck_errors import LOCKED


def warm(settings: Settings | None = None) -> None:
    """Import dbt and, where settings are given, parse the project, so that `transform` finds it done.

    Meant for a thread beside other work: two seconds and more of Python that need no database. `transform` waits for
    it. Raises BuildFailed if the project cannot be parsed.
    """
    import_module("dbt.cli.main")
    if settings is not None:
        parsed(settings)


def transform(
    settings: Settings,
    changes: Changes | None = None,
    verb: str = "build",
    *,
    on_node: Callable[[Node], None] | None = None,
    project: Path | None = None,
    models: Sequence[str] = (),
) -> Built:
    """Build and test the models: of `changes` only what they touch, without them everything.

    `verb` is `run` to build only, and `test` to test only, what was built in several parts. `project` is the folder of
    another dbt project than ours, and `models` are the only ones of it that are built.
    `on_node` is told of each node as it ends, in dbt's thread. Nobody else may hold the warehouse meanwhile; afterwards
    it is free again. Raises BuildFailed with the first failing node's words, and all nodes in `.nodes`, if the project
    cannot be parsed or a node fails; the models built before it stay, and nobody sees them until they are published.
    Building the same changes again ends in the same rows, wherever the last build ended. A test of severity `warn`
    fails nothing.

    >>> [node.name for node in transform(settings).nodes if node.kind == "model"]  # doctest: +SKIP
    ['stg_products', 'stg_repeated_events', ...]
    """
    started = time.monotonic()
    manifest = parsed(settings, project)
    lend_credentials(settings)
    from dbt.cli.main import dbtRunner

    listener = Listener(on_node, rows_in)
    try:
        with ending_at_signals(), hearing_only(*listener.HEARD):
            outcome = dbtRunner(manifest, [listener]).invoke(
                command(verb, settings, changes, project=project, models=models)
            )
    finally:
        let_go()
    if outcome.exception is not None and not isinstance(outcome.exception, Exception):
        raise outcome.exception  # a signal or an interrupt, which dbt hands back as if it were a result
    if not outcome.success:
        failed = BuildFailed(explain(outcome, listener.nodes), with_sql(listener.nodes, outcome))
        failed.is_transient = LOCKED in str(failed)  # a notebook that looks at the warehouse, between two steps
        raise failed
    return Built(with_sql(listener.nodes, outcome), time.monotonic() - started)
