"""Known faults of event files, each by its name, made on purpose. To add one, add an entry to DEFECTS.

A fault is made of a healthy row: `spoil` changes its fields (text by column; None is null), or `garble` changes the
bytes of its line. The number given to `spoil` counts the fault's rows from 0. The healthy rows stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Row = dict[str, str | None]
ANY, TEXT, CSV, JSONL = ("parquet", "csv", "jsonl"), ("csv", "jsonl"), ("csv",), ("jsonl",)


@dataclass(frozen=True)
class Defect:
    """`rows` are planted in a shop that is big enough. `outcome` is what should become of them: `refused`, counted
    under `reason`; `duplicate`; or `accepted`. Only files of the formats in `carriers` can have the fault."""

    name: str
    rows: int
    outcome: str
    fate: str
    spoil: Callable[[Row, int], Row] | None = None
    garble: Callable[[bytes], bytes] | None = None
    reason: str = ""
    carriers: tuple[str, ...] = ANY
    is_copy: bool = False
    is_late: bool = False


def _refused(
    name: str, rows: int, reason: str, fields: Mapping[str, str | None], carriers: tuple[str, ...] = ANY
) -> Defect:
    return Defect(
        name,
        rows,
        "refused",
        f"refused, counted as `{reason}`",
        spoil=lambda row, number: {**row, **fields},
        reason=reason,
        carriers=carriers,
    )


def _garbled(name: str, rows: int, garble: Callable[[bytes], bytes], carriers: tuple[str, ...]) -> Defect:
    reason = f"events: {name}"
    return Defect(
        name, rows, "refused", f"refused, counted as `{reason}`", garble=garble, reason=reason, carriers=carriers
    )


def _middle_of_url(line: bytes) -> int:
    return line.index(b"https://") + 12


_CART = {
    "event_type": "add_to_cart",
    "product_id": "p-10001",
    "quantity": "1",
    "unit_price": "24.9900",
    "currency": "EUR",
}

_ALL = (
    Defect("duplicate", 50, "duplicate", "counted as an exact duplicate, one copy is kept", is_copy=True),
    Defect(
        "changed_duplicate",
        20,
        "accepted",
        "accepted; of the copies of one event id and date, staging keeps one by its content",
        spoil=lambda row, number: {**row, "page_url": f"https://www.hearth-and-hall.example/corrected/{number}"},
        is_copy=True,
    ),
    Defect("late", 40, "accepted", "accepted; the dates before the file's own are touched", is_late=True),
    _refused("missing_field", 20, "events.product_id: missing", {"event_type": "product_view", "product_id": None}),
    _refused("no_visitor", 10, "events.anonymous_id: missing", {"anonymous_id": None, "user_id": None}),
    Defect(
        "unknown_product",
        30,
        "accepted",
        "accepted; Soda warns: products known",
        spoil=lambda row, number: {**row, "event_type": "product_view", "product_id": f"gone-{number % 7}"},
    ),
    _refused("negative_price", 10, "events.unit_price: negative", {**_CART, "unit_price": "-24.9900"}),
    _refused("zero_quantity", 10, "events.quantity: out_of_range", {**_CART, "quantity": "0"}),
    _refused("discount_above_price", 5, "events.discount_amount: above_price", {**_CART, "discount_amount": "99.0000"}),
    _refused(
        "future_time", 10, "events.event_timestamp: in_the_future", {"event_timestamp": "2099-12-31T12:00:00.000Z"}
    ),
    _refused("unknown_type", 15, "events.event_type: unknown_value", {"event_type": "wishlist_add"}),
    _refused("bad_currency", 10, "events.currency: wrong_format", {**_CART, "currency": "euro"}),
    _refused(
        "too_long", 5, "events.page_url: too_long", {"page_url": "https://www.hearth-and-hall.example/" + "x" * 5000}
    ),
    _refused("nul_byte", 5, "events.user_agent: nul_byte", {"user_agent": "Mozilla/5.0\0 (compatible)"}),
    _refused("wrong_type", 15, "events.quantity: wrong_type", {**_CART, "quantity": "two"}, TEXT),
    _refused("thousands_separator", 10, "events.unit_price: wrong_type", {**_CART, "unit_price": "1,299.00"}, TEXT),
    _refused("bad_date", 10, "events.event_timestamp: wrong_format", {"event_timestamp": "31.11.2025 10:15"}, TEXT),
    _garbled("bad_encoding", 5, lambda line: line.replace(b"https://", b"https://caf\xe9.", 1), TEXT),
    _garbled("too_many_fields", 5, lambda line: line + b",one,too many", CSV),
    _garbled("broken_quotes", 5, lambda line: line.replace(b"https://", b'"https://"', 1), CSV),
    _garbled("malformed_json", 5, lambda line: line.replace(b'":', b'"=', 1), JSONL),
    # Last of all: nothing can come after a line that breaks off.
    _garbled("cut_off_line", 1, lambda line: line[: _middle_of_url(line)], TEXT),
)
DEFECTS = {defect.name: defect for defect in _ALL}
