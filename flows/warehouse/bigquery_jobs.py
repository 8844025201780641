"""Every question that the product itself sends to BigQuery: capped, labelled, retried with a bound, and charged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flows import gcp
from flows.bills import charge
from flows.receipts import Billed
from flows.settings import Settings
from flows.warehouse.bigquery_ending import cancelled_at_a_signal, is_done_after_all, may_be_sent_again

if TYPE_CHECKING:
    from google.api_core.retry import Retry
    from google.cloud import bigquery

# The datasets, by the names that schemas have on DuckDB; `lake` holds batches on their way from the lake to raw.
DATASETS = ("raw", "removed", "ops", "lake", "staging", "intermediate", "marts")
_TABLE = re.compile(rf"\b({'|'.join(DATASETS)})\.(\w+)")
RETRY_SECONDS = 60.0

Params = Sequence[Any] | Mapping[str, Any]


@dataclass
class Jobs:
    """A client, and how jobs are sent through it."""

    settings: Settings
    client: bigquery.Client
    retry_seconds: float = RETRY_SECONDS

    @classmethod
    def begin(cls, settings: Settings, retry_seconds: float = RETRY_SECONDS) -> Jobs:
        """Raises SettingsError where credentials, project or library lack. Asks nothing of the service."""
        return cls(settings, gcp.bigquery_client(settings), retry_seconds)

    def dataset(self, name: str) -> str:
        """`project.dataset` of one of DATASETS."""
        return f"{self.client.project}.{self.settings.bigquery_dataset_prefix}{name}"

    def named(self, sql: str) -> str:
        """The SQL with every `dataset.table` of ours spelt out, project and prefix included."""
        return _TABLE.sub(lambda found: f"`{self.dataset(found[1])}.{found[2]}`", sql)

    def rows(self, sql: str, params: Params = ()) -> list[dict[str, Any]]:
        """The rows of a question. Instants come in UTC and without a zone, as DuckDB gives them."""
        job = self.run(sql, params)
        with self.translated("a question to BigQuery"):
            found = job.result(retry=self.retry)
            return [{name: plain(value) for name, value in row.items()} for row in found]

    def run(self, sql: str, params: Params = ()) -> bigquery.QueryJob:
        """Run a statement or a script to its end. `params` stand for its `?`, or by name for its `@name`.

        It is sent again only where the service itself says that it is done and has failed through no fault of its own.
        A job that nobody can wait for any longer is cancelled; what came of it is not known then (`bigquery_turn`).
        """
        from google.cloud.bigquery.retry import DEFAULT_JOB_RETRY

        config = self._config(query_parameters=_parameters(params), use_query_cache=True)
        sent: list[bigquery.QueryJob] = []

        def once() -> bigquery.QueryJob:
            sent.clear()
            # The client's own way to send a job again goes on for ten minutes, whatever `retry` says.
            job = self.client.query(self.named(sql), job_config=config, retry=self.retry, job_retry=None)
            sent.append(job)
            try:
                with cancelled_at_a_signal(job):
                    job.result(retry=self.retry, job_retry=None, max_results=0)
            except Exception:
                if not is_done_after_all(job, self.retry_seconds):
                    raise
            finally:  # a script that failed was billed for the statements before
                charge(Billed(1, job.total_bytes_billed or 0, job.slot_millis or 0))
            return job

        again = DEFAULT_JOB_RETRY.with_predicate(lambda _: any(map(may_be_sent_again, sent)))
        with self.translated("a statement on BigQuery"):
            done: bigquery.QueryJob = again.with_timeout(self.retry_seconds)(once)()
            return done

    def dry_run(self, sql: str, *, what: str = "a dry run on BigQuery", grant: str = "") -> bigquery.QueryJob:
        """What BigQuery says of a statement without running it, which is free: the bytes it would read, and if it may.

        Names of tables are taken as they are. Raises WarehouseError as `run` does; `grant` is the role to name where a
        right lacks.
        """
        with gcp.translated(self.settings, what, grant=grant):
            return self.client.query(
                sql,
                job_config=self._config(dry_run=True, use_query_cache=False),
                retry=self.retry,
                job_retry=None,
            )

    def _config(self, **wanted: Any) -> bigquery.QueryJobConfig:
        """Every job's: capped and labelled."""
        from google.cloud import bigquery

        cap = int(self.settings.bigquery_max_gigabytes * 10**9)
        return bigquery.QueryJobConfig(maximum_bytes_billed=cap, labels=self.settings.labels, **wanted)

    @property
    def retry(self) -> Retry:
        """Asks again, less and less often, when the service or a connection breaks: for `retry_seconds`."""
        from google.cloud.bigquery import DEFAULT_RETRY

        # Pauses grow up to a minute, and one that would pass the end is the end: by then half the time was used.
        return DEFAULT_RETRY.with_delay(maximum=self.retry_seconds / 8).with_timeout(self.retry_seconds)

    @contextmanager
    def translated(self, what: str) -> Iterator[None]:
        with gcp.translated(self.settings, what):
            yield


def _parameters(params: Params) -> list[Any]:
    if isinstance(params, Mapping):
        return [_parameter(name, value) for name, value in params.items()]
    return [_parameter(None, value) for value in params]


def _parameter(name: str | None, value: Any) -> Any:
    from google.cloud import bigquery

    if isinstance(value, list | tuple):
        return bigquery.ArrayQueryParameter(name, _kind(value[0]) if value else "STRING", list(value))
    return bigquery.ScalarQueryParameter(name, _kind(value), value)


_KINDS: dict[type, str] = {
    bool: "BOOL",
    int: "INT64",
    float: "FLOAT64",
    Decimal: "NUMERIC",
    datetime: "TIMESTAMP",
    date: "DATE",
    str: "STRING",
    type(None): "STRING",
}


def _kind(value: Any) -> str:
    return _KINDS[type(value)]


def plain(value: Any) -> Any:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value
