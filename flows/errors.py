"""The product's own errors: few, and each one a sentence that a user can act on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class ShopflowError(Exception):
    """A user's mistake or a fact of the outside world: shown as one sentence, never as a traceback."""

    exit_code = 1
    is_transient = False  # whether the same step, tried again in a moment, may well succeed: a network, a lock


class SettingsError(ShopflowError):
    """A setting is unknown or has a value that cannot be used."""

    exit_code = 2


class SourceError(ShopflowError):
    """A source path or file cannot be used at all (missing, unreadable, no known format)."""


class NoFileUsable(SourceError):
    """No file of a batch can be used after all, as was seen when they were read to their ends: `files` says why."""

    def __init__(self, message: str, files: Sequence[object] = ()) -> None:
        super().__init__(message)
        self.files = tuple(files)


class TooManyRefused(ShopflowError):
    """The share of refused rows is above its limit: nothing of the batch was loaded."""


class ContractBroken(ShopflowError):
    """A contract's check marked `stop` did not pass: nothing of the batch was loaded."""


class LandingStopped(ShopflowError):
    """Some batches of a landing may not be loaded, for the reasons in `errors`: nothing of the others was, either."""

    def __init__(self, message: str, errors: Sequence[ShopflowError] = ()) -> None:
        super().__init__(message)
        self.errors = tuple(errors)


class ClusterError(ShopflowError):
    """The Dask cluster that batches are handed to cannot be reached or used: nothing was loaded."""


class LedgerError(ShopflowError):
    """The ledger does not close, or not with lake and warehouse, which is never ignored; or it knows no such batch."""


class WarehouseError(ShopflowError):
    """The warehouse refused or could not be reached; what it said is in the message."""


class BackfillRefused(ShopflowError):
    """The dates cannot be rebuilt as they were asked for: nothing was changed."""

    exit_code = 2


class ExportRefused(ShopflowError):
    """There is no such mart, or no file can be made of it as was asked for: nothing was written."""

    exit_code = 2


class DiffRefused(ShopflowError):
    """The models cannot be compared with what was named: nothing was built."""

    exit_code = 2


class StorageError(ShopflowError):
    """The lake or the serving folder cannot be written (full disk, read-only folder)."""


class StepTooLong(ShopflowError):
    """A step took longer than it may, and was ended."""


class HomeHeld(ShopflowError):
    """Another process is at work in this home and did not end in time: nothing was begun."""

    exit_code = 75  # the system's own word for "try again later" (EX_TEMPFAIL)


class Interrupted(ShopflowError):
    """A signal ended the run. The exit code is the one that a shell gives for it: 130 for Ctrl-C, 143 for SIGTERM."""

    def __init__(self, message: str, signal_number: int) -> None:
        super().__init__(message)
        self.exit_code = 128 + signal_number


class BuildFailed(ShopflowError):
    """A dbt model or test failed: nothing was published. `nodes` is what dbt did, those that went well among them."""

    def __init__(self, message: str, nodes: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.nodes = tuple(nodes)


class UnknownPerson(ShopflowError):
    """Nobody of that id was ever seen here: nothing was changed, and no tombstone was set."""


class ErasureIncomplete(ShopflowError):
    """A person was to be forgotten, and a search afterwards still found something."""


class AlertNotSent(ShopflowError):
    """A test message was not taken by everybody who is to be told."""


class LookerError(ShopflowError):
    """Looker was not told of new marts, and why. The marts are published all the same: the run is only degraded."""


class ServerError(ShopflowError):
    """The Prefect server cannot be started or reached: no run was begun."""


def transient(error: ShopflowError) -> ShopflowError:
    """The error, marked as one that may well be gone in a moment.

    >>> transient(WarehouseError("BigQuery did not answer")).is_transient
    True
    """
    error.is_transient = True
    return error
