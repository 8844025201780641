"""Text files are staged in the order of their lines: the line of a refused row depends on it."""

from __future__ import annotations

import json
import re
import resource
import shutil
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from flows.checks.judged import judged
from flows.checks.staging import stage
from flows.checks.terms import Terms
from flows.checks.workshop import workshop
from flows.errors import StorageError
from flows.lake import Lake
from flows.quarantine import refused_rows
from flows.receipts import Batch, SourceFile
from flows.records import RECORDS
from flows.settings import Settings, load_settings
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


@pytest.mark.slow
@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_refused_rows_of_a_large_file_are_found_on_their_lines(tmp_path: Path, format: str) -> None:
    own = load_settings(home=tmp_path / "home", threads=4)
    (count,) = validate(file_of(tmp_path / f"events.{format}", format), own).counts
    assert (count.rows_read, count.quarantined) == (ROWS, ROWS // EVERY)
    below = 1 if format == "csv" else 0
    bad = list(range(EVERY, ROWS + 1, EVERY))
    refused = list(refused_rows(Lake(own.lake_folder)))
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


SMALL = b"event_id,event_type,event_timestamp,user_id\ne1,page_view,2025-11-01T10:00:00Z,u1\n"


@pytest.mark.parametrize("content", [SMALL, SMALL + b"cut,off\n"], ids=["read by DuckDB", "picked out line by line"])
def test_a_disturbed_workshop_is_no_fault_of_the_file_that_is_read(
    tmp_path: Path, settings: Settings, content: bytes
) -> None:
    """The accident: the file was refused as unreadable, and its rows were missing from a batch that went through."""
    (tmp_path / "a.csv").write_bytes(content)
    file = SourceFile(str(tmp_path / "a.csv"), "a.csv", "0" * 64, 1, "csv", "events")
    with workshop(settings, tmp_path / "staging") as shop:
        shutil.rmtree(shop.folder)
        with pytest.raises(StorageError, match="files on their way into the lake were lost or could not be written"):
            stage(shop, file, Terms(datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("UTC")), 0)


def test_a_copy_that_cannot_be_written_is_no_fault_of_the_file_that_is_read(tmp_path: Path, settings: Settings) -> None:
    rows = b"".join(b"e%d,page_view,2025-11-01T10:00:00Z,%s\n" % (number, b"u" * 100) for number in range(10_000))
    (tmp_path / "a.csv").write_bytes(SMALL + rows + b"cut,off\n")
    batch = Batch(
        "b", datetime(2026, 1, 1, tzinfo=UTC), (SourceFile(f"{tmp_path}/a.csv", "a.csv", "", 1, "csv", "events"),)
    )
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, limits[1]))
    try:
        with pytest.raises(StorageError, match=r"The disk of .* is full"):
            validate(batch, settings)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert validate(batch, settings).counts[0].accepted == 10_001
