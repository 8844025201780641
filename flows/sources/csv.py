"""shopflow's own CSV: any order of columns, an empty field is null, JSON lines' names."""

from __future__ import annotations

from flows.records import Record, columns
from flows.sources.files import as_pattern
from flows.sources.given import Given, Told, with_extras
from flows.sources.sql import quoted
from flows.sources.textfile import LINE, TextFile


def given(file: TextFile, record: type[Record]) -> Given:
    """The rows of one file. Where a name stands twice in the header the first column is the field."""
    positions = positions_of(file.columns)
    known = {column.name: Told(positions[column.name]) for column in columns(record) if column.name in positions}
    unknown = {column: position for column, position in positions.items() if column not in known}
    if unknown:
        return Given(with_extras(relation(file), unknown), known, extras="extras")
    return Given(relation(file), known)


def positions_of(names: tuple[str, ...]) -> dict[str, str]:
    """The relation's column for each name, first come, first served.

    >>> positions_of(("a", "b", "a"))
    {'a': 'c0', 'b': 'c1', 'a (3)': 'c2'}
    """
    positions: dict[str, str] = {}
    for position, column in enumerate(names):
        positions[column if column not in positions else f"{column} ({position + 1})"] = f"c{position}"
    return positions


def relation(file: TextFile) -> str:
    """What stands after FROM: the columns c0, c1 … as text. A line that is no row is an error, never left out."""
    texts = ", ".join(f"c{position}: 'VARCHAR'" for position in range(len(file.columns)))
    longest = max(LINE, file.longest + 1)
    options = {
        "columns": f"{{{texts}}}",
        "header": "true",
        # Only its detection knows \r\n: where new_line says so, DuckDB 1.5 reads no row at all, without an error.
        "auto_detect": "true" if file.has_crlf else "false",
        "delim": "','",
        "quote": "'\"'",
        "escape": "'\"'",
        "nullstr": "''",
        "strict_mode": "true",
        "null_padding": "false",
        "hive_partitioning": "false",  # a folder named `event_type=refund` says nothing of the rows
        "max_line_size": str(longest),
        "buffer_size": str(max(16 * LINE, 2 * longest)),
        "compression": "'gzip'" if file.is_gzip else "'none'",
    }
    said = ", ".join(f"{option} = {value}" for option, value in options.items())
    return f"read_csv({quoted(as_pattern(file.path))}, {said})"
