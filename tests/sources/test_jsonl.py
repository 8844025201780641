"""JSON lines: what is no object is refused as a line, values of another type as the model refuses them."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flows.settings import PROJECT
from flows.sources.lines import LONGEST

BASE = {"event_type": "purchase", "event_timestamp": "2025-11-01T10:00:00Z", "user_id": "u", "product_id": "p"}


def line(number: int, **fields: Any) -> str:
    return json.dumps({"event_id": f"e{number}", **BASE, "quantity": 1, "unit_price": 1, **fields})


def ids(fate: Any) -> list[str]:
    return sorted(row["event_id"] for row in fate.accepted)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b'{"event_id": "e9", "event_type": "pa', "malformed_json"),
        (b"[1, 2]", "malformed_json"),
        (b'"text"', "malformed_json"),
        (b"7", "malformed_json"),
        (b"null", "malformed_json"),
        (b'{"event_id": "e9"}{"event_id": "e8"}', "malformed_json"),
        (b"{'event_id': 'e9'}", "malformed_json"),
        (b'{"event_id": "a\0b"}', "malformed_json"),
        (b'{"event_id": "\\ud800"}', "malformed_json"),
        (b'{"event_id": "\xff"}', "bad_encoding"),
    ],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_line_that_is_no_object(fate_of: Callable[..., Any], bad: bytes, reason: str, end: bytes) -> None:
    fate = fate_of(end.join([line(1).encode(), b"", bad, b"  ", line(2).encode()]), "jsonl")
    assert ids(fate) == ["e1", "e2"]
    assert fate.lines == {3: {reason}}
    assert fate.refused[0].raw == bad.decode("utf-8", "backslashreplace")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("last", "lines"),
    [
        (line(3).encode(), {}),
        (line(3)[:30].encode(), {3: {"cut_off_line"}}),
        (line(3, page_url="é").encode()[:-2], {3: {"cut_off_line"}}),
        ('{"event_id": "é'.encode()[:-1], {3: {"cut_off_line"}}),
        (b'{"event_id": "\xff"}', {3: {"bad_encoding"}}),
        (b'{"event_id" 1}', {3: {"malformed_json"}}),
        (b"[1", {3: {"malformed_json"}}),
        (line(3)[:30].encode() + b"\n", {3: {"malformed_json"}}),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_last_line_without_its_end_is_read_or_was_cut_off(
    fate_of: Callable[..., Any], last: bytes, lines: dict[int, set[str]], pack: Callable[[bytes], bytes]
) -> None:
    """A line that breaks off with the file was once counted as malformed, against what is said of `cut_off_line`."""
    fate = fate_of(pack(f"{line(1)}\n{line(2)}\n".encode() + last), "jsonl")
    assert (ids(fate), fate.lines) == (["e1", "e2"] if lines else ["e1", "e2", "e3"], lines)


@pytest.mark.parametrize("bad", ['{"a": 1', "null", "[1]", "7"])
def test_a_line_that_is_no_object_has_no_unknown_columns(fate_of: Callable[..., Any], bad: str) -> None:
    """Each such line once brought a note for every column: the merge patch of nothing is the patch itself."""
    fate = fate_of(f"{bad}\n{line(1)}\n", "jsonl")
    assert (fate.lines, fate.validated.notes) == ({1: {"malformed_json"}}, ())


def test_gzip_and_a_byte_order_mark(fate_of: Callable[..., Any]) -> None:
    text = b"\xef\xbb\xbf" + f"{line(1)}\n{line(2)}\n".encode()
    assert ids(fate_of(gzip.compress(text), "jsonl", name="events.jsonl.gz")) == ["e1", "e2"]


def test_numbers_of_json_are_rounded_and_their_digits_kept(fate_of: Callable[..., Any]) -> None:
    amounts = ["99.60000000000001", "1.5", '"2.25"', "12345678901234.5678", "1e2", "0.00005", "33.2"]
    version = '{{"product_id": "p{}", "updated_at": "2025-11-01T10:00:00Z", "unit_price": {}}}'
    fate = fate_of("\n".join(version.format(n, amount) for n, amount in enumerate(amounts)), "jsonl", "products")
    assert [row["unit_price"] for row in sorted(fate.accepted, key=lambda row: row["product_id"])] == [
        *(Decimal("99.6"), Decimal("1.5"), Decimal("2.25"), Decimal("12345678901234.5678"), Decimal(100)),
        *(Decimal("0.0001"), Decimal("33.2")),
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fields", "reasons"),
    [
        ({"user_id": ["u"]}, {"user_id: wrong_type"}),
        ({"user_id": {"id": 1}}, {"user_id: wrong_type"}),
        ({"user_id": float("nan")}, {"user_id: wrong_type"}),
        ({"user_id": ""}, {"user_id: empty"}),
        ({"user_id": "a\0b"}, {"user_id: nul_byte"}),
        ({"quantity": 1.5}, {"quantity: wrong_type"}),
        ({"quantity": "many", "unit_price": "1.23456"}, {"quantity: wrong_type", "unit_price: wrong_type"}),
        ({"unit_price": -0.5}, {"unit_price: negative"}),
        ({"unit_price": True}, {"unit_price: wrong_type"}),
        ({"unit_price": 1e300}, {"unit_price: wrong_type"}),
        ({"event_timestamp": 1761991200}, {"event_timestamp: wrong_format"}),
        ({"properties": [1]}, {"properties: wrong_type"}),
        ({"properties": "no object"}, {"properties: wrong_type"}),
        ({"event_type": None, "country": "Germany"}, {"event_type: missing", "country: wrong_format"}),
    ],
)
def test_values_of_another_type(fate_of: Callable[..., Any], fields: dict[str, Any], reasons: set[str]) -> None:
    fate = fate_of(f"{line(1)}\n{line(2, **fields)}\n{line(3)}\n", "jsonl")
    assert ids(fate) == ["e1", "e3"]
    assert fate.lines == {2: {*reasons, *({"anonymous_id: missing"} if "user_id" in fields else ())}}


def test_no_line_ends_the_run(fate_of: Callable[..., Any]) -> None:
    """Each of these once did, where it was refused for whatever reason."""
    tokens = ['{"bytes": 1234}', "inf", "1e99999999999999999999", "-5.6e-17", "-1.5e309"]
    rows = [line(n, user_id="@", country="x").replace('"@"', token) for n, token in enumerate(tokens, 2)]
    fate = fate_of("\n".join([line(1), *rows, line(9)]), "jsonl")
    country = {"country: wrong_format"}
    assert ids(fate) == ["e1", "e9"]
    assert fate.lines == {
        2: {"user_id: wrong_type", "anonymous_id: missing"} | country,
        3: {"malformed_json"},
        4: country,
        5: country,
        6: country,
    }


def nested(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


def test_values_of_more_than_500_levels_are_refused(fate_of: Callable[..., Any]) -> None:
    """1,500 levels once ended the run with a RecursionError, where the line was refused for whatever reason."""
    fields = {
        1: ("properties", nested(500)),
        2: ("properties", nested(501)),
        3: ("color", nested(499)),
        4: ("color", nested(500)),
        5: ("color", nested(501)),
        6: ("user_id", "[" * 500 + "]" * 500),
        7: ("properties", nested(1_500)),
        8: ("color", "[" * 1_500),
        9: ("color", json.dumps([{"a": [n]} for n in range(1_000)])),
    }
    rows = [line(n, **{field: "@"}).replace('"@"', value) for n, (field, value) in fields.items()]
    fate = fate_of("\n".join(rows) + "\n", "jsonl")
    assert ids(fate) == ["e1", "e3", "e9"]
    assert fate.lines == {
        2: {"too_deep"},
        4: {"properties: too_deep"},
        5: {"too_deep"},
        6: {"user_id: wrong_type", "anonymous_id: missing"},
        7: {"too_deep"},
        8: {"malformed_json"},
    }
    (whole, field, *_) = (row.reasons[0].message for row in fate.refused)
    assert (whole, field) == (
        "holds a value that is nested in more than 500 levels",
        "is nested in more than 500 levels",
    )


def test_a_line_of_very_many_levels_does_not_end_the_process(tmp_path: Path) -> None:
    """DuckDB recursed into it and the process ended with a segmentation fault, so this runs in one of its own."""
    path = tmp_path / "events.jsonl"
    path.write_text(f"{line(1)}\n" + line(2, color="@").replace('"@"', nested(150_000)) + f"\n{line(3)}\n")
    code = (
        "import sys; from flows.land import land; from flows.settings import load_settings; "
        "from flows.validate import validate; own = load_settings(home=sys.argv[2], max_refused_share=1.0); "
        "print(validate(land([sys.argv[1]], own), own).reasons)"
    )
    command = [sys.executable, "-c", code, str(path), str(tmp_path / "home")]
    told = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT)
    assert (told.returncode, told.stdout) == (0, "{'events: too_deep': 1}\n")


def test_numbers_are_ids_and_objects_properties(fate_of: Callable[..., Any]) -> None:
    fate = fate_of(
        line(1, user_id=54131214, source_session_id=True, quantity=2.0, properties={"a": [1, {"b": None}]}), "jsonl"
    )
    (row,) = fate.accepted
    assert (row["user_id"], row["source_session_id"], row["quantity"]) == ("54131214", "true", 2)
    assert json.loads(row["properties"]) == {"a": [1, {"b": None}]}


def test_unknown_keys_of_any_line_are_folded_into_properties(fate_of: Callable[..., Any]) -> None:
    rows = [
        line(0),
        line(1, color="red"),
        line(2, properties={"a": 1, "n": None}, size={"eu": 43}),
        line(3, shade=None),
    ]
    rows += [line(4, color=1, properties="no object"), line(5, color="x" * 70_000)]
    fate = fate_of("\n".join(rows), "jsonl")
    assert {row["event_id"]: json.loads(row["properties"] or "null") for row in fate.accepted} == {
        "e0": None,
        "e1": {"color": "red"},
        "e2": {"a": 1, "n": None, "size": {"eu": 43}},
        "e3": None,
    }
    assert fate.lines == {5: {"properties: wrong_type"}, 6: {"properties: too_long"}}
    assert [note.split(" is ")[0] for note in fate.validated.notes] == [
        "events: the column color",
        "events: the column size",
    ]


def test_a_note_shows_the_control_characters_of_names_and_cuts_long_ones(fate_of: Callable[..., Any]) -> None:
    """Regression: the escape sequence of a key went to the terminal, where it does what it says."""
    fate = fate_of(line(1, **{"\x1b[2J": 1, "x" * 5000: 2}), "jsonl", name="a\x1b[2J.jsonl")
    fated = "is none of the record and was folded into properties"
    assert fate.validated.notes == (
        rf"events: the column \x1b[2J {fated} (a\x1b[2J.jsonl)",
        rf"events: the column {'x' * 80}… {fated} (a\x1b[2J.jsonl)",
    )


@pytest.mark.parametrize(
    ("properties", "extras", "kept"),
    [
        ({"a": 1, "b": 2}, {"a": None}, {"a": 1, "b": 2}),
        ({"a": 1}, {"a": 2}, {"a": 1}),
        ({"a": None}, {"a": 2}, {"a": None}),
        ({"a": {"b": None}}, {"a": {"b": 2, "c": 3}, "d": [None]}, {"a": {"b": None}, "d": [None]}),
        ({}, {"a": {"b": None}, "c": None}, {"a": {"b": None}}),
        (None, {"a": {"b": None}, "c": None}, {"a": {"b": None}}),
        (None, {"c": None}, None),
        ({"/": 1, "~1": 2}, {"~": 3, "/": 4, "q\"'": "null", "": None}, {"/": 1, "~1": 2, "~": 3, "q\"'": "null"}),
    ],
)
def test_unknown_keys_neither_delete_nor_overwrite_keys_of_the_properties(
    fate_of: Callable[..., Any], properties: Any, extras: dict[str, Any], kept: Any
) -> None:
    """The keys were once merged as a patch, to which a null says that a key is to be deleted."""
    (row,) = fate_of(line(1, properties=properties, **extras), "jsonl").accepted
    assert json.loads(row["properties"] or "null") == kept


def test_of_two_equal_keys_the_first_is_read_by_checks_and_model_alike(fate_of: Callable[..., Any]) -> None:
    rows = ['{"quantity": "x", ' + line(1)[1:], '{"quantity": 7, ' + line(2)[1:-1] + ', "quantity": "x"}']
    fate = fate_of("\n".join(rows), "jsonl")
    assert [(row["event_id"], row["quantity"]) for row in fate.accepted] == [("e2", 7)]
    assert fate.lines == {1: {"quantity: wrong_type"}}


def test_a_comma_before_a_closing_bracket_is_borne_in_a_line_but_not_in_properties(fate_of: Callable[..., Any]) -> None:
    rows = [line(1)[:-1] + ",}", line(2, country="x")[:-1] + ",}", line(3, properties='{"a": 1,}')]
    fate = fate_of("\n".join(rows), "jsonl")
    assert (ids(fate), fate.lines) == (["e1"], {2: {"country: wrong_format"}, 3: {"properties: wrong_type"}})


def test_a_line_that_is_too_long_to_be_a_record(fate_of: Callable[..., Any]) -> None:
    fate = fate_of(f"{line(1)}\n{line(2, page_url='x' * 2_000_000)}\n{line(3)}", "jsonl")
    assert (ids(fate), fate.lines) == (["e1", "e3"], {2: {"too_long"}})


@pytest.mark.slow
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("begin", ["", "\ufeff"])
@pytest.mark.parametrize(("length", "reason"), [(LONGEST, "properties: too_long"), (LONGEST + 1, "too_long")])
def test_the_length_of_a_line_is_that_of_its_row(
    fate_of: Callable[..., Any], end: str, begin: str, length: int, reason: str
) -> None:
    """The carriage return of a line end once counted, and the mark at the begin of the file."""
    long = line(1, color="x" * (length - len(line(1, color=""))))
    fate = fate_of(begin + long + end + line(2) + end, "jsonl")
    assert (ids(fate), fate.lines) == (["e2"], {1: {reason}})


@pytest.mark.parametrize("blank", ["\x0b", "\x0c", " \x0b\t", "\x0c\r"])
def test_a_line_of_blanks_that_json_does_not_know_is_blank(fate_of: Callable[..., Any], blank: str) -> None:
    """DuckDB takes it for no row. Counted as one, it was the end of the whole file."""
    fate = fate_of(f"{line(1)}\n{blank}\n7\n{line(2)}\n", "jsonl")
    assert (ids(fate), fate.lines) == (["e1", "e2"], {3: {"malformed_json"}})


@pytest.mark.parametrize("field", ["event_id", "user_id", "page_url"])
@pytest.mark.parametrize("number", ["-1e400", "1e400"])
def test_a_number_that_no_double_holds_is_text_in_checks_and_model_alike(
    fate_of: Callable[..., Any], field: str, number: str
) -> None:
    """Checks and model once disagreed about those below zero, which ended the run."""
    rows = [line(n, **{field: "@"}, country=country).replace('"@"', number) for n, country in enumerate(["DE", "x"], 1)]
    fate = fate_of("\n".join(rows), "jsonl")
    assert ([row[field] for row in fate.accepted], fate.lines) == ([number], {2: {"country: wrong_format"}})


def test_times_are_read_as_the_page_on_sources_says(fate_of: Callable[..., Any]) -> None:
    read = [
        f"2025-11-01{t}10:00:00{part}{zone}"
        for t in "T "
        for part in ("", ".5")
        for zone in ("", "Z", " UTC", "+02:00")
    ]
    refused = ["2025-11-01T10:00:00" + end for end in ("+0200", "+02", "z", " +02:00", ",5Z", ".1234567Z", " CET")]
    refused += ["2025-11-01T10:00Z", "20251101T100000Z", "2025-11-01t10:00:00Z", "2025-11-01T24:00:00Z", "2025-11-01"]
    rows = [line(number, event_timestamp=time) for number, time in enumerate(read + refused, 1)]
    fate = fate_of("\n".join(rows), "jsonl")
    assert len(ids(fate)) == len(read) == 16
    assert fate.lines == {number: {"event_timestamp: wrong_format"} for number in range(17, len(rows) + 1)}


@pytest.mark.parametrize("key", ['"x"', '"properties": {"x"'])
def test_numbers_with_a_point_in_unknown_keys_and_in_objects_become_doubles(
    fate_of: Callable[..., Any], key: str
) -> None:
    """As the page on sources says; and in `properties` that are a text they stay as they are."""
    end = "}" * key.count("{")
    numbers = {"0.1234567890123456789": "0.12345678901234568", "1.10": "1.1", "1e2": "100.0", "9" * 30: "9" * 30}
    rows = [line(n)[:-1] + f", {key}: {number}{end}}}" for n, number in enumerate(numbers, 1)]
    fate = fate_of("\n".join([*rows, line(5, properties='{"x": 1.10}')]), "jsonl")
    written = [f'{{"x":{number}}}' for number in numbers.values()]
    assert sorted(row["properties"] for row in fate.accepted) == sorted([*written, '{"x": 1.10}'])
