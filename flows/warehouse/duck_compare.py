"""Two DuckDB files with marts of their own, compared mart by mart: rows by their key, and every column of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from duckdb import DuckDBPyConnection

from flows.differences.found import MartDifference
from flows.settings import Settings
from flows.sources.sql import quoted
from flows.warehouse.duck_connect import connect
from flows.warehouse.duck_errors import translated

BEFORE, AFTER = "before", "after"
_ASIDE = "compared"
_THERE = '"row is there"'  # a name that no column of a model has


def set_aside(settings: Settings, marts: Sequence[str]) -> None:
    """Keep the marts that are there as tables of their own, which can be read from another database; views cannot."""
    with _opened(settings) as connection:
        connection.execute(f"create schema {_ASIDE}")
        for mart in sorted({*marts} & {*_tables(connection)}):
            connection.execute(f"create table {_ASIDE}.{_name(mart)} as from marts.{_name(mart)}")


class Comparison:
    """The marts that two warehouses have set aside."""

    def __init__(self, connection: DuckDBPyConnection) -> None:
        self._connection = connection

    def of(self, mart: str, key: Sequence[str]) -> MartDifference:
        """The mart's differences, rows told apart by `key`; where there is none, or it is not unique, by whole rows."""
        old, new = self._columns(BEFORE, mart), self._columns(AFTER, mart)
        rows_before = self._count(f"from {_table(BEFORE, mart)}") if old else None
        rows_after = self._count(f"from {_table(AFTER, mart)}") if new else None
        if not old or not new:
            return MartDifference(mart, rows_before, rows_after, tuple(key))
        note = self._no_key(mart, key, old, new)
        both = {name: (old[name], kind) for name, kind in new.items() if name in old}
        rows = self._whole_rows(mart, both) if note else self._by_key(mart, key, both)
        return replace(
            rows,
            rows_before=rows_before,
            rows_after=rows_after,
            columns_added={name: kind for name, kind in new.items() if name not in old},
            columns_removed={name: kind for name, kind in old.items() if name not in new},
            columns_retyped={name: kinds for name, kinds in both.items() if kinds[0] != kinds[1]},
            note=note,
        )

    def _columns(self, side: str, mart: str) -> dict[str, str]:
        """The columns of a mart and their types, in order; none where there is no such mart."""
        return dict(
            self._connection.execute(
                "select column_name, data_type from duckdb_columns() "
                "where database_name = ? and schema_name = ? and table_name = ? order by column_index",
                [side, _ASIDE, mart],
            ).fetchall()
        )

    def _no_key(self, mart: str, key: Sequence[str], *sides: dict[str, str]) -> str:
        """Why rows cannot be told apart by the key; empty where they can."""
        if not key:
            return "no test states its key: whole rows compared"
        told = f"({', '.join(key)})"
        if any(name not in side for side in sides for name in key):
            return f"its key {told} is not on both sides: whole rows compared"
        names = ", ".join(_name(name) for name in key)
        for side in (BEFORE, AFTER):
            shared = self._count(f"from (from {_table(side, mart)} select 1 group by {names} having count(*) > 1)")
            if shared:
                return f"{shared:,} keys {told} have several rows {side}: whole rows compared"
        return ""

    def _whole_rows(self, mart: str, columns: Iterable[str]) -> MartDifference:
        names = ", ".join(map(_name, columns))
        old, new = (f"select {names} from {_table(side, mart)}" for side in (BEFORE, AFTER))
        return MartDifference(
            mart,
            rows_added=self._count(f"from ({new} except all {old})"),
            rows_removed=self._count(f"from ({old} except all {new})"),
        )

    def _by_key(self, mart: str, key: Sequence[str], columns: Mapping[str, tuple[str, str]]) -> MartDifference:
        differing = {name: _differs(name, *kinds) for name, kinds in columns.items() if name not in key}
        in_both = f"old.{_THERE} and new.{_THERE}"
        counts = [
            f"count(*) filter (where old.{_THERE} is null)",
            f"count(*) filter (where new.{_THERE} is null)",
            f"count(*) filter (where {in_both} and ({' or '.join(differing.values()) or 'false'}))",
            *(f"count(*) filter (where {in_both} and {each})" for each in differing.values()),
        ]
        old, new = (f"(select *, true as {_THERE} from {_table(side, mart)})" for side in (BEFORE, AFTER))
        same_key = " and ".join(_is_same(name, *columns[name]) for name in key)
        row = self._connection.execute(
            f"select {', '.join(counts)} from {old} as old full join {new} as new on {same_key}"
        ).fetchone()
        assert row is not None
        of_columns = {name: count for name, count in zip(differing, row[3:], strict=True) if count}
        added, removed, changed = row[:3]
        return MartDifference(
            mart, key=tuple(key), rows_added=added, rows_removed=removed, rows_changed=changed, columns=of_columns
        )

    def _count(self, rows: str) -> int:
        found = self._connection.execute(f"select count(*) {rows}").fetchone()
        assert found is not None
        return int(found[0])


@contextmanager
def compared(before: Settings, after: Settings) -> Iterator[Comparison]:
    """The two warehouses side by side. Raises WarehouseError or StorageError where one cannot be read."""
    with _opened(after, in_memory=True) as connection:
        for side, settings in ((BEFORE, before), (AFTER, after)):
            connection.execute(f"attach {quoted(settings.warehouse_path)} as {side} (read_only)")
        yield Comparison(connection)


@contextmanager
def _opened(settings: Settings, *, in_memory: bool = False) -> Iterator[DuckDBPyConnection]:
    path = settings.warehouse_path
    with translated(path):
        connection = connect(settings, None if in_memory else path, spill=path.with_name("compared.tmp"))
        try:
            yield connection
        finally:
            connection.close()


def _tables(connection: DuckDBPyConnection) -> list[str]:
    found = connection.execute("select table_name from information_schema.tables where table_schema = 'marts'")
    return [name for (name,) in found.fetchall()]


def _is_same(name: str, before: str, after: str) -> str:
    column, as_text = _name(name), "::varchar" if before != after else ""
    return f"old.{column}{as_text} is not distinct from new.{column}{as_text}"


def _differs(name: str, before: str, after: str) -> str:
    old, new = f"old.{_name(name)}", f"new.{_name(name)}"
    if before == after:
        return f"{old} is distinct from {new}"
    # Compared as the new type; what cannot be one becomes null, and differs all the same.
    return f"(try_cast({old} as {after}) is distinct from {new} or ({old} is null) <> ({new} is null))"


def _table(side: str, mart: str) -> str:
    return f"{side}.{_ASIDE}.{_name(mart)}"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
