"""Tables as files: nothing in them is a formula, nothing of them is lost."""

import csv
import io
from datetime import date
from decimal import Decimal

import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards import downloads
from flows.cells import FORMULA

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


def read(file: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_text_that_a_spreadsheet_would_take_for_a_formula_is_text(start: str) -> None:
    text = f"{start}HYPERLINK(1)"
    assert read(downloads.as_csv([{text: text}])) == [[f"'{text}"], [f"'{text}"]]


def test_a_number_below_zero_stays_a_number() -> None:
    rows = [{"net": Decimal("-3.5000"), "units": -1, "day": date(2025, 11, 1), "name": None}]
    assert read(downloads.as_csv(rows)) == [["net", "units", "day", "name"], ["-3.5000", "-1", "2025-11-01", ""]]


@given(st.lists(st.fixed_dictionaries({"a": texts, "b": texts}), min_size=1))
def test_a_csv_file_has_every_cell_and_none_that_begins_a_formula(rows: list[dict[str, str]]) -> None:
    cells = read(downloads.as_csv(rows))
    assert [[cell.removeprefix("'") for cell in line] for line in cells[1:]] == [
        [text.removeprefix("'") for text in row.values()] for row in rows
    ]
    assert not [cell for line in cells for cell in line if cell.startswith(FORMULA)]


def test_parquet_keeps_the_types() -> None:
    rows = [{"day": date(2025, 11, 1), "net": Decimal("-3.5000"), "name": "=1+1"}]
    table = pyarrow.parquet.read_table(io.BytesIO(downloads.as_parquet(rows)))
    assert table.to_pylist() == rows


def test_a_table_without_a_row_is_a_file_without_a_row() -> None:
    assert downloads.as_csv([]).decode("utf-8-sig") == ""
    assert pyarrow.parquet.read_table(io.BytesIO(downloads.as_parquet([]))).num_rows == 0
