"""BigQuery for libraries with questions of their own: a connection after PEP 249, whose questions go through Jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flows import gcp
from flows.errors import WarehouseError
from flows.warehouse.bigquery_jobs import Jobs

if TYPE_CHECKING:
    from google.cloud.bigquery.dbapi import Connection
    from google.cloud.bigquery.table import RowIterator


class Asking:
    """Questions of others: capped, labelled, retried and paid for like our own, with our names of tables spelt out.

    `failure` is the last refusal that was not about the question itself, such as a lack of rights or a service that is
    away. Libraries take such an error for an answer; who asks through them has to look here afterwards.
    """

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self.failure: WarehouseError | None = None

    def connection(self) -> Connection:
        """A connection that rows are fetched from as they come, over the same client."""
        from google.cloud.bigquery.dbapi import Connection

        return Connection(self, prefer_bqstorage_client=False)

    def query_and_wait(self, sql: str, **_options: Any) -> RowIterator:
        """What the connection calls for every question; it has no parameters to hand on."""
        try:
            return self._jobs.run(sql).result(retry=self._jobs.retry)
        except WarehouseError as error:
            if not gcp.is_about_the_question(error.__cause__):
                self.failure = error
            raise
