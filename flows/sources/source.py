"""What every source format says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flows.records import Record
from flows.sources.given import Given
from flows.sources.textfile import TextFile


@dataclass(frozen=True)
class Source:
    """One format of source files.

    `suffixes` are usual endings of its file names without that of a compression; `compressions` what a file may be
    wrapped in as a whole (`gzip`); `tables` the columns that a header must have to hold rows of that table; `lacks`
    what the format cannot tell, each with what the models do without it.

    `known` are the columns that the format has fields for, where these are not the record's own names.
    `given` is the adapter: a text file's rows in one query (None: Parquet, which is read many files at a time).
    `derives` are rows of other tables, as queries over the format's accepted rows, which stand for `{events}`.
    """

    name: str
    suffixes: tuple[str, ...]
    compressions: tuple[str, ...]
    tables: Mapping[str, frozenset[str]]
    lacks: Mapping[str, str] = field(default_factory=dict)
    given: Callable[[TextFile, type[Record]], Given] | None = None
    is_csv: bool = False
    known: frozenset[str] = frozenset()
    derives: Mapping[str, str] = field(default_factory=dict)

    def table_of(self, columns: set[str]) -> str | None:
        """The table whose rows a file with these columns holds, None where a column is missing for each.

        >>> from flows.sources import FORMATS
        >>> FORMATS["csv"].table_of({"user_id", "updated_at", "email"})
        'users'
        """
        return next((table for table, needed in self.tables.items() if needed <= columns), None)
