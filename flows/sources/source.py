"""What every source format says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Source:
    """One format of source files.

    `suffixes` are usual endings of its file names without that of a compression; `compressions` what a file may be
    wrapped in as a whole (`gzip`); `tables` the columns that a header must have to hold rows of that table; `lacks` the
    fields that the format cannot tell, each with what the models do without it.
    """

    name: str
    suffixes: tuple[str, ...]
    compressions: tuple[str, ...]
    tables: Mapping[str, frozenset[str]]
    lacks: Mapping[str, str] = field(default_factory=dict)

    def table_of(self, columns: set[str]) -> str | None:
        """The table whose rows a file with these columns holds, None where a column is missing for each.

        >>> from flows.sources import FORMATS
        >>> FORMATS["csv"].table_of({"user_id", "updated_at", "email"})
        'users'
        """
        return next((table for table, needed in self.tables.items() if needed <= columns), None)
