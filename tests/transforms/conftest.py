"""A small shop for the models: raw rows from dicts in, rows of any model out, in milliseconds.

dbt compiles the project once (kept in pytest's cache until a file of `transforms/` changes); each test then runs the
compiled SQL of the model it asks for, and of the models that this one needs, in a DuckDB of its own in memory.
`tests/test_transform.py` runs the same project through dbt itself.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import duckdb
import pytest

from flows.records import RECORDS, columns
from tests.compiled import Row, compiled

World = Callable[..., "Warehouse"]

DEFAULTS: dict[str, Row] = {
    "events": {"event_type": "page_view", "anonymous_id": "ann", "batch_id": "b1", "source_file": "events.csv"},
    "users": {"batch_id": "b1", "source_file": "users.csv"},
    "products": {"batch_id": "b1", "source_file": "products.csv"},
}


class Warehouse:
    """Raw tables in memory, and every model of the project on demand."""

    def __init__(self, nodes: dict[str, Row], raw: dict[str, list[Row]]) -> None:
        self._nodes = nodes
        self._built: set[str] = set()
        self.con = duckdb.connect(config={"threads": 1})
        self.con.execute("attach ':memory:' as warehouse; use warehouse; set TimeZone = 'UTC'")
        # For a few rows the optimizer takes longer than what it saves; `test_transform.py` builds with it, as runs do.
        self.con.execute("pragma disable_optimizer")
        for schema in ("raw", "removed", "staging", "intermediate", "marts"):
            self.con.execute(f"create schema {schema}")
        for table, rows in raw.items():
            self._fill(table, rows)
            self.con.execute(f"create table removed.{table} as from raw.{table} limit 0")

    def rows(self, model: str, *names: str, order_by: str = "all") -> list[tuple[Any, ...]]:
        """The named columns (all where none is named) of every row of a model, in order of those columns."""
        self.build(model)
        relation = self._nodes[self._id(model)]["relation"]
        return self.con.execute(f"select {', '.join(names) or '*'} from {relation} order by {order_by}").fetchall()

    def dicts(self, model: str, order_by: str = "all") -> list[Row]:
        """Every row of a model as a dict."""
        self.build(model)
        result = self.con.execute(f"select * from {self._nodes[self._id(model)]['relation']} order by {order_by}")
        return [dict(zip([c[0] for c in result.description], row, strict=True)) for row in result.fetchall()]

    def failures(self, test: str) -> list[tuple[Any, ...]]:
        """The rows that a data test of the project complains about."""
        node = self._nodes[self._id(test)]
        for parent in node["parents"]:
            self._build(parent)
        return self.con.execute(node["sql"]).fetchall()

    def build(self, model: str) -> None:
        """Makes a model and all that it needs, unless it is made already."""
        self._build(self._id(model), is_wanted=True)

    def sql(self, text: str) -> list[tuple[Any, ...]]:
        """Any query; build what it names before."""
        return self.con.execute(text).fetchall()

    def _id(self, name: str) -> str:
        return next(key for key, node in self._nodes.items() if node["name"] == name)

    def _build(self, key: str, is_wanted: bool = False) -> None:
        node = self._nodes.get(key)
        if node is None or key in self._built:
            return
        for parent in node["parents"]:
            self._build(parent)
        if node["materialized"] == "ephemeral" and not is_wanted:
            return
        kind = "view" if node["materialized"] == "view" else "table"
        self.con.execute(f"create {kind} {node['relation']} as {node['sql']}")
        self._built.add(key)

    def _fill(self, table: str, rows: list[Row]) -> None:
        types = {column.name: column.kind.duckdb for column in columns(RECORDS[table])}
        if table == "events":
            types["event_date"] = "DATE"
        types |= {"batch_id": "VARCHAR", "source_file": "VARCHAR"}
        self.con.execute(f"create table raw.{table} ({', '.join(f'{n} {t}' for n, t in types.items())})")
        values = []
        for place, given in enumerate(rows, 1):
            row = DEFAULTS[table] | given
            if table == "events":
                row.setdefault("event_id", f"e{place}")
                row.setdefault("event_date", date.fromisoformat(str(row["event_timestamp"])[:10]))
            values.append(row)
        for start in range(0, len(values), 500):
            part = values[start : start + 500]
            names = sorted({name for row in part for name in row})
            marks = ", ".join(f"({', '.join('?' for _ in names)})" for _ in part)
            cells = [row.get(name) for row in part for name in names]
            self.con.execute(f"insert into raw.{table} ({', '.join(names)}) values {marks}", cells)


@pytest.fixture(scope="session")
def compiled_project(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Row]:
    """Every model and data test of the project with its compiled SQL, by dbt's unique id."""
    return compiled(pytestconfig, tmp_path_factory)


@pytest.fixture
def warehouse(compiled_project: dict[str, Row]) -> World:
    """`warehouse(events=[{...}], users=[...], products=[...])`: a world of those rows. An event needs an
    event_timestamp; event_id (e1, e2, ...), event_date, event_type (page_view) and anonymous_id (ann) are filled in."""

    def make(*, events: Iterable[Row] = (), users: Iterable[Row] = (), products: Iterable[Row] = ()) -> Warehouse:
        return Warehouse(compiled_project, {"events": list(events), "users": list(users), "products": list(products)})

    return make
