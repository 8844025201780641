"""What a file is taken for by its content, and what is said of one that is nothing that can be read."""

import gzip
import json
import os
import socket
import tempfile
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.errors import SourceError
from flows.sources import FORMATS
from flows.sources.recognise import recognise

EVENTS = "event_id,event_type,event_timestamp,user_id"
ROW = "1,page_view,2025-11-01T00:00:00Z,u1"
REES46 = "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session"
EVENT = json.dumps(dict(zip(EVENTS.split(","), ROW.split(","), strict=True)))


def zipped(data: bytes, level: int = 9) -> bytes:
    """gzip without the time of day: the same bytes, and so the same test ids, in every worker."""
    return gzip.compress(data, level, mtime=0)


def recognised(file: Path, content: bytes | str, format: str | None = None) -> tuple[str, str]:
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    found = recognise(file, format)
    return found.format, found.table


def parquet(file: Path, select: str) -> bytes:
    duckdb.connect().execute(f"copy ({select}) to '{file}' (format parquet)")
    return file.read_bytes()


@pytest.mark.parametrize(
    ("content", "format", "table"),
    [
        (f"{EVENTS}\n{ROW}\n", "csv", "events"),
        (f"{EVENTS}\r\n{ROW}\r\n", "csv", "events"),
        (f"{EVENTS}\n", "csv", "events"),
        (EVENTS, "csv", "events"),
        (f"\ufeff{EVENTS}\n{ROW}\n", "csv", "events"),
        (",".join(f'"{name}"' for name in EVENTS.split(",")), "csv", "events"),
        (f"colour;of|it,{EVENTS},größe\n", "csv", "events"),
        (f"{EVENTS}\n1,page_view,x\0y,u1\n", "csv", "events"),
        (f"{EVENTS}\n".encode() + "1,page_view,2025-11-01T00:00:00Z,Zoë\n".encode("latin-1"), "csv", "events"),
        (f"{EVENTS}\n{'9' * 1_000_000},page_view,2025-11-01T00:00:00Z,u1\n", "csv", "events"),
        ("user_id,updated_at,email\n", "csv", "users"),
        ("updated_at,product_id,brand\n", "csv", "products"),
        (f"{REES46}\n", "rees46", "events"),
        (",".join(reversed(REES46.split(","))), "rees46", "events"),
        (f"{EVENT}\n", "jsonl", "events"),
        (EVENT, "jsonl", "events"),
        (f"\ufeff\n \n  {EVENT}\r\n{{cut off", "jsonl", "events"),
        ('{"user_id": "u1"}\n{"updated_at": "2025-11-01T00:00:00Z"}\n', "jsonl", "users"),
        (f"{{broken\n{EVENT}\n", "jsonl", "events"),
        ('{"product_id": "p", "updated_at": "' + "9" * 10_000_000 + '"}\n', "jsonl", "products"),
    ],
    ids=lambda value: repr(value[:20]) if len(value) > 20 else value,
)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_text_is_recognised_by_its_content(
    tmp_path: Path, content: str | bytes, format: str, table: str, packed: bool
) -> None:
    data = content.encode() if isinstance(content, str) else content
    assert recognised(tmp_path / "no_suffix", zipped(data, 1) if packed else data) == (format, table)


@pytest.mark.parametrize("rows", [0, 1])
def test_parquet_is_recognised_by_the_columns_of_its_footer(tmp_path: Path, rows: int) -> None:
    nested = "{'a': [{'event_id': 1}]} as extra, 1 as event_id, 2 as event_type, [3] as more, 4 as event_timestamp"
    file = tmp_path / "what [1]; is*this?.csv"
    parquet(tmp_path / "plain.parquet", f"select {nested} limit {rows}")
    (tmp_path / "plain.parquet").rename(file)
    assert recognise(file) == ("parquet", "events", ("extra", "event_id", "event_type", "more", "event_timestamp"))


