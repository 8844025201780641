"""The kinds of value that a field can have, each said twice: once for one value, once for a column."""

from flows.records.instants import Instant
from flows.records.kind import Kind, Refusal
from flows.records.numbers import Flag, Money, Whole
from flows.records.texts import Code, Properties, Text

__all__ = ["Code", "Flag", "Instant", "Kind", "Money", "Properties", "Refusal", "Text", "Whole"]
