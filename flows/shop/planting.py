"""Puts rows with known faults into the files of a healthy shop."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np

from flows.records import Event, columns
from flows.records.kinds import Instant
from flows.shop.defects import DEFECTS, Defect, Row
from flows.shop.generated import Planted
from flows.shop.lines import header, line
from flows.shop.writer import COPY, quoted
from flows.sources.files import as_pattern

CUT = "cut_off_line"
HEALTHY = "healthy_row"
_COLUMNS = columns(Event)


def plant(
    names: Sequence[str], rng: np.random.Generator, files: Sequence[Path], form: str, events: int, start: date
) -> list[Planted]:
    """Plants these faults at the end of the last of `files` (all the event files of a shop, in order of time), and
    those that its format cannot carry in a file of their own beside it (JSON lines with a healthy row on top)."""
    if not names:
        return []
    last = files[-1]
    defects = [defect for name, defect in DEFECTS.items() if name in names]
    counts = [1 if defect.name == CUT else max(1, min(defect.rows, events // 500)) for defect in defects]
    spare, *healthy = _sample(last, form, rng, sum(counts) + 1)
    opens = date.fromisoformat(last.name.removeprefix("events-")[:10])
    rows: dict[str, list[Row]] = {}
    lines: dict[str, list[bytes]] = {}
    planted, cut = [], ""
    for defect, count in zip(defects, counts, strict=True):
        carrier = form if form in defect.carriers else defect.carriers[0]
        cut = carrier if defect.name == CUT else cut
        spoiled = [_spoiled(defect, healthy.pop(), number, rng, start, opens) for number in range(count)]
        if carrier == "parquet":
            rows.setdefault(carrier, []).extend(spoiled)
        else:
            garble = defect.garble or (lambda healthy_line: healthy_line)
            lines.setdefault(carrier, []).extend(garble(line(row, carrier)) for row in spoiled)
        path = last if carrier == form else last.with_name(f"events-defects.{carrier}")
        planted.append(Planted(defect.name, count, path, defect.outcome, defect.reason, defect.fate))
    if rows:
        _add_rows(last, rows["parquet"])
    for carrier, texts in lines.items():
        path = last if carrier == form else last.with_name(f"events-defects.{carrier}")
        if carrier == "jsonl" != form:
            texts.insert(0, line({**spare, "event_id": f"{HEALTHY}-0000"}, carrier))
            planted.append(
                Planted(HEALTHY, 1, path, "accepted", "", "accepted; by it the file's columns are recognised")
            )
        _add_lines(path, carrier, texts, is_cut=carrier == cut)
    return planted


def _spoiled(defect: Defect, row: Row, number: int, rng: np.random.Generator, start: date, opens: date) -> Row:
    if not defect.is_copy:
        row = {
            **row,
            "event_id": f"defect-{defect.name}-{number:04}",
            "event_type": "page_view",
            **dict.fromkeys(("product_id", "quantity", "unit_price", "discount_amount", "currency", "order_id")),
            "page_url": row["page_url"] or "https://www.hearth-and-hall.example/",
            "properties": None,
        }
    if defect.is_late:
        earlier = int(rng.integers(1, max((opens - start).days, 20) + 1))
        days = earlier if opens == start else 1 + earlier % (opens - start).days
        moment = datetime.fromisoformat(str(row["event_timestamp"]))
        then = datetime.combine(opens - timedelta(days=days), moment.timetz())
        row["event_timestamp"] = then.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return defect.spoil(row, number) if defect.spoil else row


def _sample(path: Path, form: str, rng: np.random.Generator, count: int) -> list[Row]:
    """Healthy rows of a file, as text, taken by chance and more than once where it has too few."""
    names = [column.name for column in _COLUMNS]
    as_text = dict.fromkeys(names, "varchar")
    given = quoted(as_pattern(path))
    readers = {
        "parquet": f"read_parquet('{given}')",
        "csv": f"read_csv('{given}', header = true, all_varchar = true)",
        "jsonl": f"read_json('{given}', format = 'newline_delimited', columns = {as_text})",
    }
    texts = [
        f"strftime({column.name}, '%Y-%m-%dT%H:%M:%S.%gZ') as {column.name}"
        if form == "parquet" and isinstance(column.kind, Instant)
        else f"{column.name}::varchar as {column.name}"
        for column in _COLUMNS
    ]
    with duckdb.connect(config={"threads": 1}) as con:
        total = con.sql(f"select count(*) from {readers[form]}").fetchall()[0][0]
        places = rng.choice(total, count, replace=total < count)
        wanted = ", ".join(str(place) for place in sorted(set(places.tolist())))
        found = con.sql(
            f"select place, {', '.join(names)} from (select row_number() over () - 1 as place, {', '.join(texts)} "
            f"from {readers[form]}) where place in ({wanted})"
        ).fetchall()
    rows = {row[0]: dict(zip(names, row[1:], strict=True)) for row in found}
    return [dict(rows[place]) for place in places.tolist()]


def _add_rows(path: Path, rows: Sequence[Row]) -> None:
    names = [column.name for column in _COLUMNS]
    typed = ", ".join(f"cast({column.name} as {column.kind.duckdb}) as {column.name}" for column in _COLUMNS)
    new = path.with_suffix(".new")
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute(f"create table planted ({', '.join(f'{name} varchar' for name in names)})")
        con.executemany(
            f"insert into planted values ({', '.join('?' * len(names))})", [list(row.values()) for row in rows]
        )
        con.execute(
            f"copy (select * from read_parquet('{quoted(as_pattern(path))}') "
            f"union all by name select {typed} from planted) to '{quoted(new)}' ({COPY['parquet']})"
        )
    new.replace(path)


def _add_lines(path: Path, form: str, lines: Sequence[bytes], *, is_cut: bool) -> None:
    text = b"\n".join(lines) + (b"" if is_cut else b"\n")
    if not path.exists() and form == "csv":
        text = header() + text
    with path.open("ab") as file:
        # A further member of a gzip file is read as its continuation.
        file.write(gzip.compress(text, mtime=0) if path.suffix == ".gz" else text)
