"""Rows of `ops.files`, and how both engines take many at once: as JSON, which spares parameters by the thousand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

from flows.receipts import FileFate, Validated
from flows.sources.files import shown
from flows.sources.stamp import mark_of
from flows.warehouse.tables import OPS

AT_ONCE = 5_000  # a request to BigQuery has 10 MB at most
FIELDS = tuple(field.name for field in fields(FileFate))


def loaded_files(validated: Validated, loaded_at: datetime) -> list[FileFate]:
    """The files of a batch; none of a replay, whose rows come from the quarantine."""
    batch = validated.batch
    if batch.replay_of:
        return []
    return [
        FileFate(
            file.sha256,
            shown(file.found_at),
            file.name,
            file.bytes,
            "loaded",
            file.mark or mark_of(shown(file.found_at), file.stamp),
            None,
            file.format,
            file.table,
            batch.batch_id,
            batch.landed_at,
            loaded_at,
        )
        for file in batch.files
    ]


def as_json(fates: Iterable[FileFate]) -> list[str]:
    """Each row as a JSON object, its instants in UTC."""
    return [json.dumps(asdict(fate), ensure_ascii=False, default=utc_text) for fate in fates]


def fates_of(rows: Iterable[dict[str, Any]]) -> list[FileFate]:
    """Rows as the warehouse gives them, with the zone that their instants have lost."""
    return [
        FileFate(**{n: row[n].replace(tzinfo=UTC) if isinstance(row[n], datetime) else row[n] for n in FIELDS})
        for row in rows
    ]


def columns(engine: str, column: str) -> str:
    """SQL of a row's columns, cast out of its JSON: `column` is a template with the field's `name`."""
    kinds = {field.name: getattr(field, engine) for field in OPS["files"]}
    return ", ".join(f"cast({column.format(name=name)} as {kinds[name]})" for name in FIELDS)


def chunks(values: Sequence[str], at_once: int = AT_ONCE) -> Iterator[list[str]]:
    """The values, so many at a time that one question can hold them."""
    for start in range(0, len(values), at_once):
        yield list(values[start : start + at_once])


def utc_text(moment: datetime) -> str:
    """An instant as both engines cast it out of JSON."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
