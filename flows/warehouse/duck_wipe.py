"""DuckDB keeps the bytes of deleted rows in its file. Only a file that is written anew is free of them."""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from flows.sources.sql import quoted


def is_mostly_free(connection: DuckDBPyConnection) -> bool:
    """Whether more than half of the file is blocks that nothing is in. DuckDB uses them again, and gives back to the
    disk only those at the file's end: so a file stays as large as it ever was."""
    ((used, free),) = connection.execute("select used_blocks, free_blocks from pragma_database_size()").fetchall()
    return bool(free > used)


def write_anew(connection: DuckDBPyConnection, path: Path) -> None:
    """Copy everything in the connection's database, views, comments and constraints included, to a new file at `path`.

    The lists of what the last build had to make anew (`int_changed_*`) are emptied first: they name whoever is gone.
    """
    changed = connection.execute(
        "select table_name from duckdb_tables() where database_name = current_database() "
        "and schema_name = 'intermediate' and starts_with(table_name, 'int_changed_')"
    ).fetchall()
    for (table,) in changed:
        connection.execute(f'delete from intermediate."{table}"')
    (name,) = connection.execute("select current_database()").fetchall()[0]
    connection.execute(f"attach {quoted(path)} as anew")
    connection.execute(f'copy from database "{name}" to anew')
    connection.execute("checkpoint anew; detach anew")
