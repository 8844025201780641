"""The files of three batches of one small shop; the last one changes what the others told."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from flows.generate import generate

Row = dict[str, str]


def make(folder: Path) -> list[Path]:
    """Three folders below `folder`: two days, a day, and what comes late. Every batch has rows that are refused."""
    first, second, late = (folder / name for name in ("first", "second", "late"))
    generate(first, events=240, days=2, format="csv", defects=["negative_price", "duplicate"])
    generate(second, events=80, days=1, seed=8, start=date(2025, 11, 3), format="csv", defects=["negative_price"])
    late.mkdir()
    _change(first, late)
    return [first, second, late]


def _change(told: Path, late: Path) -> None:
    events = [row for path in sorted(told.glob("events-*.csv")) for row in _read(path)]
    healthy = [row for row in events if not row["unit_price"].startswith("-")]
    fresh = [{**row, "event_id": f"late-{place}"} for place, row in enumerate(healthy[10:50])]
    told_otherwise = [{**row, "country": "FR", "device_type": "mobile"} for row in healthy[60:75]]
    viewed = next(row for row in healthy if row["product_id"])
    bought = {
        "event_type": "purchase",
        "quantity": "2",
        "unit_price": "9.9900",
        "currency": "EUR",
        "order_id": "late-1",
    }
    sale = {**viewed, "event_id": "sale", "discount_amount": "", **bought}
    seen = {**viewed, "event_id": "seen", "event_type": "product_view", "anonymous_id": "came-late", "user_id": ""}
    refused = [{**sale, "event_id": f"refused-{place}", "unit_price": "-1"} for place in range(2)]
    _write(late / "events.csv", [*fresh, *told_otherwise, *healthy[80:90], *fresh[:3], sale, seen, *refused])

    products, users = _read(told / "products.csv"), _read(told / "users.csv")
    since = {"updated_at": "2025-11-02T12:00:00.000Z"}
    others = [row for row in products if row["product_id"] != viewed["product_id"]]
    moved = [{**row, **since, "category": "moved.elsewhere", "unit_price": "7.7700"} for row in others[:5]]
    moved.append({**products[0], **since, "product_id": viewed["product_id"], "category": "moved.too"})
    _write(late / "products.csv", moved)
    _write(late / "users.csv", [{**row, **since, "city": "Elsewhere"} for row in users[:2]])


def _read(path: Path) -> list[Row]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: list[Row]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
