"""Refused rows that wait: those in the quarantine's files without those that have passed a replay since."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import duckdb

from flows import serving
from flows.errors import StorageError
from flows.lake import Lake
from flows.lock import holder
from flows.quarantine.rows import COLUMNS
from flows.quarantine.spill import spill_folder
from flows.quarantine.wanted import Wanted, names_of_reasons
from flows.records import RECORDS
from flows.settings import Settings
from flows.sources.files import as_pattern
from flows.sources.sql import listed, quoted
from flows.warehouse.duck_connect import connect
from flows.warehouse.duck_errors import in_our_words, translated


class Count(NamedTuple):
    """How many rows of a batch's table wait for one reason; a row with two reasons is counted for both."""

    batch_id: str
    table: str
    reason: str
    rows: int
    is_loaded: bool


@dataclass(frozen=True)
class Quarantine:
    """Refused rows, open for questions. The view `refused` has every row (`t` is its table, `has_passed` whether a
    replay has taken it) but those that maintenance has let go, the table `loaded` the batches of the ledger.

    `is_live` is false where a run holds the warehouse: then it is known what had passed when marts were last published.
    """

    connection: duckdb.DuckDBPyConnection
    lake: Lake
    is_live: bool

    def only(self, batch_id: str) -> None:
        """From now on be asked of this batch alone: each question opens every file, however few rows it is about."""
        _view(self.connection, self.lake, batch_id)

    def query(self, sql: str) -> Iterator[dict[str, Any]]:
        """The rows of a question by column name, some at a time. Raises StorageError where a file has gone by then."""
        try:
            answer = self.connection.execute(sql)
            names = [column[0] for column in answer.description or ()]
            while block := answer.fetchmany(1_000):
                yield from (dict(zip(names, row, strict=True)) for row in block)
        except duckdb.IOException as error:
            said = str(error).splitlines()[0]
            raise StorageError(f"the quarantine changed while it was read, or is damaged; try again: {said}") from error

    def rows(self, wanted: Wanted = Wanted()) -> str:  # noqa: B008 - it is frozen
        """SQL of the wanted rows that wait, with the columns of the quarantine's files and `is_loaded`."""
        return (
            f"""(select * exclude (t, has_passed), batch_id in (select batch_id from loaded) as is_loaded """
            f"""from refused where not has_passed and {wanted.condition})"""
        )

    def purged(self, batch_id: str | None = None) -> tuple[int, datetime | None]:
        """Of how many batches (of all, or of this one) the refused rows were let go, and when that was done last."""
        which = f"where batch_id = {quoted(batch_id)}" if batch_id else ""
        (found,) = self.query(f"select count(purged_at) as batches, max(purged_at) as at from loaded {which}")
        return found["batches"], found["at"]

    def counts(self) -> list[Count]:
        """What waits, by batch, table and reason."""
        names = names_of_reasons('"table"')
        rows = self.query(
            f"""select batch_id, "table", reason, count(*) as rows, is_loaded
            from (select batch_id, "table", unnest({names}) as reason, is_loaded from {self.rows()})
            group by all order by batch_id, "table", rows desc, reason"""
        )
        return [Count(**row) for row in rows]


@contextmanager
def open_quarantine(settings: Settings, *, is_holder: bool = False) -> Iterator[Quarantine]:
    """The refused rows of a home. Changes nothing, waits for nobody and is in nobody's way; rows that memory cannot
    hold are spilled below the home, where it can be written.

    `is_holder` is said by who holds the home's lock and has no warehouse open: then the warehouse alone is asked.
    Raises WarehouseError where there is a warehouse and neither it nor a serving copy can be read.
    """
    slim = settings.model_copy(update={"threads": 1})  # each thread holds the texts of a whole row group
    with (
        translated(settings.lake_folder),
        spill_folder(settings.home) as spill,
        connect(slim, spill=spill) as connection,
    ):
        is_live = _know(connection, settings, is_holder)
        lake = Lake.of(settings)
        for table in RECORDS:
            lake.bring_all(lake.quarantine(table, "*").parent)
        _view(connection, lake)
        yield Quarantine(connection, lake, is_live)


def _view(connection: duckdb.DuckDBPyConnection, lake: Lake, batch_id: str | None = None) -> None:
    columns = ", ".join(f'null::{type} as "{column}"' for column, type in COLUMNS.items())
    files = f"select {columns} where false"  # so that a column that older files lack is there
    folders, names = [lake.quarantine(table, "*").parent for table in RECORDS], f"{batch_id or '*'}.parquet"
    found = [path for folder in folders for path in sorted(folder.glob(names))]
    if found:
        paths = listed(as_pattern(path) for path in found)
        files += f" union all by name from read_parquet({paths}, union_by_name = true, hive_partitioning = false)"
    connection.execute(
        f"""create or replace temp view refused as
        select kept.*, kept."table" as t, passed.line is not null as has_passed
        from ({files}) as kept left join passed
            on passed.replay_of = kept.batch_id and passed.table_name = kept."table"
            and passed.source_file = kept.source_file and passed.line = kept.line
        where kept.batch_id not in (select batch_id from loaded where purged_at is not null)"""
    )


def _know(connection: duckdb.DuckDBPyConnection, settings: Settings, is_holder: bool) -> bool:
    """Copy what the ledger says to the tables `loaded` and `passed`: to keep it open would hold up the next run.

    Returns whether it says what is so now.
    """
    connection.execute(
        "create temp table loaded (batch_id varchar, landed_at timestamp, purged_at timestamp); "
        "create temp table passed (replay_of varchar, table_name varchar, source_file varchar, line bigint)"
    )
    if settings.target == "bigquery":
        _ask(connection, settings)
        return True
    warehouse, copy = settings.warehouse_path, serving.current(settings)
    places = [warehouse] if is_holder or not holder(settings) else []
    places += [copy] if copy and not is_holder else []
    error: duckdb.Error | None = None
    for path in (path for path in places if path.exists()):
        try:
            connection.execute(f"attach {quoted(str(path))} as ledger (read_only)")
        except duckdb.Error as refused:
            error = error or refused
            continue
        with translated(path):
            tables = "from duckdb_tables() where database_name = 'ledger' and schema_name = 'ops'"
            for (table,) in connection.execute(f"select table_name {tables}").fetchall():
                if table in _COPIED:  # a copy from before replays has no table of them
                    connection.execute(f"insert into {_COPIED[table]}")
            connection.execute("detach ledger")
        return path == warehouse
    if error is not None:
        raise in_our_words(warehouse, error) from error
    return not warehouse.exists()


def _ask(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    import pyarrow as pa

    from flows.warehouse import open_warehouse

    with open_warehouse(settings, read_only=True) as warehouse:
        loaded = warehouse.query("select * from ops.batches")
        passed = warehouse.query("select replay_of, table_name, source_file, line from ops.replays")
    for table, rows, columns in (("loaded", loaded, _LOADED), ("passed", passed, "*")):
        if rows:
            connection.register("rows", pa.Table.from_pylist(rows))
            connection.execute(f"insert into {table} by name select {columns} from rows")
            connection.unregister("rows")


# Those of its columns that there are: a ledger from before refused rows were let go does not say when.
_LOADED = "columns('^(batch_id|landed_at|purged_at)$')"
_COPIED = {
    "batches": f"loaded by name select {_LOADED} from ledger.ops.batches",
    "replays": "passed by name select replay_of, table_name, source_file, line from ledger.ops.replays",
}
