"""A batch as the contracts see it: its tables where they can be asked, and the facts that its manifest holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from flows.receipts import TableCount, Validated
from flows.records import RECORDS
from flows.sources import FORMATS
from flows.warehouse.batch import rows_by_table

SOURCE, SCHEMA = "shopflow", "lake"  # the beginning of a contract's `dataset:`, and the schema of its queries
# Grouping ten million ids takes five seconds; a sixteenth of the ids gives the share as exactly as it is needed.
SAMPLE_ABOVE = 500_000


@dataclass(frozen=True)
class Place:
    """Where the tables of a batch lie, in the words of the engine that judges them.

    `source` is what soda asks through, `namespace` how it spells the schema `lake`. `names` are the tables' names
    there, `known` what stands in a query for the users and products that this batch or any loaded one tells of.
    `sampled` is true of a sixteenth of the ids.
    """

    source: Any
    namespace: str
    names: Mapping[str, str]
    known: Mapping[str, str]
    sampled: str


@dataclass(frozen=True)
class View:
    """What a contract is judged on: the place, and the batch. `tables` are those that are judged.

    `beside` are other batches of the same landing.
    """

    place: Place
    validated: Validated
    beside: tuple[Validated, ...] = ()

    @property
    def tables(self) -> tuple[str, ...]:
        told = rows_by_table(self.validated).keys() | {count.table for count in self.validated.counts}
        return tuple(table for table in RECORDS if table in told)

    def variables(self, table: str) -> dict[str, str]:
        """The variables of a table's contract."""
        validated = self.validated
        count = next((c for c in validated.counts if c.table == table), TableCount(table, 0, 0, 0, 0))
        return {
            "namespace": self.place.namespace,
            "table": self.place.names[table],
            "landed_at": validated.batch.landed_at.astimezone(UTC).isoformat(),
            "refused_percent": _percent(count.quarantined, count.rows_read),
            "duplicate_percent": _percent(count.duplicates, count.rows_read),
            "sampled": self.place.sampled if count.accepted > SAMPLE_ABOVE else "true",
            **{f"known_{name}": query for name, query in self.place.known.items()},
        }

    def is_erased(self, table: str) -> bool:
        """Whether a table has no rows because all that passed were of people who were forgotten."""
        return any(c.table == table and c.erased and not c.accepted for c in self.validated.counts)

    def is_beside(self, table: str) -> bool:
        """Whether another batch of the landing has rows of a table."""
        return any(table in rows_by_table(other) for other in self.beside)

    def reason_to_skip(self, table: str, attributes: Mapping[str, object]) -> str | None:
        """Why a check with these `attributes` of its contract says nothing about this batch, or None."""
        if table not in rows_by_table(self.validated):
            return "there are no rows"
        if (needed := attributes.get("needs")) and (format := self._lacking(table, str(needed))):
            return f"{format} does not tell {needed}"
        days, limit = self.validated.event_dates, attributes.get("history_days")
        if limit is not None and days:
            whole = sorted({*days, *(day for other in self.beside for day in other.event_dates)})
            if (span := (whole[-1] - whole[0]).days + 1) > int(str(limit)):
                return f"the {'landing' if self.beside else 'batch'} is a history of {span} days"
            if days[-1] < whole[-1]:
                return "another batch of the landing has later days"
        return None

    def _lacking(self, table: str, needed: str) -> str | None:
        formats = {file.format for file in self.validated.batch.files if file.table == table}
        if not formats:  # rows of this table were derived from others
            formats = {file.format for file in self.validated.batch.files}
        lacking = [
            name for name in formats if name in FORMATS and {needed, f"{table}.{needed}"} & {*FORMATS[name].lacks}
        ]
        return ", ".join(sorted(lacking)) if len(lacking) == len(formats) else None


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.6f}" if whole else "0"
