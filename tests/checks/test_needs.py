"""What an event type cannot do without is asked of every row, by the model and by the checks in SQL alike."""

from __future__ import annotations

import importlib.util
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.lake import Lake
from flows.quarantine import refused_rows
from flows.receipts import Batch, SourceFile
from flows.records import EVENT_TYPES, RECORDS, Record, columns, event
from flows.records.event_types import EventType
from flows.settings import Settings
from flows.validate import validate


def event_with(monkeypatch: pytest.MonkeyPatch, added: EventType) -> type[Record]:
    """The record model as it is after `added` was written into EVENT_TYPES, which its module reads once, at import."""
    monkeypatch.setitem(EVENT_TYPES, added.name, added)
    spec = importlib.util.spec_from_file_location("event_once_more", event.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    record: type[Record] = module.Event
    return record


def outcome(rows: list[dict[str, Any]], settings: Settings, folder: Path) -> dict[str, set[tuple[str, str]]]:
    """What became of each row: the reasons against it, none where it is in the lake."""
    path = folder / "events.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    file = SourceFile(str(path), path.name, "0" * 64, path.stat().st_size, "jsonl", "events")
    validate(Batch("b", datetime(2026, 1, 1, tzinfo=UTC), (file,)), settings)
    lake = Lake(settings.lake_folder)
    said = {
        rows[found.line - 1]["event_id"]: {(reason.field, reason.reason) for reason in found.reasons}
        for found in refused_rows(lake)
    }
    for accepted in lake.accepted_files("events", "b"):
        found = duckdb.connect().execute(f"select event_id from '{accepted}'").fetchall()
        said |= {event_id: set() for (event_id,) in found}
    return said


@pytest.mark.slow
@pytest.mark.parametrize("field", [column.name for column in columns(event.Event) if not column.required])
def test_a_type_that_is_added_can_need_any_field(
    field: str, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    """Regression: only product_id, quantity and unit_price were asked for, whatever the type said."""
    wishlist = EventType("wishlist", "a product was put on the wish list", (field,))
    monkeypatch.setitem(RECORDS, "events", event_with(monkeypatch, wishlist))
    values: dict[str, Any] = {"quantity": 1, "unit_price": 2, "discount_amount": 1, "currency": "EUR"}
    values |= {"received_at": "2025-11-01T10:00:00Z", "device_type": "tv", "country": "DE", "properties": {"a": 1}}
    # The discount needs a price, and any event a visitor.
    base = {"event_timestamp": "2025-11-01T10:00:00Z", "user_id": "u", "anonymous_id": "a", "unit_price": 2}
    without = {name: value for name, value in base.items() if name != field}
    own = settings.model_copy(update={"max_refused_share": 1.0})
    rows = [
        {**without, "event_id": "with", "event_type": "wishlist", field: values.get(field, "x")},
        {**without, "event_id": "without", "event_type": "wishlist"},
        {**without, "event_id": "another type", "event_type": "page_view"},
    ]
    assert outcome(rows, own, tmp_path) == {"with": set(), "without": {(field, "missing")}, "another type": set()}


def test_each_field_that_a_type_needs_is_a_field_of_events() -> None:
    known = {column.name for column in columns(event.Event)}
    assert [(kind.name, field) for kind in EVENT_TYPES.values() for field in kind.needs if field not in known] == []
