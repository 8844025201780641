"""What each step leaves behind: plain frozen values that the next step takes and the ledger keeps.

The law of conservation is checked here, for every table of a batch:
`rows_read = accepted + quarantined + duplicates + erased`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flows.chunks import Chunk
from flows.errors import LedgerError


@dataclass(frozen=True)
class SourceFile:
    """One file as it was landed. `format` names the adapter in `flows/sources`, `table` what its rows are.

    `stamp` is that of `flows.sources.stamp` from before the file was first read; None: nobody looked. `address` is
    where it was found, if `path` is a copy that was made to be read; `mark` tells it apart there (`flows/inbox`).
    """

    path: str
    name: str
    sha256: str
    bytes: int
    format: str
    table: str
    stamp: tuple[int, int, int] | None = field(default=None, compare=False)
    address: str = field(default="", compare=False)
    mark: str = field(default="", compare=False)

    @property
    def found_at(self) -> str:
        return self.address or self.path


@dataclass(frozen=True)
class RefusedFile:
    """A file that could not be used at all, and why, in one sentence."""

    path: str
    reason: str


@dataclass(frozen=True)
class Batch:
    """The files of one run. `batch_id` follows from their names, contents and formats: same files, same batch.

    `replay_of` is the batch in which the rows were refused at first, where this one is a replay of them.
    """

    batch_id: str
    landed_at: datetime
    files: tuple[SourceFile, ...]
    refused_files: tuple[RefusedFile, ...] = ()
    replay_of: str | None = None


@dataclass(frozen=True)
class Landed:
    """What a source gave: `whole` is all of its files, and `batches` those that they make; mostly one, the whole."""

    whole: Batch
    batches: tuple[Batch, ...]


@dataclass(frozen=True)
class FileFate:
    """What became of a file: a row of `ops.files`. `verdict` is `loaded`, `refused` or `copy`; instants have a zone."""

    sha256: str
    path: str
    name: str
    bytes: int
    verdict: str
    mark: str = ""
    reason: str | None = None
    format: str | None = None
    table_name: str | None = None
    batch_id: str | None = None
    landed_at: datetime | None = None
    loaded_at: datetime | None = None


@dataclass(frozen=True)
class Collected:
    """What lay in the inbox: `files` are new, and so are `copies` (of files that were taken, or are taken now) and
    `refused_files`, with a sentence each. `arriving` are left for the next run; `known` counts those of old news.

    `fates` are of copies whose originals are among `files`: they are not in the ledger before these are.
    """

    inbox: str
    files: tuple[SourceFile, ...] = ()
    copies: tuple[RefusedFile, ...] = ()
    refused_files: tuple[RefusedFile, ...] = ()
    arriving: tuple[str, ...] = ()
    known: int = 0
    fates: tuple[FileFate, ...] = ()


@dataclass(frozen=True)
class TableCount:
    """The fate of every row that was read for one table; `erased` are those of people who were to be forgotten.

    Raises LedgerError if the sum does not close.
    """

    table: str
    rows_read: int
    accepted: int
    quarantined: int
    duplicates: int
    erased: int = 0

    def __post_init__(self) -> None:
        if self.rows_read != self.accepted + self.quarantined + self.duplicates + self.erased:
            raise LedgerError(
                f"{self.table}: {self.rows_read} rows read, but {self.accepted} accepted + {self.quarantined} "
                f"quarantined + {self.duplicates} duplicates + {self.erased} erased"
            )


@dataclass(frozen=True)
class Check:
    """One check of a contract: what it says and whether it held. `level` is `stop` or `warn`."""

    table: str
    name: str
    level: str
    is_passed: bool
    measured: str = ""


@dataclass(frozen=True)
class Validated:
    """What became of a batch's rows. `derived` counts rows made from others (products out of REES46 events).

    `events_by_date` counts the accepted events of each of the `event_dates`; empty in older manifests.
    `reporting_timezone` is the one that the days were counted in; None in manifests from before it was kept.
    `purged_at` is when maintenance let the refused rows go: they are counted still, and their files are gone.
    """

    batch: Batch
    counts: tuple[TableCount, ...]
    event_dates: tuple[date, ...]
    reasons: dict[str, int] = field(default_factory=dict)
    derived: dict[str, int] = field(default_factory=dict)
    bytes_written: int = 0
    notes: tuple[str, ...] = ()
    reporting_timezone: str | None = None
    purged_at: datetime | None = None
    events_by_date: dict[date, int] = field(default_factory=dict)

    def __add__(self, other: Validated) -> Validated:
        """The sum of two batches, which is none: its batch has no id."""
        files, refused = self.batch.files + other.batch.files, self.batch.refused_files + other.batch.refused_files
        return Validated(
            batch=Batch("", self.batch.landed_at, files, refused),
            counts=tuple(_summed([*self.counts, *other.counts])),
            event_dates=tuple(sorted({*self.event_dates, *other.event_dates})),
            reasons=dict(Counter(self.reasons) + Counter(other.reasons)),
            derived=dict(Counter(self.derived) + Counter(other.derived)),
            bytes_written=self.bytes_written + other.bytes_written,
            notes=tuple(dict.fromkeys([*self.notes, *other.notes])),
            reporting_timezone=self.reporting_timezone,
            events_by_date=dict(Counter(self.events_by_date) + Counter(other.events_by_date)),
        )


def _summed(counts: Iterable[TableCount]) -> Iterator[TableCount]:
    fates = ("rows_read", "accepted", "quarantined", "duplicates", "erased")
    by_table: dict[str, Counter[str]] = defaultdict(Counter)
    for count in counts:
        by_table[count.table].update({fate: getattr(count, fate) for fate in fates})
    for table, summed in by_table.items():
        yield TableCount(table, *(summed[fate] for fate in fates))


@dataclass(frozen=True)
class Removed:
    """A batch that was taken out of the warehouse, with its replays: rows that left, by table, and their dates."""

    batch_id: str
    rows: dict[str, int]
    touched_dates: tuple[date, ...]


@dataclass(frozen=True)
class Loaded:
    """What the warehouse took. `is_new` is False where the batch had been loaded before and nothing changed.

    `replaced` is the batch that went out in the same moment, if this one was to take its place. `derived` counts those
    of the rows that were made from others.
    """

    batch_id: str
    is_new: bool
    rows: dict[str, int]
    touched_dates: tuple[date, ...]
    replaced: Removed | None = None
    derived: dict[str, int] = field(default_factory=dict)

    def __add__(self, other: Loaded) -> Loaded:
        """The sum of two batches, which is none: it has no id."""
        return Loaded(
            "",
            self.is_new or other.is_new,
            dict(Counter(self.rows) + Counter(other.rows)),
            tuple(sorted({*self.touched_dates, *other.touched_dates})),
            self.replaced or other.replaced,
            dict(Counter(self.derived) + Counter(other.derived)),
        )


@dataclass(frozen=True)
class ReplayedBatch:
    """Rows of the batch `replay_of` that were refused and passed now: they are the batch `batch_id`."""

    replay_of: str
    batch_id: str
    rows_read: int
    accepted: int
    duplicates: int
    erased: int = 0


@dataclass(frozen=True)
class Replayed:
    """What came of a replay. `stayed` counts the rows that are refused still, `reasons` the same by the reason why.

    `purged_at` is when maintenance let the rows go of the one batch that was asked for.
    """

    batches: tuple[ReplayedBatch, ...]
    stayed: int
    reasons: dict[str, int]
    purged_at: datetime | None = None


Counted = dict[str, dict[str, int]]  # rows by table and batch


@dataclass(frozen=True)
class Erased:
    """A person who was forgotten; as JSON it is the receipt for an auditor, and holds nothing personal.

    `subject` is the salted hash of the user's id. `rows` counts what was taken out, by place, table and batch, however
    often the work was cut off; `matched` tells how refused rows were found to be the person's. `kept_rows` are those of
    devices that other users were seen on, too. `remains` is what a search afterwards found: nothing, or the work is not
    done and `completed_at` is None. `open_devices` are hashes that are kept for as long as that is so.
    """

    erasure_id: str
    subject: str
    begun_at: datetime
    completed_at: datetime | None = None
    devices: int = 0
    shared_devices: int = 0
    with_shared_devices: bool = False
    kept_rows: int = 0
    rows: dict[str, Counted] = field(default_factory=dict)
    matched: dict[str, int] = field(default_factory=dict)
    event_dates: tuple[date, ...] = ()
    source_files: tuple[str, ...] = ()
    copies_deleted: int = 0
    remains: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)
    open_devices: tuple[str, ...] = ()

    def rows_in(self, place: str) -> int:
        return sum(rows for batches in self.rows.get(place, {}).values() for rows in batches.values())


@dataclass(frozen=True)
class Purged:
    """Refused rows that maintenance let go: of how many batches, how many rows, in how many files.

    A batch that was never loaded is counted here, too. Rows that passed a replay before are among `rows`.
    """

    batches: int
    rows: int
    files: int


@dataclass(frozen=True)
class Pruned:
    """Receipts that were deleted: those of steps that began before `before`."""

    receipts: int
    before: datetime


@dataclass(frozen=True)
class Compacted:
    """The warehouse's file after maintenance, and before. `is_anew` says that it was written anew.

    `copies` counts serving copies beyond those that are kept. On BigQuery there is no file: the sizes are None.
    """

    bytes: int | None
    bytes_before: int | None
    is_anew: bool = False
    copies: int = 0


@dataclass(frozen=True)
class Wiped:
    """Serving copies that were deleted, older versions of the lake's objects that were, and the size of the warehouse's
    file, written anew; 0 where it has none."""

    copies: int
    bytes: int
    versions: int = 0


@dataclass(frozen=True)
class Changes:
    """What came into `raw`, and went out of it, since the marts were last published.

    `batches` are those that were loaded or removed, and of them `removed` are not loaded now; `touched_dates` are the
    event dates that they have rows on, and `recategorised_dates` those on which a product was met that is in another
    category since. `is_whole` says that all this is not enough: the marts were never built, or were built by other
    models. `chunks` are those of a backfill that is not finished, and `backfilled_dates` the touched dates on which all
    events count as changed, whichever batch brought them: a chunk's own.
    """

    batches: tuple[str, ...] = ()
    touched_dates: tuple[date, ...] = ()
    recategorised_dates: tuple[date, ...] = ()
    is_whole: bool = False
    removed: tuple[str, ...] = ()
    backfilled_dates: tuple[date, ...] = ()
    chunks: tuple[Chunk, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.batches) or bool(self.chunks) or self.is_whole


@dataclass(frozen=True)
class Billed:
    """What jobs of a warehouse that bills have cost: how many, bytes billed, milliseconds of slots. None on DuckDB."""

    jobs: int = 0
    bytes: int = 0
    slot_ms: int = 0

    def __add__(self, other: Billed) -> Billed:
        return Billed(self.jobs + other.jobs, self.bytes + other.bytes, self.slot_ms + other.slot_ms)

    def __bool__(self) -> bool:
        return self.jobs > 0


@dataclass(frozen=True)
class Node:
    """What dbt did with one model or test. `failures` counts failing rows of a test, and `sql` finds them."""

    name: str
    kind: str
    status: str
    seconds: float
    rows: int | None = None
    failures: int | None = None
    message: str = ""
    billed: Billed = Billed()
    sql: str = ""


@dataclass(frozen=True)
class Built:
    """A dbt build. `about` says of what, where a run has several."""

    nodes: tuple[Node, ...]
    seconds: float
    about: str = ""


@dataclass(frozen=True)
class Published:
    """The serving copy that became current."""

    version: str
    path: str
    rows: dict[str, int]
    bytes: int


@dataclass(frozen=True)
class BrokenContent:
    """One error that Looker found in one piece of its content, such as a look whose field is gone."""

    kind: str
    title: str
    field: str
    message: str


@dataclass(frozen=True)
class Refreshed:
    """Looker at `url` has forgotten what it had cached. `plan` is the id of the scheduled plan that was run, if any;
    `broken` is what it found in its content, where that `was_validated`."""

    url: str
    plan: str = ""
    was_validated: bool = False
    broken: tuple[BrokenContent, ...] = ()


@dataclass(frozen=True)
class Receipt:
    """One row of the ledger: one step of one run. Seconds of wall time; bytes read or written by the step."""

    run_id: str
    batch_id: str | None
    step: str
    started_at: datetime
    seconds: float
    verdict: str
    rows_in: int | None = None
    rows_out: int | None = None
    quarantined: int | None = None
    duplicates: int | None = None
    bytes: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)
