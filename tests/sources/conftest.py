"""A file's content in, what became of its rows out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.lake import Lake
from flows.quarantine import RefusedRow, refused_rows
from flows.receipts import Batch, SourceFile, Validated
from flows.settings import load_settings
from flows.sources.files import as_pattern
from flows.validate import validate


@dataclass(frozen=True)
class Fate:
    """The accepted rows, the refused ones, and the receipt."""

    accepted: list[dict[str, Any]]
    refused: list[RefusedRow]
    validated: Validated

    @property
    def lines(self) -> dict[int, set[str]]:
        """Line number and reasons (`field: reason`, or the reason of a line) of each refused row."""
        return {
            row.line: {f"{why.field}: {why.reason}" if why.field else why.reason for why in row.reasons}
            for row in self.refused
        }


Fated = Callable[..., Fate]


@pytest.fixture
def fate_of(tmp_path: Path) -> Fated:
    """`fate_of(b"...", "csv")`: validates a file of these bytes (or one that is there already) in a home of its own."""

    def take(
        content: bytes | str | Path, format: str, table: str = "events", name: str = "", **settings: object
    ) -> Fate:
        path = content if isinstance(content, Path) else tmp_path / (name or f"{table}.{format}")
        if not isinstance(content, Path):
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        own = load_settings(**{"home": tmp_path / "home", "max_refused_share": 1.0, **settings})
        file = SourceFile(str(path), path.name, "0" * 64, path.stat().st_size, format, table)
        validated = validate(Batch("b", datetime(2026, 1, 1, tzinfo=UTC), (file,)), own)
        (lake,) = Lake(own.lake_folder).accepted_files(table, "b")
        accepted = []
        if lake.exists():
            with duckdb.connect() as connection:
                found = connection.execute(f"select * from '{as_pattern(lake)}'")
                names = [column[0] for column in found.description]
                accepted = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        (count,) = validated.counts
        refused = list(refused_rows(Lake(own.lake_folder)))
        assert (len(accepted), len(refused)) == (count.accepted, count.quarantined)
        return Fate(accepted, refused, validated)

    return take