def test_the_columns_are_the_files_own_in_order(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(f'"with ""quotes"", and comma",{EVENTS}\n')
    assert recognise(file).columns == ('with "quotes", and comma', *EVENTS.split(","))


def test_each_format_is_found_for_each_of_its_tables(tmp_path: Path) -> None:
    for source in FORMATS.values():
        for table, needed in source.tables.items():
            if source.name == "parquet":
                content = parquet(tmp_path / "a", "select " + ", ".join(f"1 as {name}" for name in needed))
            elif source.name == "jsonl":
                content = json.dumps(dict.fromkeys(needed)).encode()
            else:
                content = ",".join(needed).encode()
            assert recognised(tmp_path / "a", content) == (source.name, table)
            assert recognised(tmp_path / "a", content, source.name) == (source.name, table)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "is empty: there is nothing to load"),
        (" \n\t\r\n" * 50_000, "is empty: it holds nothing but blanks"),
        ("\ufeff", "is empty: there is nothing to load"),
        (EVENTS.encode("utf-16"), "is encoded as UTF-16: save it as UTF-8"),
        (b"\xfe\xff" + EVENTS.encode("utf-16-be"), "is encoded as UTF-16: save it as UTF-8"),
        (EVENTS.encode("utf-16-le"), "looks encoded as UTF-16 or UTF-32: save it as UTF-8"),
        (EVENTS.encode("utf-16-be"), "looks encoded as UTF-16 or UTF-32: save it as UTF-8"),
        (EVENT.encode("utf-16-le"), "looks encoded as UTF-16 or UTF-32: save it as UTF-8"),
        (EVENTS.encode("utf-32"), "is encoded as UTF-32: save it as UTF-8"),
        (EVENTS.encode("utf-32-be"), "looks encoded as UTF-16 or UTF-32: save it as UTF-8"),
        (f"{EVENTS},größe\n".encode("latin-1"), "is not encoded as UTF-8: its first line holds other bytes"),
        (b"\0" * 5000, "is binary and neither Parquet nor gzip"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is binary and neither Parquet nor gzip"),
        (b"\x7fELF\x02\x01\x01\0\0", "is binary and neither Parquet nor gzip"),
        (b"\x89x\rtext\0", "is binary and neither Parquet nor gzip"),
        (b"a\0b\rtext", "is binary and neither Parquet nor gzip"),
        (f"{EVENTS}\r{ROW}é\r".encode("mac-roman"), "ends its lines as old Macs did"),
        (f"{EVENTS}\r{ROW}\x0b\r", "ends its lines as old Macs did"),
        (bytes(range(255)) * 10, "is binary and neither Parquet nor gzip"),
        (b"PK\x03\x04rest", "is a zip archive or an Excel workbook: unpack it, or save it as CSV"),
        (b"\x28\xb5\x2f\xfdrest", "is compressed with zstd, and only gzip is read: unpack it"),
        (f"[{EVENT}]", r"is a JSON array: write one object per line \(JSON lines\)"),
        (json.dumps(json.loads(EVENT), indent=2), "no line of it is a whole object: write one object per line"),
        ("{bad\n" * 10, "no line of it is a whole object: write one object per line"),
        (EVENTS.replace(",", ";"), "separates its columns by semicolons: save it with commas"),
        (EVENTS.replace(",", "\t"), "separates its columns by tabs: save it with commas"),
        (EVENTS.replace(",", "|"), "separates its columns by bars: save it with commas"),
        (f"\n{EVENTS}\n", "begins with a blank line: its first line must name the columns"),
        (f"{EVENTS}\r{ROW}\r", "ends its lines as old Macs did, with a carriage return alone: save it with line feeds"),
        (ROW, r"has no known columns \(4 of other names: does its first line name them\?\); what can be read is"),
        ("<!DOCTYPE html>\n<html>", r"has no known columns \(1 of other names: .*\); what can be read is"),
        ("x" * 100_000, "has a first line of more than 64 KB: its first line must name the columns"),
        (f'"{EVENTS}\n{ROW}\n', "has a quote in its first line that does not end"),
        (f"{EVENTS},,\n", "has no name in its header for column 5, 6: name it or take it away"),
        (f"{EVENTS},user_id\n", "names the column user_id more than once in its header"),
        (f"{EVENTS},USER_ID\n", "names the column user_id more than once in its header"),
        ("event_id,event_type,user_id\n", "looks like events in csv, but its header lacks event_timestamp: rename or"),
        ("event_id,event_type,timestamp\n", r"lacks event_timestamp \(did you mean 'timestamp'\?\): rename or"),
        ("id,type,timestamp\n", r"events in csv, .* lacks event_id \(did you mean 'id'\?\), event_timestamp \(.*"),
        (EVENTS.upper(), r"lacks event_id \(did you mean 'EVENT_ID'\?\), event_timestamp \("),
        (EVENTS.replace(",", ", "), r"lacks event_timestamp \(did you mean ' event_timestamp'\?\)"),
        ("user_id,updated\n", r"looks like users in csv, but its header lacks updated_at \(did you mean 'updated'"),
        (REES46.replace("user_session", "session"), r"rees46, .* lacks user_session \(did you mean 'session'\?\)"),
        ('{"event_id": 1, "event_type": 2}', "events in jsonl, but its first rows lack event_timestamp: rename or add"),
        ("{}", r"has no known columns \(none at all\); what can be read is"),
        (b"PAR1" + b"x" * 1000, "ends before its Parquet footer: it is cut off, get the file again"),
        (b"PAR1", "ends before its Parquet footer: it is cut off, get the file again"),
        (b"PAR1" + b"x" * 1000 + b"\x10\0\0\0PAR1", "has a Parquet footer that cannot be read: it is damaged"),
        (zipped(zipped(EVENTS.encode())), "holds gzip once more inside of its gzip: unpack it once"),
        (zipped(b"PAR1 and so on"), "holds Parquet inside of its gzip: unpack it once"),
        (zipped(b""), "is empty inside of its gzip: there is nothing to load"),
        (zipped(b"\n \n"), "is empty inside of its gzip: it holds nothing but blanks"),
        (zipped(b"\0" * 5000), "is binary and neither Parquet nor gzip"),
        (zipped(EVENTS.encode())[:12], "is cut off before the end of its gzip: get the file again"),
        (zipped(EVENTS.encode())[:5], "is cut off before the end of its gzip: get the file again"),
    ],
    ids=lambda value: repr(value[:20]) if isinstance(value, bytes) or len(value) > 100_000 else value[:60],
)
def test_what_cannot_be_read_gets_one_sentence(tmp_path: Path, content: str | bytes, sentence: str) -> None:
    with pytest.raises(SourceError, match=sentence) as caught:
        recognised(tmp_path / "a.file", content)
    assert str(caught.value).startswith(f"{tmp_path}/a.file ")
    assert "\n" not in str(caught.value)


