"""Refused rows as files again, so that they go the way that all rows go."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from flows.receipts import SourceFile
from flows.sources import FORMATS
from flows.sources.csvlines import flaw_of
from flows.sources.fingerprint import fingerprint
from flows.sources.textfile import names_in

CUT = "of the line only its beginning was kept, because it was too long"
NO_HEADER = "the quarantine is from before headers were kept: load the files again with `shopflow replace`"
NO_TEXT = "the line held bytes that are no text: correct raw, and give the file by --with"
NO_FORMAT = "its format is not known to this version"
TWO_LINES = "raw has a line break where a JSON object has to stand in one line"


class Again(NamedTuple):
    """Files of refused rows, by the names of those that they stood in. `digest` follows from the rows and their places.

    `places` (JSON lines) says of each row in which line of its new file it is (`new_line`); `stayed` counts those that
    were left out.
    """

    files: tuple[SourceFile, ...]
    places: Path
    digest: str
    stayed: Counter[str]


def write_files(folder: Path, rows: Iterator[Mapping[str, Any]], batch_id: str) -> Again:
    """Write one file for each that the rows, which come in order of table, file and line, stood in."""
    files, stayed, digest = [], Counter[str](), hashlib.sha256(f"replay of {batch_id}".encode())
    index = folder / "again.jsonl"
    with index.open("w", encoding="utf-8") as places:
        grouped = groupby(rows, key=lambda row: (row["table"], row["source_file"], row["format"], row["header"]))
        for number, ((table, name, format, header), group) in enumerate(grouped):
            path = folder / f"again-{number:06}"
            source = FORMATS.get(format)
            is_csv = source is not None and source.is_csv
            if _write(path, header if is_csv else None, _usable(group, stayed, digest), places):
                sha256, size = fingerprint(path)
                files.append(SourceFile(str(path), name, sha256, size, format if is_csv else "jsonl", table))
    return Again(tuple(files), index, digest.hexdigest()[:16], stayed)


def _write(path: Path, header: str | None, rows: Iterator[Mapping[str, Any]], places: TextIO) -> bool:
    """Whether there was a row to write."""
    at = 1
    with path.open("w", encoding="utf-8", newline="") as file:
        if header is not None:
            file.write(f"{header}\n")
            at = 2
        first = at
        for row in rows:
            file.write(row["raw"] + "\n")
            place = {"table_name": row["table"], "source_file": row["source_file"], "line": row["line"], "new_line": at}
            places.write(json.dumps(place) + "\n")
            at += row["raw"].count("\n") + 1
    return at > first


def _usable(rows: Iterator[Mapping[str, Any]], stayed: Counter[str], digest: Any) -> Iterator[Mapping[str, Any]]:
    for row in rows:
        if why := _why_not(row):
            stayed[why] += 1
        else:
            digest.update(json.dumps([row[name] for name in ("table", "source_file", "line", "raw")]).encode())
            yield row


def _why_not(row: Mapping[str, Any]) -> str:
    """Why a row cannot be read again, "" if it can."""
    source, whole = FORMATS.get(row["format"]), {why["reason"] for why in row["reasons"] if not why["field"]}
    if "too_long" in whole:
        return CUT
    if source is None:
        return NO_FORMAT
    if row["format"] != "jsonl" and row["header"] is None:
        return NO_HEADER
    if "bad_encoding" in whole and not row["is_corrected"]:
        return NO_TEXT
    if not source.is_csv:
        return TWO_LINES if "\n" in row["raw"] else ""
    # Beside other rows, quotes that are open would go on into these.
    flaw = flaw_of(row["raw"].encode(), len(names_in(row["header"])))
    return f"{row['table']}: {flaw[0]}" if flaw else ""
