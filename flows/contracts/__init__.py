"""The contracts of the tables, one Soda file each, and the only importer of soda.

Rows were checked one by one before; a contract judges a batch's accepted rows as a whole, before they are loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from flows.contracts.imports import soda
from flows.contracts.view import View
from flows.receipts import Check, Validated
from flows.settings import Settings

FOLDER = Path(__file__).resolve().parent


def warm(settings: Settings) -> None:
    """Import soda, which takes half a second to a second, so that `judge` finds it imported. Never fails.

    >>> warm(settings)  # doctest: +SKIP
    """
    with suppress(ImportError):
        soda(settings)


def judge(validated: Validated, settings: Settings, beside: Sequence[Validated] = ()) -> tuple[Check, ...]:
    """Hold the accepted rows of a batch, where the warehouse would take them from, to the contracts of their tables.

    Every check comes back with what it measured; its level, `stop` or `warn`, is written in the contract. A check that
    could not be evaluated has not passed. One that the batch's format cannot answer by its nature is skipped: it
    passes, and `measured` says so. Without soda installed the only check is a warning that nothing was judged.

    `beside` are other batches of the same landing: what they tell counts where a check asks for more than the batch
    itself, such as whether a user is known.

    DuckDB reads the lake's files and changes nothing; BigQuery loads them into tables of the batch's own, which expire,
    and the questions are capped and labelled. Raises LedgerError if the lake lacks a file or has other rows than were
    accepted, WarehouseError or StorageError if the lake or the warehouse cannot be read; never raises for a broken
    contract, that is the flow's.

    >>> [check.name for check in judge(validated, settings) if not check.is_passed]  # doctest: +SKIP
    ['users of events are known']
    """
    try:
        verdict, engine = soda(settings)
    except ImportError:
        return (Check("", "contracts not judged: soda is not installed", "warn", False),)
    with engine.place(validated, settings, beside) as place:
        view = View(place, validated, tuple(beside))
        checks: list[Check] = [] if "events" in view.tables or view.is_beside("events") else [_NO_EVENTS]
        for table in view.tables:
            checks += verdict.verdict(view, table, FOLDER / f"{table}.yml")
    return tuple(checks)


_NO_EVENTS = Check("events", "the batch has events", "warn", False, "no file of events")
