"""The usual way, to compare with: pandas reads, one Pydantic call for every row, pandas hands the rows to DuckDB.

    python -m benchmarks.row_by_row FOLDER WAREHOUSE

Does no more than that: no reasons kept, no lake, no ledger, no exactly-once. The dbt build comes after it, unchanged.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandas as pd
from pydantic import ValidationError

from flows.records import RECORDS, columns
from flows.warehouse.duck_tables import prepare


def load(folder: Path, warehouse: Path) -> int:
    """Fill `raw` of a new warehouse file from the Parquet files of `folder`; returns the rows read."""
    connection = duckdb.connect(str(warehouse))
    connection.execute("create schema raw; create schema removed; set timezone = 'UTC'")
    context = {"latest": datetime.now(UTC)}
    rows_read = 0
    for table, record in RECORDS.items():
        frame = pd.concat([pd.read_parquet(path) for path in sorted(folder.glob(f"{table}*.parquet"))])
        frame = frame.astype(object).where(frame.notna(), None)
        accepted = []
        for row in frame.to_dict("records"):
            rows_read += 1
            try:
                accepted.append(record.model_validate(row, context=context).model_dump())
            except ValidationError:
                continue
        passed = pd.DataFrame(accepted).drop_duplicates()
        if record.instant == "event_timestamp":
            passed["event_date"] = pd.to_datetime(passed["event_timestamp"], utc=True).dt.date
        passed["batch_id"], passed["source_file"] = "row_by_row", table
        amounts = [column.name for column in columns(record) if column.kind.duckdb.startswith("DECIMAL")]
        passed[amounts] = passed[amounts].astype("string")
        connection.register("passed", passed)
        typed = ", ".join(f"cast({column.name} as {column.kind.duckdb}) as {column.name}" for column in columns(record))
        connection.execute(f"create table raw.{table} as select * replace ({typed}) from passed")
        connection.execute(f"create table removed.{table} as from raw.{table} limit 0")  # the models ask for it
    prepare(connection)  # the tables of ops, which the models write to
    connection.close()
    return rows_read


if __name__ == "__main__":
    print(load(Path(sys.argv[1]), Path(sys.argv[2])))
