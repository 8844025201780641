"""What every warehouse can do, and the one place that chooses an adapter."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from flows.chunks import Backfill, Chunk, Reading, Reloaded
from flows.lake import Lake
from flows.receipts import Changes, Compacted, Counted, FileFate, Loaded, Published, Receipt, Removed, Validated
from flows.settings import Settings
from flows.warehouse.erasure import Erasure, Hashes, RefusedPlace

if TYPE_CHECKING:
    from flows.warehouse.bigquery import BigQueryWarehouse
    from flows.warehouse.duck import DuckWarehouse


class Warehouse(Protocol):
    """One open warehouse. Every method raises WarehouseError or StorageError in place of the driver's own errors."""

    def load(
        self,
        validated: Validated,
        lake: Lake,
        settings: Settings,
        *,
        replaces: str | None = None,
        passed: Path | None = None,
    ) -> Loaded:
        """Take a validated batch's rows out of the lake into `raw.*`, once and only once, all or nothing.

        `replaces` is a loaded batch that goes out in the same moment, also where this one was loaded before. `passed`
        belongs to a replay: a Parquet file that names its rows as they are in the quarantine (table_name, source_file,
        line), which wait there no longer.

        Its files are entered in `ops.files` as loaded; one that was refused before is that no longer.

        A batch that is known already changes nothing: `is_new` is False, rows and dates are those of its first load.
        Raises LedgerError if the rows that arrive are not those that were accepted, WarehouseError if a raw table's
        columns are not the record's, LedgerError if there is no batch to be replaced or if the rows of a replay are
        not ones that wait, SettingsError if the shop's time zone is not that of the first load or not the one
        that the batch's days were counted in. After any failure, a kill included, the warehouse is as it was before.
        """
        ...

    def files(self, *, marks: Sequence[str] = (), contents: Sequence[str] = ()) -> list[FileFate]:
        """The rows of `ops.files` that have one of these marks, or one of these sha256s."""
        ...

    def note_files(self, fates: Sequence[FileFate]) -> None:
        """Write rows of `ops.files`, all or nothing, each in the place of the one with its sha256, path and batch.

        Those of loaded files are written by `load` itself, in its transaction.
        """
        ...

    def remove(self, batch_id: str, at: datetime) -> Removed:
        """Take a loaded batch's rows out of `raw`, all or nothing, and those of its replays. The marts follow at the
        next build. Of a batch that is a replay itself, the rows wait in the quarantine again.

        A batch that was taken out, but is still in the published marts, is only told. Raises LedgerError if there is no
        such batch. It can be loaded again afterwards.
        """
        ...

    def settle(self) -> None:
        """See that nothing which was sent before, by whomever, changes the ledger any more: it tells then what came of
        a call that was cut off, or whose answer was not heard."""
        ...

    def require(self, batch_id: str, *, or_replaced: bool = False) -> None:
        """Raise LedgerError, one sentence, if the batch is not loaded; `or_replaced`: nor was replaced before."""
        ...

    def devices_of(self, user: str, salt: str, hashes: list[str]) -> set[str]:
        """The anonymous ids that were seen with the user, in `raw` or `removed`, and those there whose hashes with the
        salt (`Tombstones.of_device`) are named."""
        ...

    def devices_of_others(self, user: str, devices: list[str]) -> set[str]:
        """Those of the anonymous ids that were seen with another user, in `raw` or `removed`."""
        ...

    def passed(self, batches: Collection[str]) -> list[RefusedPlace]:
        """Where refused rows of these batches stood that have passed a replay, in order; none of batches whose refused
        rows were let go."""
        ...

    def rows_of_people(self, schema: str, users: list[str], devices: list[str]) -> Counted:
        """Rows in `raw` or `removed` of these users, and of these devices while nobody was signed in, by table and
        batch."""
        ...

    def erase(self, erasure: Erasure) -> Counted:
        """Take a person's rows out of `raw`, all or nothing, and let `ops.batches` follow; rows by table and batch.

        The marts follow at the next build. The same erasure again takes what has come since.
        """
        ...

    def complete(self, erasure_id: str, at: datetime) -> None:
        """Remember that nothing of an erased person is left."""
        ...

    def write_anew(self, draft: Path) -> None:
        """Put a new file in place of the warehouse's, written at `draft` on the same disk, with no byte of rows that
        are gone; the warehouse is closed then. Where that fails the old file is still there, whole.

        The lists of what the last build made anew are emptied: they name whoever is gone. Where there is no file, that
        is all that is done.
        """
        ...

    def remains(self, hashes: Hashes) -> dict[str, int]:
        """Rows that are still a person's in tables which are in no file of the home, by place: every table with a user,
        an anonymous id or a visitor is searched, whoever made it. Files are for the caller to search."""
        ...

    def keeps(self) -> list[str]:
        """Where rows that are gone can be had for a while, and from whom: a sentence each, for the receipt."""
        ...

    def purge(self, batches: Collection[str], at: datetime) -> None:
        """Remember of these loaded batches that their refused rows were let go, all or nothing. The files are the
        caller's. Of a batch that was purged before nothing changes."""
        ...

    def prune_receipts(self, before: datetime) -> int:
        """Delete the receipts of steps that began before an instant (with a zone), all or nothing; how many."""
        ...

    def compact(self, draft: Path, *, is_dry: bool = False) -> Compacted:
        """Put what the log holds into the warehouse's file, and write it anew, as `write_anew` does, where more than
        half of it is free: the warehouse is closed then. Where there is no file, nothing. `is_dry`: only look."""
        ...

    def pending(self, models: str) -> Changes:
        """What published marts lack; `models` is the fingerprint of the models that would build them now."""
        ...

    def plan_backfill(self, lake: Lake, first: date | None, last: date | None, days_per_chunk: int | None) -> Backfill:
        """How the dates from `first` to `last` would be rebuilt, or the unfinished backfill if that is it. Only looks.

        Raises BackfillRefused if another backfill is unfinished or if there are no events on these dates, LedgerError,
        naming it, if a file of the lake is missing or holds other rows than the ledger says.
        """
        ...

    def begin_backfill(self, backfill: Backfill, at: datetime) -> None:
        """Enter a plan in `ops.backfills`, all or nothing: it is pending until marts with it are published."""
        ...

    def reading(self, chunk: Chunk, lake: Lake) -> Reading:
        """What `reload` would read. Only looks."""
        ...

    def reload(self, chunk: Chunk, lake: Lake, at: datetime) -> Reloaded:
        """Put what the lake's files of loaded batches hold in the place of what `raw.events` has on the chunk's days.

        All or nothing. Raises LedgerError as `plan_backfill`; the marts follow at the next build of these days.
        """
        ...

    def mark_transformed(self, chunk: Chunk, at: datetime) -> None:
        """Remember that the models have the chunk's days, so that a backfill that is carried on does not build them."""
        ...

    def begin_whole_build(self) -> None:
        """Forget by which models the marts were built: until `mark_built`, only a build of everything will do."""
        ...

    def mark_built(self, changes: Changes, models: str, at: datetime) -> None:
        """Remember that published marts, built by `models`, hold these changes since `at` (with a zone)."""
        ...

    def imbalances(self, *, thorough: bool = False) -> list[str]:
        """One sentence for each batch whose rows are not all accounted for, over all history; empty as it should be.

        Looks at the ledger alone, which is small; `thorough` counts the rows of `raw`, too.
        """
        ...

    def record(self, receipts: Iterable[Receipt]) -> None:
        """Append to `ops.receipts`, all or nothing; on BigQuery 500 at a time, and the same again appends the rest."""
        ...

    def receipts(self, run_id: str | None = None) -> list[Receipt]:
        """The receipts of one run, or of all, in the order of their writing. Times are in UTC."""
        ...

    def query(self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[dict[str, Any]]:
        """The rows of a question that every warehouse understands, by column name; `params` stand for its `?`.

        Times come without a zone and are UTC.
        """
        ...

    def published(self) -> Published | None:
        """The marts as the warehouse itself serves them to readers; None where they are given a copy (`export`)."""
        ...

    def publications(self) -> frozenset[str]:
        """The versions of serving copies of which this warehouse knows what they lack: `export` can build upon them."""
        ...

    def export(self, path: Path, version: str) -> dict[str, int]:
        """Write every table of `marts`, and the small ones of `ops`, to a DuckDB file at `path`; rows per mart.

        A copy that lies at `path` is brought up to date where it is one of `publications`, and replaced where not;
        either way the same rows stand there at the end. Nobody else may have it open. Raises WarehouseError if there
        are no marts, or if the file, read back, does not hold the same numbers of rows. What is at `path` after a
        failure is of no use; removing it is the caller's.
        """
        ...

    def keep_publications(self, versions: Collection[str]) -> None:
        """Forget what only copies of other versions would lack."""
        ...


@contextmanager
def open_warehouse(settings: Settings, *, read_only: bool = False) -> Iterator[Warehouse]:
    """The warehouse of `settings.target`, with its `raw` and `ops` tables in place, closed at the end of the block.

    On DuckDB one process at a time: raises WarehouseError where another holds it, or where the file cannot be used.
    `read_only` makes nothing: there must be a warehouse.

    >>> with open_warehouse(settings) as warehouse:  # doctest: +SKIP
    ...     warehouse.pending()
    """
    warehouse: DuckWarehouse | BigQueryWarehouse
    if settings.target == "bigquery":
        from flows.warehouse.bigquery import BigQueryWarehouse

        warehouse = BigQueryWarehouse(settings, read_only=read_only)
    else:
        from flows.warehouse.duck import DuckWarehouse

        warehouse = DuckWarehouse(settings, read_only=read_only)
    try:
        yield warehouse
    finally:
        warehouse.close()
