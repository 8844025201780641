"""Refused rows as one file, for people and for corrections."""

from __future__ import annotations

from pathlib import Path

import duckdb

from flows.errors import SourceError, StorageError
from flows.quarantine.waiting import Quarantine
from flows.quarantine.wanted import Wanted
from flows.sources.files import shown
from flows.sources.sql import quoted

COLUMNS = """batch_id, "table", source_file, format, line, reasons, raw, header, refused_at"""
SENTENCES = "list_transform(reasons, lambda r: if(r.field = '', '', r.field || ' ') || r.message)"
FORMATS = {
    **dict.fromkeys((".jsonl", ".ndjson"), "format json"),
    ".csv": "format csv, header",
    **dict.fromkeys((".parquet", ".pq"), "format parquet, compression zstd"),
}


def export(quarantine: Quarantine, wanted: Wanted, out: Path) -> int:
    """Write the wanted rows that wait to `out`, in order of batch, table, file and line; how many they are.

    Its suffix says in which format; in CSV the reasons are one text. Where there is no row no file is made. Raises
    SourceError for a suffix that is not known and for a file that exists, StorageError where it cannot be written; then
    there is no file.
    """
    if out.suffix.lower() not in FORMATS:
        raise SourceError(f"{shown(out)} does not end in {', '.join(FORMATS)}: its name says in which format it is")
    _require_new(out)
    is_csv = FORMATS[out.suffix.lower()].startswith("format csv")
    columns = COLUMNS.replace("reasons", f"array_to_string({SENTENCES}, '; ') as reasons") if is_csv else COLUMNS
    draft = out.with_name(f".{out.name}.part")
    try:
        rows = quarantine.connection.execute(
            f"""copy (select {columns} from {quarantine.rows(wanted)} order by batch_id, "table", source_file, line)
            to {quoted(str(draft))} ({FORMATS[out.suffix.lower()]})"""
        ).fetchone()
        count = int(rows[0]) if rows else 0
        if count:
            _require_new(out)
            draft.rename(out)
    except (duckdb.IOException, OSError) as error:
        raise StorageError(f"{shown(out)} was not written: {str(error).splitlines()[0]}") from error
    finally:
        draft.unlink(missing_ok=True)
    return count


def _require_new(out: Path) -> None:
    if out.exists() or out.is_symlink():
        raise SourceError(f"{shown(out)} exists, and nothing is overwritten: give another name, or take it away")
