"""The records are the schema: columns, checks, contracts and the data dictionary follow from them."""

from flows.records.event import Event
from flows.records.event_types import EVENT_TYPES
from flows.records.product import Product
from flows.records.record import Record, Rule, columns
from flows.records.user import User

RECORDS: dict[str, type[Record]] = {record.table: record for record in (Event, User, Product)}

__all__ = ["EVENT_TYPES", "RECORDS", "Event", "Product", "Record", "Rule", "User", "columns"]
