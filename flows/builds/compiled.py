"""The statements that a build would send, without sending any: what `shopflow cost` has estimated."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.builds.command import command
from flows.builds.credentials import lend_credentials
from flows.builds.project import parsed
from flows.errors import BuildFailed
from flows.receipts import Changes
from flows.settings import Settings

# One for each model that is built in part: the rows that make room for those that are built anew.
_DELETES = """
    {%- for node in graph.nodes.values() if node.config.materialized == 'incremental' -%}
        {{ node.name }}\x1fdelete from {{ node.relation_name }} where {{ is_rebuilt(meta=node.config.meta) }}\x1e
    {% endfor -%}
"""


@dataclass(frozen=True)
class Statement:
    """One statement, or one part of a script: `kind` is model, delete or test, `name` the model's or test's."""

    name: str
    kind: str
    sql: str


def compiled(settings: Settings, changes: Changes | None = None) -> list[Statement]:
    """What building and testing `changes` would send, in its order; without changes, everything.

    Views are not among it, for they read nothing when they are built. Asks the warehouse only which tables there are.
    Raises BuildFailed where the project cannot be compiled; leaves nothing in the home.
    """
    is_whole = changes is None or changes.is_whole
    with tempfile.TemporaryDirectory() as folder:  # dbt writes what it compiles
        apart = settings.model_copy(update={"home": Path(folder)})
        deletes = {} if is_whole else _deletes(_invoke(apart, changes, "--inline", _DELETES))
        results = _invoke(apart, changes, "--select", "resource_type:model", "test_type:data")
        return list(_statements(results, deletes))  # now: what follows forgets what was compiled


def _statements(results: Any, deletes: dict[str, str]) -> Iterator[Statement]:
    for result in results:
        node = result.node
        if node.config.materialized in ("view", "ephemeral"):
            continue
        yield Statement(node.name, node.resource_type, node.compiled_code)
        if node.name in deletes:
            yield Statement(node.name, "delete", deletes[node.name])


def _deletes(results: Any) -> dict[str, str]:
    told = results[0].node.compiled_code.split("\x1e")
    return {name.strip(): sql for name, _, sql in (part.partition("\x1f") for part in told) if sql}


def _invoke(settings: Settings, changes: Changes | None, *which: str) -> Any:
    manifest = parsed(settings)
    lend_credentials(settings)
    from dbt.cli.main import dbtRunner

    outcome = dbtRunner(manifest).invoke([*command("compile", settings, changes), *which])
    if not outcome.success:
        raise BuildFailed(f"dbt could not compile: {' '.join(str(outcome.exception or 'it did not say why').split())}")
    return outcome.result.results
