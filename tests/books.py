"""A shop whose batches are loaded, replayed, removed and replaced without Prefect, and the laws of its ledger."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.audit import NEVER_LOADED, audit
from flows.land import land
from flows.load import load
from flows.maintenance.purge import purge
from flows.quarantine.again import pass_again
from flows.quarantine.export import export
from flows.quarantine.waiting import open_quarantine
from flows.quarantine.wanted import Wanted
from flows.receipts import Purged, Replayed
from flows.settings import Settings, load_settings
from flows.validate import validate
from flows.warehouse import open_warehouse

LANDED = datetime(2025, 11, 2, tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Books:
    """The corrections of a home, each as its flow makes it, and what is in the books afterwards."""

    settings: Settings

    def take(self, *paths: Path, replaces: str | None = None, format: str | None = None) -> str:
        validated = validate(land(paths, self.settings, format=format, landed_at=LANDED), self.settings)
        return load(validated, self.settings, replaces=replaces).batch_id

    def remove(self, batch_id: str) -> None:
        with open_warehouse(self.settings) as warehouse:
            warehouse.remove(batch_id, LANDED)

    def replay(self, corrected: Path | None = None, **wanted: str) -> Replayed:
        return pass_again(self.settings, Wanted(**wanted), corrected)

    def let_go(self, before: datetime = NEVER) -> Purged:
        return purge(self.settings, before, datetime.now(UTC))

    def export(self, out: Path, **wanted: str) -> list[dict[str, Any]]:
        with open_quarantine(self.settings) as quarantine:
            export(quarantine, Wanted(**wanted), out)
        return [json.loads(line) for line in out.read_text().splitlines()]

    def waiting(self, **wanted: str) -> list[tuple[str, int]]:
        """File and line of the rows that wait, of batches that are loaded."""
        with open_quarantine(self.settings) as quarantine:
            rows = quarantine.query(
                f"from {quarantine.rows(Wanted(**wanted))} where is_loaded order by source_file, line"
            )
            return [(row["source_file"], row["line"]) for row in rows]

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with open_warehouse(self.settings) as warehouse:
            return [tuple(row.values()) for row in warehouse.query(sql)]

    def events(self) -> list[tuple[str, str]]:
        """Id and file of every event in raw."""
        return [tuple(row) for row in self.ask("select event_id, source_file from raw.events order by all")]  # type: ignore[misc]

    def check(self, *, is_killed: bool = False) -> None:
        """The laws of the ledger: over each batch, over all of them, and between ledger, raw and quarantine.

        Where `is_killed`, files of one replay may be in the lake that was not loaded any more."""
        told = audit(self.settings)
        assert told == [] or (is_killed and len(told) == 1 and NEVER_LOADED in told[0]), told
        with open_warehouse(self.settings) as warehouse:
            batches = {row["batch_id"]: row for row in warehouse.query("from ops.batches")}
            gone = warehouse.query("from ops.removals")
            raw = warehouse.query(
                "select batch_id, count(*) as n from (select batch_id from raw.events union all select batch_id from "
                "raw.users union all select batch_id from raw.products) group by all"
            )
            days = warehouse.query(
                "select batch_id, event_date, count(*) as n from raw.events group by all order by all"
            )
            replays = warehouse.query("select batch_id, replay_of, count(*) as n from ops.replays group by all")
        for row in [*batches.values(), *gone]:
            fates = ("accepted", "quarantined", "replayed", "duplicates", "erased")
            assert row["rows_read"] == sum(row[fate] for fate in fates), row
            assert min(row[fate] for fate in fates) >= 0, row
        for batch_id, row in batches.items():
            own = [other for other in batches.values() if other["replay_of"] == batch_id]
            assert row["replayed"] == sum(other["rows_read"] for other in own)
            assert len(self.waiting(batch=batch_id)) == (0 if row["purged_at"] else row["quarantined"])
        assert {row["replay_of"] for row in batches.values()} <= {None, *batches}
        assert {row["batch_id"]: row["n"] for row in raw} == {
            batch_id: row["accepted"] + row["derived"]
            for batch_id, row in batches.items()
            if row["accepted"] + row["derived"]
        }
        assert [(row["batch_id"], f"{row['event_date']}", row["n"]) for row in days] == [
            (batch_id, day, number)
            for batch_id, row in sorted(batches.items())
            for day, number in json.loads(row["events_by_date"]).items()
        ]
        assert {(row["batch_id"], row["replay_of"], row["n"]) for row in replays} == {
            (row["batch_id"], row["replay_of"], row["rows_read"])
            for row in batches.values()
            if row["replay_of"] and row["rows_read"]  # of one whose rows were all of people who were forgotten, none
        }

    def lenient(self) -> Books:
        """The same shop under milder rules: what was in the future passes."""
        return Books(load_settings(**{**self.settings.model_dump(), "future_tolerance_hours": 1_000_000}))
