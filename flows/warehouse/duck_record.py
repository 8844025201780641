"""The record of what builds made anew, publication by publication: what an earlier serving copy lacks.

dbt writes it in the transaction of the rows themselves (`transforms/macros/dialect/record_rebuilt.sql`), so it is right
wherever a build was cut off. After a build of everything it begins anew, and no earlier copy is known any more.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from duckdb import DuckDBPyConnection


def versions(connection: DuckDBPyConnection) -> frozenset[str]:
    """The versions that the record reaches back to."""
    return frozenset(version for (version,) in connection.execute("select version from ops.publications").fetchall())


def enter(connection: DuckDBPyConnection, version: str, at: datetime) -> None:
    """Take down that the copy `version` holds all that was built until now."""
    (number,) = connection.execute("select coalesce(max(publication), 0) + 1 from ops.publications").fetchall()[0]
    connection.execute("update ops.rebuilt set publication = ? where publication is null", [number])
    connection.execute(
        "insert into ops.publications (publication, version, published_at) values (?, ?, ?)", [number, version, at]
    )


def keep_only(connection: DuckDBPyConnection, kept: Collection[str]) -> None:
    """Forget all other versions, and what only they would lack."""
    connection.execute("delete from ops.publications where version not in (select unnest(?))", [list(kept)])
    connection.execute(
        "delete from ops.rebuilt where publication <= (select min(publication) from ops.publications) "
        "or not exists (from ops.publications)"
    )


def number_of(connection: DuckDBPyConnection, copy: str) -> int | None:
    """Which publication of this warehouse the attached database `copy` is, None where it is none that is known.

    Name and instant have to be the same: a copy by another warehouse in the same folder, or by this one before it was
    put back to an earlier state, is none.
    """
    found = connection.execute(
        f"select publication from ops.publications semi join {copy}.ops.publication using (version, published_at)"
    ).fetchone()
    return found[0] if found else None


def partly_built(connection: DuckDBPyConnection, since: int) -> dict[str, tuple[str, str]]:
    """The marts that were built in part since that publication: the column that tells rows apart, and which values."""
    return {
        mart: (
            key,
            f"select cast(key_value as {kind}) from ops.rebuilt "
            f"where mart = '{mart}' and coalesce(publication > {since}, true) and key_value is not null",
        )
        for mart, key, kind in connection.execute(
            "select distinct mart, key_name, data_type from ops.rebuilt "
            "inner join duckdb_columns() on table_name = mart and column_name = key_name "
            "where database_name = current_database() and schema_name = 'marts' and coalesce(publication > ?, true)",
            [since],
        ).fetchall()
    }
