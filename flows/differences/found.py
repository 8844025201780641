"""What a comparison found, as values: of each mart, and of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from flows.differences.checkout import Base
from flows.differences.selection import Selection


@dataclass(frozen=True)
class MartDifference:
    """One mart before and after. Rows are None on the side that has no such mart.

    Rows are the same row where `key` is; without a key, where everything is, so that none is changed. `columns` says of
    each column that both have in how many changed rows it differs. Types are DuckDB's. `note` says what kept rows from
    being told apart by a key.
    """

    mart: str
    rows_before: int | None = None
    rows_after: int | None = None
    key: tuple[str, ...] = ()
    rows_added: int = 0
    rows_removed: int = 0
    rows_changed: int = 0
    columns: Mapping[str, int] = field(default_factory=dict)
    columns_added: Mapping[str, str] = field(default_factory=dict)
    columns_removed: Mapping[str, str] = field(default_factory=dict)
    columns_retyped: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    note: str = ""

    @property
    def state(self) -> str:
        """`new`, `removed`, `changed` or `same`."""
        if self.rows_before is None:
            return "new"
        if self.rows_after is None:
            return "removed"
        rows = self.rows_added or self.rows_removed or self.rows_changed
        columns = self.columns_added or self.columns_removed or self.columns_retyped
        return "changed" if rows or columns or self.note else "same"


@dataclass(frozen=True)
class Difference:
    """All that differs since `base`, on `rows`. Without models in `selection` nothing was built."""

    base: Base
    is_untouched: bool = False  # not one file of the models differs
    rows: str = ""
    selection: Selection = field(default_factory=Selection)
    marts: tuple[MartDifference, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The same as values that JSON has."""
        models = asdict(self.selection)
        return {
            "base": asdict(self.base),
            "rows": self.rows,
            "models": {name: models[name] for name in ("changed", "added", "removed", "downstream")},
            "built": {"before": models["before"], "after": models["after"]},
            "marts": [asdict(mart) | {"state": mart.state} for mart in self.marts],
        }
