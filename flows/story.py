"""What is known of one run so far: every step adds to it; progress, summary and artifacts read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flows import serving
from flows.demo import demo_folder
from flows.errors import BuildFailed, ContractBroken, LedgerError
from flows.kpis import Kpis
from flows.receipts import (
    Batch,
    Built,
    Changes,
    Check,
    Collected,
    Erased,
    Landed,
    Loaded,
    Node,
    Published,
    Receipt,
    Refreshed,
    RefusedFile,
    Removed,
    Replayed,
    Validated,
)
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.alerts.freshness import Newest
    from flows.alerts.numbers import Day


@dataclass
class Story:
    """One run. What a step has not told yet is None or empty, so a failed run's story ends where it failed.

    Where a landing is several batches, `batch` is all of its files and `validated`, `checks` and `loaded` are sums; the
    receipts tell of each batch.
    """

    run_id: str
    settings: Settings
    collected: Collected | None = None
    batch: Batch | None = None
    batches: int = 1
    validated: Validated | None = None
    checks: tuple[Check, ...] = ()
    loaded: Loaded | None = None
    removed: Removed | None = None
    replayed: Replayed | None = None
    erased: Erased | None = None
    nodes: list[Node] = field(default_factory=list)
    built: Built | None = None
    published: Published | None = None
    refreshed: Refreshed | None = None
    looker_trouble: str = ""  # why Looker was not told
    kpis: Kpis | None = None
    receipts: list[Receipt] = field(default_factory=list)
    receipts_stored: int = 0
    changes: Changes = field(default_factory=Changes)
    models: str = ""
    day: Day | None = None
    newest: Newest | None = None
    error: Exception | None = None
    turn: ExitStack = field(default_factory=ExitStack)  # what is held until the run's end: the home's lock
    has_turn: bool = False

    def take(self, told: object) -> None:
        """Remember what a step returned, or what a failed one tells beside its message."""
        match told:
            case Collected():
                self.collected = told
            case Batch():
                self.batch = told
            case Landed():
                self.batch, self.batches = told.whole, len(told.batches)
            case Validated():
                self.batch = self._with(told.batch.refused_files) if self.batches > 1 else told.batch
                self.validated = self.validated + told if self.batches > 1 and self.validated else told
            case tuple():
                checks = cast(tuple[Check, ...], told)  # the only step that tells several things is judge
                self.checks = (*self.checks, *checks) if self.batches > 1 else checks
            case Loaded():
                self.loaded = self.loaded + told if self.batches > 1 and self.loaded else told
            case Removed():
                self.removed = told
            case Replayed():
                self.replayed = told
            case Erased():
                self.erased = told
            case Built():
                self.built, self.nodes = told, list(told.nodes)
            case BuildFailed():
                self.nodes = list(told.nodes)
            case Published():
                self.published = told
            case Refreshed():
                self.refreshed = told
            case Kpis():
                self.kpis = told

    def lacks(self, files: tuple[RefusedFile, ...]) -> None:
        """Remember that these files could not be used after all."""
        self.batch = self._with(files)

    def _with(self, refused: tuple[RefusedFile, ...]) -> Batch | None:
        return self.batch and replace(self.batch, refused_files=(*self.batch.refused_files, *refused))

    @property
    def batch_id(self) -> str | None:
        """What the run is about; None where that is several batches."""
        if self.batches > 1:
            return None
        told = self.batch or self.removed
        return told.batch_id if told else self.erased.erasure_id if self.erased else None

    @property
    def refused_files(self) -> tuple[RefusedFile, ...]:
        """The files of this run that could not be used, in the inbox or in its batch."""
        collected, batch = self.collected, self.batch
        return (*(collected.refused_files if collected else ()), *(batch.refused_files if batch else ()))

    @property
    def has_work(self) -> bool:
        """Whether a batch waits for the marts, or there is no serving copy yet where there should be one."""
        return bool(self.changes) or (self.settings.target == "duckdb" and serving.current(self.settings) is None)

    @property
    def is_up_to_date(self) -> bool:
        """Whether the run ended well and there was nothing to build."""
        has_tried = any(told is not None for told in (self.collected, self.loaded, self.removed, self.replayed))
        return has_tried and self.error is None and self.published is None

    @property
    def is_beside_demo(self) -> bool:
        """Whether files of the user's own were loaded into a home that holds the demo shop, too."""
        demo = demo_folder(self.settings)
        if self.batch is None or self.loaded is None or not demo.is_dir():
            return False
        return any(not Path(file.path).is_relative_to(demo) for file in self.batch.files)

    def warnings(self) -> list[str]:
        """What went less well than it should, one sentence each; empty for a run in order."""
        found = []
        if self.refused_files:
            found.append(f"{count_of(len(self.refused_files), 'file')} could not be used")
        if self.is_up_to_date:
            return found  # the rest was said when the batch was loaded
        if self.validated and (refused := sum(count.quarantined for count in self.validated.counts)):
            found.append(f"{count_of(refused, 'row')} refused")
        if weak := [check for check in self.checks if not check.is_passed and check.level == "warn"]:
            found.append(f"{count_of(len(weak), 'check')} of the contracts warned")
        if weak_nodes := [node for node in self.nodes if node.status == "warn"]:
            found.append(f"{count_of(len(weak_nodes), 'dbt test')} warned")
        if self.looker_trouble:
            found.append(f"the marts are published, but Looker was not told: {self.looker_trouble}")
        if self.refreshed and self.refreshed.broken:
            found.append(f"{count_of(len(self.refreshed.broken), 'error')} in Looker's content")
        return found


def require_contracts(checks: tuple[Check, ...]) -> None:
    """Raise ContractBroken, naming every check marked `stop` that did not pass."""
    broken = [check for check in checks if not check.is_passed and check.level == "stop"]
    if broken:
        told = "; ".join(
            f"{check.table}: {check.name}{f' (measured: {check.measured})' if check.measured else ''}"
            for check in broken
        )
        raise ContractBroken(
            f"{count_of(len(broken), 'check')} of the contracts did not pass, nothing was loaded: {told}"
        )


def require_balance(imbalances: list[str]) -> None:
    """Raise LedgerError with the sentences of `Warehouse.imbalances`, if there are any."""
    if imbalances:
        raise LedgerError(f"the ledger does not close, nothing was built: {'; '.join(imbalances)}")


def count_of(number: int, noun: str, nouns: str | None = None) -> str:
    """`1 file`, `2 files`."""
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"


class Listener:
    """Whoever wants to hear how a run goes, such as the command line's progress. Hears nothing unless it overrides."""

    def began(self, story: Story) -> None:
        """A run began; its story will grow."""

    def waits(self, why: str) -> None:
        """The run waits for another process, once at most and before its first step; `why` is one sentence."""

    def step_began(self, step: str) -> None:
        """A step of that name began."""

    def step_ended(self, receipt: Receipt) -> None:
        """A step ended, well or not; the run itself comes last, as the step `run`."""

    def node_ended(self, node: Node) -> None:
        """dbt is done with one model or test."""


_listeners: list[Listener] = []


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Tell `listener` about every run of this process within the block."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def listeners() -> tuple[Listener, ...]:
    return tuple(_listeners)
