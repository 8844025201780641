"""The verb itself: a batch out of the lake into the warehouse, and what it says the second time."""

from datetime import UTC, datetime

import duckdb
import pytest

from flows.errors import LedgerError
from flows.lake import Lake
from flows.load import load
from flows.receipts import Batch, Loaded, SourceFile, TableCount, Validated
from flows.settings import Settings
from flows.warehouse import open_warehouse
from flows.warehouse.tables import raw_fields


@pytest.fixture
def users(settings: Settings) -> Validated:
    """Three users in the lake."""
    values = {
        "user_id": "'u' || i",
        "updated_at": "timestamp '2025-11-01'",
        "batch_id": "'b1'",
        "source_file": "'u.csv'",
    }
    columns = ", ".join(f"{values.get(f.name, 'null')}::{f.duckdb} as {f.name}" for f in raw_fields("users"))
    (file,) = Lake(settings.lake_folder).accepted_files("users", "b1")
    file.parent.mkdir(parents=True)
    duckdb.connect().execute(f"copy (select {columns} from range(3) as t(i)) to '{file}' (format parquet)")
    source = SourceFile("/in/u.csv", "u.csv", "0" * 64, 1, "csv", "users")
    return Validated(Batch("b1", datetime(2025, 11, 4, tzinfo=UTC), (source,)), (TableCount("users", 3, 3, 0, 0),), ())


def test_a_batch_is_loaded_once_and_the_second_time_says_so(users: Validated, settings: Settings) -> None:
    assert load(users, settings) == Loaded("b1", True, {"users": 3}, ())
    assert load(users, settings) == Loaded("b1", False, {"users": 3}, ())
    with open_warehouse(settings) as warehouse:
        assert warehouse.query("select user_id from raw.users order by 1") == [
            {"user_id": "u0"},
            {"user_id": "u1"},
            {"user_id": "u2"},
        ]


def test_the_warehouse_is_free_again_also_after_a_failure(users: Validated, settings: Settings) -> None:
    Lake(settings.lake_folder).accepted_files("users", "b1")[0].unlink()
    with pytest.raises(LedgerError, match="users: 3 rows of batch b1 were accepted"):
        load(users, settings)
    with duckdb.connect(str(settings.warehouse_path), config={"threads": 1}) as connection:
        assert connection.execute("select count(*) from raw.users").fetchone() == (0,)
