"""Tables as files. A file is made when somebody asks for it, and costs nothing until then."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards.view import View
from flows.cells import cell

Rows = Sequence[Mapping[str, Any]]


def offer(rows: Callable[[], Rows], name: str, view: View) -> None:
    """Two buttons that hand out the table `name` of a view, as CSV and as Parquet; `rows` is called by a click."""
    stem = f"{name}_{view.period.first}_{view.period.last}"
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        for kind, mime, written in (("csv", "text/csv", as_csv), ("parquet", "application/octet-stream", as_parquet)):
            st.download_button(
                {"csv": "Download CSV", "parquet": "Download Parquet"}[kind],
                lambda written=written: written(rows()),
                f"{stem}.{kind}",
                mime,
                key=f"download {name} {kind}",
                on_click="ignore",
                type="tertiary",
            )


def as_csv(rows: Rows) -> bytes:
    """UTF-8 with a mark, by which spreadsheets know it; text that would be a formula has an apostrophe before it.

    >>> as_csv([{"name": "=1+1", "net": -3}]).decode("utf-8-sig")
    "name,net\\r\\n'=1+1,-3\\r\\n"
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    if rows:
        writer.writerow(cell(name) for name in rows[0])
        writer.writerows([cell(value) for value in row.values()] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_parquet(rows: Rows) -> bytes:
    """Amounts stay decimals, days stay days."""
    import pyarrow
    import pyarrow.parquet

    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([dict(row) for row in rows]), file)
    return file.getvalue()
