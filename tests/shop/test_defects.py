"""Each known fault changes what it says, and nothing else."""

import csv
import gzip
import io
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import duckdb
import pytest
from pydantic import ValidationError

from flows.generate import generate
from flows.records import Event
from flows.settings import PROJECT
from flows.shop.defects import DEFECTS
from flows.shop.generated import Generated
from flows.shop.planting import CUT, HEALTHY
from flows.shop.writer import FORMATS

EVENTS = 3_000
LAST_DAYS = "events-2025-11-01"
ROWS = {name: 1 if name == CUT else min(defect.rows, EVENTS // 500) for name, defect in DEFECTS.items()}
ROW_FAULTS = [name for name, defect in DEFECTS.items() if defect.spoil and defect.outcome == "refused"]
PAIRS = [(name, form) for name in DEFECTS for form in ("csv", "jsonl")]


@dataclass(frozen=True)
class Shops:
    """One shop in three formats: healthy ones by format and file name, and ones with every fault."""

    healthy: dict[str, dict[str, bytes]]
    spoiled: dict[str, Generated]

    def lines(self, name: str, form: str) -> list[bytes]:
        """The lines of one fault, which stand behind the healthy ones in the order of the faults."""
        planted = {fault.defect: fault for fault in self.spoiled[form].planted}
        file = planted[name].file
        content, before = file.read_bytes(), self.healthy[form].get(file.name, b"")
        assert content.startswith(before)
        lines = content[len(before) :].split(b"\n")
        if file.name == "events-defects.jsonl":
            assert reasons(as_row(lines.pop(0))) == []
        if file.name == "events-defects.csv":
            assert lines.pop(0).decode().split(",") == list(Event.model_fields)
        ahead = sum(fault.rows for fault in list(planted.values())[: list(planted).index(name)] if fault.file == file)
        assert planted[name].rows == ROWS[name]
        return lines[ahead : ahead + ROWS[name]]


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Shops:
    root = tmp_path_factory.mktemp("shops")
    healthy, spoiled = {}, {}
    for form in FORMATS:
        made = generate(root / form, events=EVENTS, format=form)
        healthy[form] = {path.name: path.read_bytes() for path in made.files}
        spoiled[form] = generate(root / f"spoiled-{form}", events=EVENTS, format=form, defects=["all"])
    return Shops(healthy, spoiled)


def as_row(line: bytes) -> dict[str, Any]:
    text = line.decode()
    if text.startswith("{"):
        return json.loads(text)
    (fields,) = csv.reader(io.StringIO(text), strict=True)
    return {name: field or None for name, field in zip(Event.model_fields, fields, strict=True)}


def reasons(row: dict[str, Any]) -> list[str]:
    """Under which keys the record refuses a row that was landed in 2030."""
    try:
        Event.model_validate(row, context={"latest": datetime(2030, 1, 1, tzinfo=UTC)})
    except ValidationError as error:
        return [f"events.{e['loc'][0]}: {e['type']}" for e in error.errors()]
    return []


@pytest.mark.parametrize(("name", "form"), [(name, form) for name, form in PAIRS if name in ROW_FAULTS])
def test_spoiled_rows_are_refused_for_the_named_reason_alone(shops, name, form):
    found = [reasons(as_row(line)) for line in shops.lines(name, form)]
    assert found == [[DEFECTS[name].reason]] * ROWS[name]


@pytest.mark.parametrize("name", [name for name in ROW_FAULTS if "parquet" in DEFECTS[name].carriers])
def test_spoiled_rows_in_parquet_are_refused_for_the_named_reason_alone(shops, name):
    file = shops.spoiled["parquet"].out / f"{LAST_DAYS}.parquet"
    cursor = duckdb.execute(f"select * from '{file}' where event_id like 'defect-{name}-%'")
    columns = [column[0] for column in cursor.description]
    found = [reasons(dict(zip(columns, row, strict=True))) for row in cursor.fetchall()]
    assert found == [[DEFECTS[name].reason]] * ROWS[name]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_duplicates_are_the_same_lines_once_more(shops, form):
    lines = shops.lines("duplicate", form)
    assert set(lines) <= set(shops.healthy[form][f"{LAST_DAYS}.{form}"].split(b"\n"))


def test_duplicates_in_parquet_are_the_same_rows_once_more(folder):
    (planted,) = generate(folder, events=EVENTS, defects=["duplicate"]).planted
    every, distinct = (
        duckdb.sql(f"select count(*) from (select {what} from '{planted.file}')").fetchall()[0][0]
        for what in ("*", "distinct *")
    )
    assert (every, distinct) == (EVENTS + ROWS["duplicate"], EVENTS)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_changed_duplicates_have_the_id_and_the_date_of_another_row_and_are_healthy(shops, form):
    rows = [as_row(line) for line in shops.lines("changed_duplicate", form)]
    lines = shops.healthy[form][f"{LAST_DAYS}.{form}"].split(b"\n")
    for row in rows:
        (twin,) = (as_row(line) for line in lines if row["event_id"].encode() in line)
        assert {name for name in row if row[name] != twin[name]} == {"page_url"}
        assert reasons(row) == []


def test_late_rows_stand_in_the_last_file_and_are_of_dates_before_it(folder):
    shop = generate(folder, events=20_000, days=20, format="csv", defects=["late"])
    (planted,) = shop.planted
    rows = [as_row(line) for line in planted.file.read_bytes().splitlines() if line.startswith(b"defect-late")]
    opens = date.fromisoformat(planted.file.name[7:17])
    dates = {date.fromisoformat(row["event_timestamp"][:10]) for row in rows}
    assert planted.file == max(path for path in shop.files if path.name.startswith("events"))
    assert date(2025, 11, 1) <= min(dates) <= max(dates) < opens
    assert len(dates) > 5
    assert all(row["received_at"][:10] >= str(opens) for row in rows)
    assert [reasons(row) for row in rows] == [[]] * planted.rows


def test_late_rows_of_a_shop_of_one_file_lie_before_its_first_day(shops):
    rows = [as_row(line) for line in shops.lines("late", "jsonl")]
    assert all("2025-10-01" < row["event_timestamp"] < "2025-11-01" for row in rows)


def test_unknown_products_are_healthy_but_in_no_catalogue(shops):
    rows = [as_row(line) for line in shops.lines("unknown_product", "csv")]
    known = shops.healthy["csv"]["products.csv"].decode()
    assert [reasons(row) for row in rows] == [[]] * len(rows)
    assert not any(row["product_id"] + "," in known for row in rows)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_bad_encoding_is_not_utf_8(shops, form):
    for line in shops.lines("bad_encoding", form):
        with pytest.raises(UnicodeDecodeError):
            line.decode()
        assert reasons(as_row(line.decode("latin-1").encode())) == []


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_cut_off_line_is_the_last_and_has_no_end(shops, form):
    (line,) = shops.lines(CUT, form)
    assert line.endswith(b"https://www.")
    with pytest.raises(ValueError, match=r"shorter|Unterminated"):
        as_row(line)


def test_too_many_fields_are_two_more_than_the_header_has(shops):
    for line in shops.lines("too_many_fields", "csv"):
        assert len(next(csv.reader([line.decode()]))) == len(Event.model_fields) + 2


def test_broken_quotes_break_their_own_line_only(shops):
    for line in shops.lines("broken_quotes", "csv"):
        with pytest.raises(csv.Error, match="expected after"):
            as_row(line)


def test_malformed_json_is_not_json(shops):
    for line in shops.lines("malformed_json", "jsonl"):
        with pytest.raises(json.JSONDecodeError):
            json.loads(line)


@pytest.mark.parametrize(
    ("form", "beside"),
    [
        ("parquet", {"events-defects.csv", "events-defects.jsonl"}),
        ("csv", {"events-defects.jsonl"}),
        ("jsonl", {"events-defects.csv"}),
    ],
)
def test_all_faults_are_planted_whatever_the_format(shops, form, beside):
    shop = shops.spoiled[form]
    company = {} if form == "jsonl" else {HEALTHY: 1}
    assert {planted.defect: planted.rows for planted in shop.planted} == ROWS | company
    assert shop.rows["events"] == EVENTS + sum(ROWS.values()) + len(company)
    assert {path.name for path in shop.files} - set(shops.healthy[form]) == beside


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS)
def test_one_fault_alone_adds_its_rows_to_the_last_file_and_changes_no_other(folder, shops, form):
    shop = generate(folder, events=EVENTS, format=form, defects=["negative_price"])
    files = {path.name: path.read_bytes() for path in shop.files}
    changed = {name for name, content in files.items() if content != shops.healthy[form].get(name)}
    assert [(planted.defect, planted.rows, planted.file.name) for planted in shop.planted] == [
        ("negative_price", ROWS["negative_price"], f"{LAST_DAYS}.{form}")
    ]
    assert changed == {f"{LAST_DAYS}.{form}"}


def test_faults_in_gzip_are_read_as_one_file(folder, shops):
    shop = generate(folder, events=EVENTS, format="csv", compress=True, defects=["negative_price", CUT])
    content = gzip.decompress((folder / f"{LAST_DAYS}.csv.gz").read_bytes())
    plain = shops.healthy["csv"][f"{LAST_DAYS}.csv"]
    assert content.startswith(plain)
    assert content[len(plain) :].count(b"\n") == ROWS["negative_price"]
    assert [planted.file.name for planted in shop.planted] == [f"{LAST_DAYS}.csv.gz"] * 2


def test_every_fault_says_who_is_expected_to_catch_it():
    for defect in DEFECTS.values():
        assert defect.outcome in ("refused", "duplicate", "accepted")
        assert bool(defect.reason) == (defect.outcome == "refused")
        assert defect.reason in defect.fate


def test_the_how_to_lists_every_fault_with_its_rows_and_fate():
    page = (PROJECT / "docs/how_to/generate_a_shop.md").read_text("utf-8")
    listed = [line for line in page.splitlines() if re.match(r"\| `[a-z_]+` \|", line)]
    assert listed == [f"| `{name}` | {defect.rows} | {defect.fate} |" for name, defect in DEFECTS.items()]
