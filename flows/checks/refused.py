"""Refused rows on their way into the quarantine: each with its line, its text and every reason against it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from flows.checks.forgotten import fields_of, is_refused_row_of
from flows.checks.reading import Table
from flows.checks.reasons import reasons_of
from flows.checks.staging import Staged
from flows.checks.terms import Terms
from flows.checks.tombstones import Tombstones
from flows.checks.workshop import Workshop
from flows.quarantine import Reason, Refusals
from flows.receipts import Batch
from flows.records import RECORDS
from flows.records.depth import DEEPEST
from flows.sources.lines import Line

MESSAGES = {
    "malformed_json": "is not a JSON object",
    "bad_encoding": "holds bytes that are not UTF-8",
    "too_deep": f"holds a value that is nested in more than {DEEPEST} levels",
    "cut_off_line": "breaks off in the middle of a JSON object, and so does the file",
}


class Row(NamedTuple):
    """A refused row as the table's view has it."""

    file: int
    row_number: int
    flaw: str | None
    told: str | None
    raw: str | None


def write_refused(
    shop: Workshop, table: Table, batch: Batch, terms: Terms, left: int, tombstones: Tombstones | None = None
) -> Refusals:
    """Explains every refused row of the table, in bounded memory, and writes them to the workshop as Parquet.

    `left` is the number of rows that are neither accepted nor copies: where it is 0 nothing is looked for. Rows of
    people of whom there are `tombstones` are counted and left out.
    """
    refusals = Refusals(shop.path(f"{table.name}-refused.parquet"), table.name)
    if left:
        _explain(shop, table, batch, terms, refusals, tombstones)
    if refusals.rows:
        headers = {batch.files[place].name: _csv(columns) for place, columns in table.headers.items()}
        refusals.write(shop.connection, batch.batch_id, batch.landed_at, headers)
    return refusals


def _csv(columns: tuple[str, ...]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(columns)
    return line.getvalue()


def _explain(
    shop: Workshop, table: Table, batch: Batch, terms: Terms, refusals: Refusals, tombstones: Tombstones | None
) -> None:
    flawed = {place: iter(()) for place, text in table.staged.items() if text.flawed}
    for place, rows in groupby(_refused(shop, table), key=lambda row: row.file):
        flawed.pop(place, None)
        _explain_file(table, place, rows, batch, terms, refusals, tombstones)
    for place, rows in flawed.items():
        _explain_file(table, place, rows, batch, terms, refusals, tombstones)


def _refused(shop: Workshop, table: Table) -> Iterator[Row]:
    rows = shop.connection.execute(
        f"select {', '.join(Row._fields)} from {table.name} where is_accepted is not true order by file, row_number"
    )
    while block := rows.fetchmany(1_000):
        yield from (Row(*row) for row in block)


def _explain_file(
    table: Table,
    place: int,
    rows: Iterator[Row],
    batch: Batch,
    terms: Terms,
    refusals: Refusals,
    tombstones: Tombstones | None,
) -> None:
    file, staged = batch.files[place], table.staged.get(place)
    found = _in_text(staged, rows) if staged else ((row.row_number, row.raw or "", row, []) for row in rows)
    for line, raw, row, reasons in found:
        if tombstones and is_refused_row_of(tombstones, fields_of("json", row.told or "") if row else None, raw):
            refusals.erased += 1
            continue
        if row and not reasons:
            where = f"{file.name}, {'line' if staged else 'row'} {line}"
            reasons = reasons_of(RECORDS[table.name], row.told or "{}", terms.latest, where, is_wrapped=not staged)
        refusals.add(file.name, file.format, line, reasons, raw)


def _in_text(staged: Staged, rows: Iterator[Row]) -> Iterator[tuple[int, str, Row | None, list[Reason]]]:
    """Line number and text of the refused rows of a text file, and of its lines that are no rows."""
    row, flawed, number = next(rows, None), staged.flawed, 0
    for line in staged.lines():
        if line.flaw:
            yield line.number, _shown(line.raw), None, [Reason("", line.flaw, line.message)]
            flawed -= 1
        else:
            number += 1
        if row and not line.flaw and row.row_number == number:
            yield line.number, _shown(line.raw), row, _flaw(row, line)
            row = next(rows, None)
        if not row and not flawed:
            return


def _flaw(row: Row, line: Line) -> list[Reason]:
    """Why the whole line is no row, if that is so. An object that breaks off, and the file with it, was cut off."""
    if not row.flaw:
        return []
    flaw = row.flaw
    if not line.is_ended and line.raw.lstrip().startswith(b"{") and not line.raw.rstrip().endswith(b"}"):
        flaw = "cut_off_line"
    elif not _is_text(line.raw):
        flaw = "bad_encoding"
    return [Reason("", flaw, MESSAGES[flaw])]


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _shown(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")
