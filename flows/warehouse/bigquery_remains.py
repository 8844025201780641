"""What is left of a person on BigQuery: in tables that can be asked, and for a while in what Google keeps of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.warehouse.bigquery_jobs import DATASETS, Jobs
from flows.warehouse.bigquery_people import hashed
from flows.warehouse.erasure import ID_COLUMNS, Hashes

if TYPE_CHECKING:
    from google.cloud.bigquery import Table

_FAIL_SAFE_DAYS = 7


def remains(jobs: Jobs, hashes: Hashes) -> dict[str, int]:
    """Rows by dataset, of all tables with a column of ID_COLUMNS. Each table is a question of its own, so that the cap
    of a query is held against one table; its id columns are read whole."""
    found = {}
    for dataset in DATASETS:
        place = f"dataset {jobs.dataset(dataset)}"
        found[place] = sum(_in_table(jobs, dataset, table, hashes) for table in _tables(jobs, dataset))
    return found


def empty_lists_of_changed(jobs: Jobs) -> None:
    """Take all rows out of the lists of what the last build made anew (`int_changed_*`)."""
    lists = [table.table_id for table in _tables(jobs, "intermediate") if table.table_id.startswith("int_changed_")]
    if lists:
        jobs.run("\n".join(f"truncate table intermediate.{name};" for name in sorted(lists)))


def keeps(jobs: Jobs) -> list[str]:
    """See `Warehouse.keeps`."""
    with jobs.translated(f"the datasets of {jobs.client.project}"):
        found = [jobs.client.get_dataset(jobs.dataset(name), retry=jobs.retry) for name in DATASETS]
    days = max(int(dataset.max_time_travel_hours or 168) for dataset in found) / 24
    return [
        f"BigQuery keeps rows that are gone for up to {days:g} days (time travel), where they can be asked for, and "
        f"Google for {_FAIL_SAFE_DAYS} days more (fail-safe), where only its support has them",
        "BigQuery keeps the answer of each question for a day, for those who asked it alone",
        "BigQuery keeps the rows that earlier builds had in temporary tables (`…__rebuilt`) for up to a day, for the "
        "account that built alone",
    ]


def _tables(jobs: Jobs, dataset: str) -> list[Table]:
    """All tables with rows of their own; a view has none."""
    with jobs.translated(f"the tables of {jobs.dataset(dataset)}"):
        return [
            jobs.client.get_table(item.reference, retry=jobs.retry)
            for item in jobs.client.list_tables(jobs.dataset(dataset), retry=jobs.retry)
            if item.table_type != "VIEW"
        ]


def _in_table(jobs: Jobs, dataset: str, table: Table, hashes: Hashes) -> int:
    def is_among(column: str, letter: str, wanted: list[str]) -> str:
        return f"{hashed(f'cast({column} as string)', 'salt', letter)} in unnest(@{names[letter]})"

    names = {"u:": "users", "a:": "devices", "": "visitors"}
    columns = [column.name for column in table.schema if column.name in ID_COLUMNS]
    conditions = [f"({condition})" for condition in hashes.conditions(columns, is_among)]
    if not conditions:
        return 0
    every = _every_partition(table)
    params = {"users": hashes.users, "devices": hashes.devices, "visitors": [*hashes.users, *hashes.devices]}
    (row,) = jobs.rows(
        f"select count(*) as number from {dataset}.{table.table_id} where {every}({' or '.join(conditions)})",
        params | {"salt": hashes.salt},
    )
    return int(row["number"])


def _every_partition(table: Table) -> str:
    """What names all days of a table that is not to be read without a word about its days."""
    if not table.require_partition_filter or not table.time_partitioning:
        return ""
    return f"{table.time_partitioning.field or '_PARTITIONTIME'} >= '0001-01-01' and "
