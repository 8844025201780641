"""Files that are no use, among good ones: each gets one sentence, the others are taken in."""

import gzip
import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from flows.land import land
from flows.settings import load_settings
from flows.validate import validate

Good = Callable[..., list[dict[str, str]]]
Nobody = Callable[[], AbstractContextManager[None]]
HEADER = "event_id,event_type,event_timestamp,anonymous_id,user_id,product_id,unit_price\n"


def of_csv(rows: list[dict[str, str]]) -> str:
    return HEADER + "".join(",".join(row.values()) + "\n" for row in rows)


def test_no_files_at_all(shop: Any) -> None:
    assert shop.fails(shop.inbox / "*.csv") == f"{shop.inbox}/*.csv matches nothing"
    assert shop.fails(shop.inbox / "gone.csv") == f"{shop.inbox}/gone.csv does not exist"


def test_a_folder_without_files(shop: Any) -> None:
    assert shop.fails() == f"{shop.inbox} is a folder with no files"
    shop.drop("README.md", "what lies here")
    shop.drop("_SUCCESS", "")
    assert shop.fails() == f"{shop.inbox} is a folder with no files to read, only README.md, _SUCCESS"


def test_a_folder_is_taken_in_with_all_below_it(shop: Any, good: Good) -> None:
    shop.drop("2025/11/01.csv", of_csv(good(2, "a")))
    shop.drop("2025/11/02.csv", of_csv(good(2, "b")))
    outcome = shop.take(rows=4)
    assert outcome.ids == {"a0", "a1", "b0", "b1"}


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", "is empty: there is nothing to load"),
        ("a.csv", b"\n\n", "is empty: it holds nothing but blanks"),
        ("a.csv.gz", gzip.compress(b"", mtime=0), "is empty inside of its gzip: there is nothing to load"),
        ("a.parquet", b"PAR1" + b"x" * 500, "ends before its Parquet footer: it is cut off, get the file again"),
        (
            "a.csv.gz",
            gzip.compress(HEADER.encode() + random.Random(7).randbytes(100_000).hex().encode(), mtime=0)[:-20],
            "is cut off before the end of its gzip: get the file again",
        ),
        ("a.bin", bytes(range(256)), "is binary and neither Parquet nor gzip: write it as Parquet, JSON lines or CSV"),
        ("a.csv", HEADER.encode("utf-16"), "is encoded as UTF-16: save it as UTF-8"),
        (
            "a.csv",
            HEADER.replace("user_id", "käufer").encode("latin-1"),
            "is not encoded as UTF-8: its first line holds other bytes; save it as UTF-8",
        ),
        ("a.csv.gz", HEADER.encode(), "is called .gz but is not gzip: take the suffix away, or compress it"),
        (
            "a.csv.gz",
            gzip.compress(HEADER.encode(), mtime=0)[:-8] + b"12345678",
            "is damaged inside of its gzip: get the file again",
        ),
    ],
    ids=[
        *(
            "empty",
            "blank",
            "empty gzip",
            "truncated parquet",
            "truncated gzip",
            "binary",
            "UTF-16",
            "header in Latin-1",
        ),
        *("no gzip", "damaged gzip"),
    ],
)
def test_a_file_that_is_no_use(shop: Any, good: Good, name: str, content: bytes, sentence: str) -> None:
    path = shop.drop(name, content)
    assert shop.fails() == f"{path} {sentence}"
    shop.drop("good.csv", of_csv(good(3)))
    outcome = shop.take(rows=3)
    assert outcome.sentences == [f"{path} {sentence}"]
    assert outcome.ids == {"good0", "good1", "good2"}


def test_a_file_that_may_not_be_read(shop: Any, good: Good, open_folder: Path, as_nobody: Nobody) -> None:
    secret, fine = open_folder / "secret.csv", open_folder / "fine.csv"
    closed = open_folder / "closed"
    for path in (secret, fine):
        path.write_text(of_csv(good(3)))
    secret.chmod(0)
    closed.mkdir(mode=0)
    home = open_folder / "home"
    home.mkdir()
    home.chmod(0o777)
    settings = load_settings(home=home)
    with as_nobody():
        assert shop.fails(secret, settings=settings) == f"{secret} cannot be read: Permission denied"
        outcome = shop.take(secret, closed, closed / "x.csv", fine, rows=3, settings=settings)
    assert outcome.sentences == [
        f"{closed} is a folder that cannot be listed: Permission denied",
        f"{closed}/x.csv cannot be reached: Permission denied",
        f"{secret} cannot be read: Permission denied",
    ]
    assert len(outcome.ids) == 3


def test_csv_whose_last_line_is_cut_off(shop: Any, good: Good) -> None:
    shop.drop("a.csv", of_csv(good(3))[:-30])
    outcome = shop.take(rows=3)
    assert outcome.ids == {"good0", "good1"}
    assert outcome.reasons == {"events: cut_off_line": 1}


