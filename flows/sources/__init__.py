"""One adapter per format of source files. FORMATS names them in the order in which they are tried."""

from flows.records import RECORDS, columns
from flows.sources.source import Source

_OWN = {
    table: frozenset(column.name for column in columns(record) if column.required) for table, record in RECORDS.items()
}

_REES46 = (
    *("event_time", "event_type", "product_id", "category_id", "category_code"),
    *("brand", "price", "user_id", "user_session"),
)

FORMATS: dict[str, Source] = {
    source.name: source
    for source in (
        Source("rees46", (".csv",), ("gzip",), {"events": frozenset(_REES46)}),
        Source("parquet", (".parquet", ".pq"), (), _OWN),
        Source("jsonl", (".jsonl", ".ndjson", ".json"), ("gzip",), _OWN),
        Source("csv", (".csv",), ("gzip",), _OWN),
    )
}

__all__ = ["FORMATS", "Source"]
