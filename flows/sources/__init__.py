"""One adapter per format of source files. FORMATS names them in the order in which they are tried."""

from flows.records import RECORDS, columns
from flows.sources import csv, jsonl, rees46
from flows.sources.source import Source

_OWN = {
    table: frozenset(column.name for column in columns(record) if column.required) for table, record in RECORDS.items()
}

FORMATS: dict[str, Source] = {
    source.name: source
    for source in (
        Source(
            name="rees46",
            suffixes=(".csv",),
            compressions=("gzip",),
            tables={"events": frozenset(rees46.COLUMNS)},
            lacks=rees46.LACKS,
            given=rees46.given,
            is_csv=True,
            known=frozenset(rees46.COLUMNS),
            derives={"products": rees46.PRODUCTS},
        ),
        Source("parquet", (".parquet", ".pq"), (), _OWN),
        Source("jsonl", (".jsonl", ".ndjson", ".json"), ("gzip",), _OWN, given=jsonl.given),
        Source("csv", (".csv",), ("gzip",), _OWN, given=csv.given, is_csv=True),
    )
}

__all__ = ["FORMATS", "Source"]
