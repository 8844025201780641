"""What statements would be billed on BigQuery, by dry runs, which are free."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flows.builds.compiled import Statement
from flows.errors import WarehouseError
from flows.warehouse.bigquery_jobs import Jobs

MEBIBYTE = 2**20
LEAST_BYTES_OF_A_TABLE = 10 * MEBIBYTE


@dataclass(frozen=True)
class Estimate:
    """A statement's bytes, as they would be billed; None where BigQuery cannot say it before, and then `why`."""

    statement: Statement
    bytes: int | None
    why: str = ""


def estimates(jobs: Jobs, statements: Iterable[Statement]) -> Iterator[Estimate]:
    """An estimate for each statement, as soon as it is known.

    Raises WarehouseError where the service does not answer or a right lacks: that is so for all of them.
    """
    from google.api_core.exceptions import BadRequest, NotFound

    for statement in statements:
        try:
            job = jobs.dry_run(statement.sql, what=f"{statement.kind} {statement.name}")
        except WarehouseError as error:
            if isinstance(error.__cause__, NotFound):
                yield Estimate(statement, None, "what they read is not there before the run makes it")
            elif isinstance(error.__cause__, BadRequest):
                yield Estimate(statement, None, str(error))
            else:
                raise
            continue
        yield Estimate(statement, as_billed(job.total_bytes_processed or 0, len(job.referenced_tables)))


def as_billed(processed: int, tables: int) -> int:
    """Bytes as they are billed: rounded up to a MiB, at least 10 MiB for each table; nothing where nothing is read.

    >>> as_billed(1, 2) == 20 * 2**20, as_billed(30 * 2**20 + 1, 1) == 31 * 2**20, as_billed(0, 1)
    (True, True, 0)
    """
    if processed == 0:
        return 0
    return max(-(-processed // MEBIBYTE) * MEBIBYTE, max(tables, 1) * LEAST_BYTES_OF_A_TABLE)