@pytest.mark.slow
@given(st.lists(st.from_regex(r"[A-Z][a-z]{3,8} [A-Z]\d{4,9}", fullmatch=True), min_size=1, max_size=12, unique=True))
def test_the_first_row_of_a_file_without_a_header_is_not_said(cells: list[str]) -> None:
    """The accident: somebody's row stood in logs, alerts and `ops.files`, and `shopflow forget` did not reach it."""
    with tempfile.TemporaryDirectory() as folder, pytest.raises(SourceError) as caught:
        recognised(Path(folder) / "a.csv", ",".join(cells) + "\n")
    assert [cell for cell in cells if cell in str(caught.value)] == []


def test_a_suffix_gz_on_plain_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"a\.csv\.gz is called \.gz but is not gzip: take the suffix away, or"):
        recognised(tmp_path / "a.csv.gz", EVENTS)


def test_a_parquet_file_cut_off_after_its_first_rows_is_refused(tmp_path: Path) -> None:
    whole = parquet(tmp_path / "a", "select 1 as event_id, 2 as event_type, 3 as event_timestamp from range(1000)")
    with pytest.raises(SourceError, match="ends before its Parquet footer"):
        recognised(tmp_path / "a", whole[: len(whole) // 2])


def test_a_folder_a_pipe_a_socket_a_device_and_nothing_at_all(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")  # to open it would wait for ever
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        for path in (tmp_path / "pipe", tmp_path / "socket", Path("/dev/null")):
            with pytest.raises(
                SourceError, match=rf"{path} is a pipe, a socket or a device, and .* write it to a file"
            ):
                recognise(path)
    with pytest.raises(SourceError, match="is a folder, not a file"):
        recognise(tmp_path)
    with pytest.raises(SourceError, match=r"gone\.csv cannot be read: No such file or directory"):
        recognise(tmp_path / "gone.csv")


def test_a_file_on_a_broken_disk_gets_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real disk error cannot be had in a test; a file without permission is tried in the tests of bad input."""

    def broken(*args: object, **kwargs: object) -> None:
        raise OSError(5, "Input/output error")

    (tmp_path / "a.csv").write_text(EVENTS)
    monkeypatch.setattr(Path, "open", broken)
    with pytest.raises(SourceError, match=r"a\.csv cannot be read: Input/output error"):
        recognise(tmp_path / "a.csv")


def test_names_that_duckdb_cannot_open_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"has a backslash beside \[, \* or \? in its path"):
        recognised(tmp_path / "a\\[1].csv", EVENTS)
    with pytest.raises(SourceError, match=r"a\\udcff\.csv has a path that is not UTF-8: rename it"):
        recognised(tmp_path / os.fsdecode(b"a\xff.csv"), EVENTS)


@pytest.mark.parametrize(
    ("content", "format", "sentence"),
    [
        (EVENTS, "jsonl", "was to be read as jsonl, but its content is CSV: leave the format out or correct it"),
        (EVENT, "csv", "was to be read as csv, but its content is JSON lines"),
        (EVENT, "parquet", "was to be read as parquet, but its content is JSON lines"),
        (EVENTS, "rees46", "does not have the columns of rees46: its columns are those of csv"),
        (REES46, "csv", "does not have the columns of csv: its columns are those of rees46"),
        ("event_id,event_type\n", "csv", "looks like events in csv, but its header lacks event_timestamp"),
    ],
)
def test_a_format_that_is_named_must_fit(tmp_path: Path, content: str, format: str, sentence: str) -> None:
    with pytest.raises(SourceError, match=sentence):
        recognised(tmp_path / "a", content, format)


def test_a_format_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"there is no format parket, did you mean parquet\?"):
        recognise(tmp_path / "a", "parket")
    with pytest.raises(SourceError, match="there is no format xml: there are csv, jsonl, parquet, rees46"):
        recognise(tmp_path / "a", "xml")


def test_only_the_beginning_of_a_large_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    with file.open("wb") as large:
        large.write(f"{EVENTS}\n{ROW}\n".encode())
        large.truncate(10 << 30)  # sparse: it takes no room
    assert recognise(file)[:2] == ("csv", "events")
