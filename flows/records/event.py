"""The canonical event: one thing that one visitor did at one moment."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import Field

from flows.records.event_types import EVENT_TYPES, EventType
from flows.records.kinds import Code, Instant, Money, Properties, Text, Whole
from flows.records.record import Record, Rule, not_in_the_future

Currency = Code("a currency code of ISO 4217, three capital letters", pattern="[A-Z]{3}")
Country = Code("a country code of ISO 3166, two capital letters", pattern="[A-Z]{2}")
Device = Code("a device", choices=("desktop", "mobile", "tablet", "tv", "bot", "other"))
TypeOfEvent = Code("an event type", choices=tuple(EVENT_TYPES))

# Sums of amounts are DECIMAL(18,4), 14 digits before the point: a single line must leave room for many others.
LARGEST_LINE = 1_000_000_000


def _needs(event_types: Iterable[EventType]) -> tuple[Rule, ...]:
    """One rule for each field that some type cannot do without."""
    types: dict[str, list[str]] = {}
    for event_type in event_types:
        for field in event_type.needs:
            types.setdefault(field, []).append(event_type.name)
    return tuple(_missing(field, names) for field, names in types.items())


def _missing(field: str, types: list[str]) -> Rule:
    return Rule(
        reason="missing",
        field=field,
        message=f"is missing, and {', '.join(types)} cannot do without it",
        holds=lambda row, latest: row["event_type"] not in types or row[field] is not None,
        sql=f"{field} is not null or event_type is null or not list_contains({types}, event_type)",
    )


def _discount_within_price(row: Mapping[str, Any], latest: datetime | None) -> bool:
    discount, price = row["discount_amount"], row["unit_price"]
    return discount is None or (price is not None and discount <= price * (row["quantity"] or 1))


class Event(Record):
    """One event, as accepted."""

    table: ClassVar[str] = "events"
    one_row_is: ClassVar[str] = "One event that one visitor caused at one moment, as one file told it."
    key: ClassVar[tuple[str, ...]] = ("event_id", "event_date")
    instant: ClassVar[str] = "event_timestamp"

    event_id: Annotated[str, Text(128)] = Field(
        description="The event's id, unique within its date. Made from the row's content where the source has none."
    )
    event_type: Annotated[str, TypeOfEvent] = Field(description="What was done; one of the event types.")
    event_timestamp: Annotated[datetime, Instant()] = Field(description="When it happened, in UTC.")
    received_at: Annotated[datetime | None, Instant()] = Field(
        None, description="When the shop's collector received it, in UTC."
    )
    anonymous_id: Annotated[str | None, Text(128)] = Field(
        None, description="The browser's or the app's own id, known before anyone signs in."
    )
    user_id: Annotated[str | None, Text(128)] = Field(None, description="The signed-in user.")
    source_session_id: Annotated[str | None, Text(128)] = Field(
        None, description="The session as the source counted it; kept, never used for our sessions."
    )
    product_id: Annotated[str | None, Text(128)] = Field(None, description="The product that the event is about.")
    quantity: Annotated[int | None, Whole(1, 1_000_000)] = Field(None, description="How many units.")
    unit_price: Annotated[Decimal | None, Money()] = Field(
        None, description="Price of one unit before any discount, in `currency`."
    )
    discount_amount: Annotated[Decimal | None, Money()] = Field(
        None, description="What was taken off the line as a whole, in `currency`."
    )
    currency: Annotated[str | None, Currency] = Field(None, description="Currency of the amounts, ISO 4217.")
    order_id: Annotated[str | None, Text(128)] = Field(
        None, description="The order that a purchase or a refund belongs to."
    )
    page_url: Annotated[str | None, Text(4096)] = Field(None, description="Address of the page.")
    referrer_url: Annotated[str | None, Text(4096)] = Field(None, description="Address of the page before.")
    utm_source: Annotated[str | None, Text(256)] = Field(None, description="Campaign source, such as `newsletter`.")
    utm_medium: Annotated[str | None, Text(256)] = Field(None, description="Campaign medium, such as `email` or `cpc`.")
    utm_campaign: Annotated[str | None, Text(256)] = Field(None, description="Name of the campaign.")
    device_type: Annotated[str | None, Device] = Field(None, description="Kind of device.")
    country: Annotated[str | None, Country] = Field(None, description="Country of the visitor, ISO 3166-1 alpha-2.")
    user_agent: Annotated[str | None, Text(1024)] = Field(None, description="What the browser says it is.")
    properties: Annotated[str | None, Properties()] = Field(
        None, description="Anything else that the source sent: a JSON object."
    )

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "missing",
            "anonymous_id",
            "is missing, and so is user_id: an event needs a visitor",
            lambda row, latest: row["anonymous_id"] is not None or row["user_id"] is not None,
            "anonymous_id is not null or user_id is not null",
        ),
        not_in_the_future("event_timestamp"),
        *_needs(EVENT_TYPES.values()),
        Rule(
            "out_of_range",
            "unit_price",
            f"times quantity is more than {LARGEST_LINE:,}, which no sum over many lines has room for",
            lambda row, latest: (row["unit_price"] or 0) * (row["quantity"] or 1) <= LARGEST_LINE,
            f"unit_price is null or unit_price * coalesce(quantity, 1) <= {LARGEST_LINE}",
        ),
        Rule(
            "above_price",
            "discount_amount",
            "is more than quantity times unit_price",
            _discount_within_price,
            "discount_amount is null or coalesce(discount_amount <= unit_price * coalesce(quantity, 1), false)",
        ),
    )