def test_json_lines_whose_last_line_is_cut_off(shop: Any, good: Good) -> None:
    path = shop.drop_rows("a.jsonl", good(3))
    path.write_bytes(path.read_bytes()[:-30])
    outcome = shop.take(rows=3)
    assert outcome.ids == {"good0", "good1"}
    assert outcome.reasons == {"events: cut_off_line": 1}


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_rows_in_another_encoding_are_refused_and_the_others_taken(shop: Any, good: Good, name: str) -> None:
    rows = [*good(2, "a"), *good(1, "latin", user_id="Zoë"), *good(2, "b")]
    path = shop.drop_rows(name, rows)
    path.write_bytes(path.read_bytes().replace("Zoë".encode(), "Zoë".encode("latin-1")))
    outcome = shop.take(rows=5)
    assert outcome.ids == {"a0", "a1", "b0", "b1"}
    assert outcome.reasons == {"events: bad_encoding": 1}


def test_parquet_that_is_damaged_between_its_ends(shop: Any, good: Good) -> None:
    """Its footer is whole, so that it lands; what is wrong shows only when its pages are read."""
    shop.drop_rows("good.csv", good(3))
    path = shop.drop_rows("a.parquet", [*good(2000, "p")])
    content = bytearray(path.read_bytes())
    content[4:2000] = bytes(1996)
    path.write_bytes(content)
    assert f"{path}" in shop.fails(path)


def test_json_lines_with_lines_that_are_no_objects(shop: Any, good: Good) -> None:
    path = shop.drop_rows("a.jsonl", good(2))
    with path.open("a") as more:
        more.write('[1, 2]\n"text"\n42\nnull\n{"a": \n\n')
    outcome = shop.take(rows=7)
    assert outcome.ids == {"good0", "good1"}
    assert sum(outcome.reasons.values()) == 5


def test_csv_with_too_few_and_too_many_fields_and_broken_quotes(shop: Any, good: Good) -> None:
    lines = of_csv(good(4)).splitlines()
    lines[2] = "few,product_view"
    lines[3] += ",more,and more"
    lines[4] = 'quote,"product_view"x,2025-11-01T10:00:00Z,a,u,p1,1'
    shop.drop("a.csv", "\n".join(lines) + "\n")
    outcome = shop.take(rows=4)
    assert outcome.ids == {"good0"}
    assert outcome.reasons == {"events: cut_off_line": 1, "events: too_many_fields": 1, "events: broken_quotes": 1}


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_a_byte_order_mark_is_no_part_of_the_first_column(shop: Any, good: Good, name: str, packed: bool) -> None:
    path = shop.drop_rows(name, good(3))
    marked = b"\xef\xbb\xbf" + path.read_bytes()
    path.write_bytes(gzip.compress(marked) if packed else marked)
    outcome = shop.take(rows=3)
    assert outcome.ids == {"good0", "good1", "good2"}
    assert outcome.quarantined == []


@pytest.mark.parametrize("made", ["a.csv", "a.jsonl", "a.parquet"])
@pytest.mark.parametrize("called", ["a", "a.csv", "a.json", "a.parquet", "a.zst", "a.txt"])
def test_a_misleading_suffix_does_not_mislead(shop: Any, good: Good, made: str, called: str) -> None:
    path = shop.drop_rows(made, good(3))
    path.rename(shop.inbox / called)
    assert shop.take(rows=3).ids == {"good0", "good1", "good2"}


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_gzip_of_many_members_is_read_to_its_end(shop: Any, good: Good, name: str) -> None:
    path = shop.drop_rows(name, good(500))
    content = path.read_bytes()
    path.write_bytes(b"".join(gzip.compress(content[at : at + 1000]) for at in range(0, len(content), 1000)))
    assert len(shop.take(rows=500).ids) == 500


def test_a_file_that_vanishes_after_landing(shop: Any, good: Good) -> None:
    shop.drop_rows("good.csv", good(3))
    batch = land([shop.drop_rows("gone.csv", good(3, "b")), shop.inbox], shop.settings)
    (shop.inbox / "gone.csv").unlink()
    validated = validate(batch, shop.settings)
    assert [count.accepted for count in validated.counts] == [3]
    assert [file.path for file in validated.batch.refused_files] == [str(shop.inbox / "gone.csv")]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_line_ends_of_all_systems(shop: Any, good: Good, line_end: str) -> None:
    shop.drop("a.csv", of_csv(good(3)).replace("\n", line_end))
    assert shop.take(rows=3).ids == {"good0", "good1", "good2"}


def test_line_ends_of_old_macs(shop: Any, good: Good) -> None:
    path = shop.drop("a.csv", of_csv(good(3)).replace("\n", "\r"))
    assert (
        shop.fails() == f"{path} ends its lines as old Macs did, with a carriage return alone: save it with line feeds"
    )


def test_a_share_of_refused_rows_above_the_limit_stops_the_batch(shop: Any, good: Good, tmp_path: Path) -> None:
    shop.drop_rows("a.csv", [*good(18), *good(2, "bad", unit_price="free")])
    settings = load_settings(home=tmp_path / "home", max_refused_share=0.05)
    sentence = shop.fails(settings=settings)
    assert "10" in sentence
    assert "5" in sentence
    assert len(list(settings.lake_folder.glob("quarantine/**/*.parquet"))) == 1
