"""Which files are found behind the paths that a user gives."""

import os
import re
from pathlib import Path

import pytest

from flows.sources.files import as_pattern, find

ODD_NAMES = [
    "sales [2025].csv",
    "all*.csv",
    "what?.csv",
    'it\'s "quoted"; drop table events;--.csv',
    "größe ñ 東京 🛒.csv",
    " leading and trailing .csv",
    "line\nbreak.csv",
    "back\\slash.csv",
    "{a,b}%20#&$HOME.csv",
    "~tilde.csv",
    "-dash.csv",
]


def made(folder: Path, *names: str) -> list[Path]:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"content of {name}")
    return [folder / name for name in names]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_path_that_exists_is_taken_as_it_is_written(tmp_path: Path, name: str) -> None:
    made(tmp_path, name, "sales 2.csv", "all1.csv", "what1.csv")
    assert find([tmp_path / name]) == ([tmp_path / name], [])


def test_a_relative_path_that_begins_with_a_tilde_or_a_dash_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path, "~tilde.csv", "-dash.csv")
    monkeypatch.chdir(tmp_path)
    assert find(["~tilde.csv", "-dash.csv"]) == ([Path("-dash.csv"), Path("~tilde.csv")], [])


def test_a_glob_is_expanded_here_and_an_existing_path_wins_over_its_reading_as_one(tmp_path: Path) -> None:
    a, b, literal = made(tmp_path, "a1.csv", "deep/er/a2.csv", "a[1].csv")
    assert find([f"{tmp_path}/a*.csv"])[0] == [a, literal]
    assert find([f"{tmp_path}/**/a?.csv"])[0] == [a, b]
    assert find([f"{tmp_path}/a[1].csv"])[0] == [literal]
    literal.unlink()
    assert find([f"{tmp_path}/a[1].csv"])[0] == [a]


def test_a_folder_stands_for_all_files_below_it_but_for_those_that_lie_beside_data(tmp_path: Path) -> None:
    wanted = made(tmp_path, "a.csv", "b/c/d.jsonl", "b/e.parquet", "no_suffix")
    made(tmp_path, ".DS_Store", "_SUCCESS", "b/.part.crc", "b/x.csv.crc", "up.csv.tmp", "README.md", ".git/config")
    made(tmp_path, "_temporary/0/part.csv", "b/x.csv.part", "b/__MACOSX/a.csv")
    assert find([tmp_path]) == (sorted(wanted, key=str), [])
    assert find([f"{tmp_path}/*"]) == (sorted(wanted, key=str), [])


def test_a_file_beside_data_is_read_where_it_is_named_outright(tmp_path: Path) -> None:
    named = made(tmp_path, ".hidden.csv", "upload.tmp")
    assert find(named) == (named, [])


def test_a_file_reached_twice_is_found_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (file,) = made(tmp_path, "in/a.csv")
    (tmp_path / "in/link.csv").symlink_to(file)
    (tmp_path / "again").symlink_to(tmp_path / "in")
    monkeypatch.chdir(tmp_path)
    found, refused = find([file, tmp_path, f"{tmp_path}/in/*.csv", "in/../in/a.csv", tmp_path / "in/link.csv"])
    assert [os.path.realpath(path) for path in found] == [str(file)]
    assert refused == []


def test_links_that_lead_in_a_circle_end(tmp_path: Path) -> None:
    (file,) = made(tmp_path, "in/a.csv")
    (tmp_path / "in/up").symlink_to(tmp_path)
    assert find([tmp_path / "in"]) == ([file], [])


def test_the_order_in_which_sources_are_given_does_not_matter(tmp_path: Path) -> None:
    files = made(tmp_path, "b.csv", "a.csv", "c/d.csv")
    assert find(files) == find(reversed(files)) == (sorted(files), [])


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("{here}/novmber", r"novmber does not exist, did you mean .*/november\?"),
        ("{here}/november/event.csv", r"event.csv does not exist, did you mean .*/november/events\.csv\?"),
        ("{here}/novmber/events.csv", r"events.csv does not exist, did you mean .*/november\?"),
        ("{here}/zzz/qqq/events.csv", r"events.csv does not exist: there is no folder .*/zzz"),
        ("{here}/qqqqqq", r"qqqqqq does not exist"),
        ("{here}/november/events.csv/x", r"x does not exist: .*/events\.csv is a file, not a folder"),
        ("{here}/*.jsonl", r"\*\.jsonl matches nothing"),
        ("{here}/only_beside/*", r"\* matches nothing but README\.md"),
        ("{here}/only_beside", r"only_beside is a folder with no files to read, only README\.md"),
        ("{here}/bare", r"bare is a folder with no files"),
        ("{here}/dangling.csv", r"dangling\.csv is a link to .*/gone\.csv, which does not exist"),
        ("{here}/round.csv", r"round\.csv cannot be read: Too many levels of symbolic links"),
        ("gs://bucket/events.csv", r"gs://bucket/events\.csv is an address, .*copy it here first"),
        ("", r"'' is an empty path: name a file, a folder or a glob"),
        ("  ", r"'  ' is an empty path: name a file, a folder or a glob"),
        ("a\0b", r"a\\x00b cannot be a path: it holds a NUL byte"),
        ("{here}/" + "long" * 100, r"(long){100} does not exist"),
        ("~nobody_of_this_name/x", r"~nobody_of_this_name/x does not exist: there is no folder ~nobody_of_this_name"),
    ],
)
def test_what_leads_nowhere_is_refused_with_a_sentence(tmp_path: Path, source: str, sentence: str) -> None:
    made(tmp_path, "november/events.csv", "only_beside/README.md")
    (tmp_path / "bare").mkdir()
    (tmp_path / "dangling.csv").symlink_to(tmp_path / "gone.csv")
    (tmp_path / "round.csv").symlink_to(tmp_path / "round.csv")
    found, refused = find([source.replace("{here}", str(tmp_path))])
    assert found == []
    assert len(refused) == 1
    assert re.search(rf"{sentence}$", f"{refused[0].path} {refused[0].reason}")


def test_a_dangling_link_in_a_folder_does_not_hide_its_neighbours(tmp_path: Path) -> None:
    files = made(tmp_path, "a.csv", "z.csv")
    (tmp_path / "m.csv").symlink_to(tmp_path / "gone.csv")
    found, refused = find([tmp_path])
    assert found == files
    assert [file.path for file in refused] == [str(tmp_path / "m.csv")]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_duckdb_opens_a_pattern_as_that_one_file(tmp_path: Path, name: str) -> None:
    import duckdb

    made(tmp_path, name, "sales 2.csv", "sales 5.csv", "all1.csv", "what1.csv")
    rows = duckdb.connect().execute("select content from read_text(?)", [as_pattern(tmp_path / name)]).fetchall()
    assert rows == [(f"content of {name}",)]
