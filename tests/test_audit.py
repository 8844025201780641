"""The law of conservation over all history: each place where a row could get lost is looked at."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from flows.audit import audit
from flows.errors import LedgerError
from flows.lake import Lake
from flows.land import land
from flows.load import load
from flows.settings import Settings
from flows.story import require_balance
from flows.validate import validate
from flows.warehouse import open_warehouse

LINE = "{0},purchase,2025-11-01T10:00:00Z,u{0},p1,1,{1},EUR\n"


@pytest.fixture
def batch(settings: Settings, tmp_path: Path) -> str:
    """A loaded batch of 40 good rows, one copy of one of them, and two that were refused."""
    path = tmp_path / "events.csv"
    good = [LINE.format(f"e{number}", "9.99") for number in range(40)]
    bad = [LINE.format(f"r{number}", "-1") for number in range(2)]
    header = "event_id,event_type,event_timestamp,user_id,product_id,quantity,unit_price,currency\n"
    path.write_text("".join([header, *good, good[0], *bad]))
    validated = validate(land([path], settings), settings)
    load(validated, settings)
    return validated.batch.batch_id


def change(settings: Settings, statement: str) -> None:
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.execute(statement)


def test_a_ledger_that_closes_has_nothing_to_say(settings: Settings, batch: str) -> None:
    assert audit(settings) == []
    with open_warehouse(settings) as warehouse:
        require_balance(warehouse.imbalances(thorough=True))


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("update ops.batches set accepted = accepted - 1", "43 rows were read, but 42 are accounted for"),
        ("update ops.batches set duplicates = 0", "43 rows were read, but 42 are accounted for"),
        (
            "update ops.batches set quarantined = 1, replayed = 1",
            "1 refused rows passed a replay, but its replays have read 0",
        ),
        ("delete from raw.events where event_id = 'e7'", "has 40 rows of events by the ledger, but 39 are in raw"),
        ("update raw.events set batch_id = 'b' where event_id = 'e7'", "batch b has 0 rows of events by the ledger"),
    ],
)
def test_a_row_that_the_warehouse_lost_is_told_by_its_batch(
    settings: Settings, batch: str, statement: str, told: str
) -> None:
    change(settings, statement)
    assert any(told in sentence for sentence in audit(settings))
    with (
        open_warehouse(settings) as warehouse,
        pytest.raises(LedgerError, match=r"does not close, nothing was built: "),
    ):
        require_balance(warehouse.imbalances(thorough=True))


def test_what_the_lake_lost_is_told_by_its_file(settings: Settings, batch: str) -> None:
    lake = Lake(settings.lake_folder)
    (path,) = lake.accepted_files("events", batch)
    path.unlink()
    shutil.rmtree(lake.quarantine("events", batch).parent)
    assert audit(settings) == [
        f"{path} has 0 rows, but 40 by the ledger",
        f"the quarantine has 0 rows of batch {batch}, but 2 by the ledger",
    ]


def test_each_damaged_file_is_told_and_the_others_are_counted(settings: Settings, batch: str) -> None:
    """Regression: a Parquet file that was cut off ended the audit with a traceback."""
    lake = Lake(settings.lake_folder)
    (path,), refused = lake.accepted_files("events", batch), lake.quarantine("events", batch)
    refused.write_bytes(refused.read_bytes()[:-10])
    (told,) = audit(settings)
    assert told.startswith(f"{refused} is damaged or cannot be read: ")
    path.write_bytes(path.read_bytes()[:100])
    assert [told.split(" is damaged ")[0] for told in audit(settings)] == [str(path), str(refused)]
    lake.manifest(batch).write_text("{}")
    assert audit(settings)[2] == (
        f"{lake.manifest(batch)} is no manifest of this version of shopflow: take it away, and its files are validated "
        "again"
    )
