"""Text files are staged in the order of their lines: the line of a refused row depends on it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from flows.checks.judged import judged
from flows.lake import Lake
from flows.quarantine import refused_rows
from flows.receipts import Batch, SourceFile
from flows.records import RECORDS
from flows.settings import load_settings
from flows.sources import FORMATS
from flows.sources.textfile import look_at
from flows.validate import validate

ROWS, EVERY = 150_000, 1_009
HEADERS = {
    "csv": "event_id,event_type,event_timestamp,user_id,quantity,unit_price,page_url,properties,color",
    "rees46": ",".join(sorted(FORMATS["rees46"].known)),
    "jsonl": "{}",
}


def file_of(path: Path, format: str) -> Batch:
    """Rows of which every 1,009th has no event type, in all sizes, so that threads run ahead of one another."""
    path.write_text("" if format == "jsonl" else HEADERS[format] + "\n")
    with path.open("a") as file:
        for number in range(1, ROWS + 1):
            kind = "page_view" if number % EVERY else ""
            page = "x" * (1 + number % 300)
            if format == "csv":
                file.write(f"e{number},{kind},2025-11-01T10:00:00Z,u,,,{page},,\n")
            else:
                row = {"event_id": f"e{number}", "event_type": kind, "event_timestamp": "2025-11-01T10:00:00Z"}
                file.write(json.dumps({**row, "user_id": "u", "page_url": page}) + "\n")
    return Batch(
        "b", datetime(2026, 1, 1, tzinfo=UTC), (SourceFile(str(path), path.name, "0" * 64, 1, format, "events"),)
    )


@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_refused_rows_of_a_large_file_are_found_on_their_lines(tmp_path: Path, format: str) -> None:
    own = load_settings(home=tmp_path / "home", threads=4)
    (count,) = validate(file_of(tmp_path / f"events.{format}", format), own).counts
    assert (count.rows_read, count.quarantined) == (ROWS, ROWS // EVERY)
    below = 1 if format == "csv" else 0
    bad = list(range(EVERY, ROWS + 1, EVERY))
    refused = list(refused_rows(Lake(own.lake)))
    assert [row.line for row in refused] == [number + below for number in bad]
    assert [re.search("e[0-9]+", row.raw)[0] for row in refused] == [f"e{number}" for number in bad]


@pytest.mark.parametrize("table", RECORDS)
@pytest.mark.parametrize("format", HEADERS)
def test_no_join_stands_between_a_text_file_and_its_rows(tmp_path: Path, format: str, table: str) -> None:
    """DuckDB makes a join of `x in (1, 2, 3 …)`, and behind a join rows are in any order: refused rows once had the
    lines of others."""
    path = tmp_path / f"some.{format}"
    path.write_text(HEADERS[format] + "\n")
    given = FORMATS[format].given
    assert given is not None
    rows = given(look_at(path, FORMATS[format].is_csv), RECORDS[table])
    query = judged(rows, RECORDS[table], datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    with duckdb.connect() as connection:
        plan = connection.execute(f"explain {query}").fetchall()[0][1]
    assert "PROJECTION" in plan
    assert "JOIN" not in plan
