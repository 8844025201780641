"""`shopflow export`: a published mart as a file that is whole, holds no formula, and replaces what stood there last."""

import csv
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import duckdb
import pyarrow.parquet
import pytest

from flows import export as verb
from flows.commands.export import export_mart
from flows.errors import ExportRefused, StorageError, WarehouseError
from flows.export import export
from flows.settings import Settings, load_settings
from flows.warehouse.duck_marts import DuckMarts
from tests.dashboards.conftest import publish_to
from tests.dashboards.small_shop import TWO_WEEKS

FORMULAS = [{"product_id": key, "product_name": f"{key}HYPERLINK(1)"} for key in ("=", "+", "-", "@", "\t", "\r", "\n")]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A published shop, seen from an empty folder."""
    monkeypatch.setenv("SHOPFLOW_HOME", str(tmp_path / "home"))
    folder = tmp_path / "at hand"
    folder.mkdir()
    monkeypatch.chdir(folder)
    settings = load_settings()
    publish_to(settings, TWO_WEEKS | {"dim_products": [*TWO_WEEKS["dim_products"], *FORMULAS]})
    return settings


def read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def at_hand() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


def test_a_mart_is_a_csv_file_of_its_name_in_the_folder_at_hand(
    shop: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    export_mart("fct_revenue", None, None)
    assert at_hand() == ["fct_revenue.csv"]
    rows = read(Path("fct_revenue.csv"))
    assert [row["net_amount"] for row in rows if row["currency"] == "GBP"] == ["5.0000"]
    assert {row["event_date"] for row in rows} == {"2025-11-02", "2025-11-10", "2025-11-14"}
    size = Path("fct_revenue.csv").stat().st_size
    assert capsys.readouterr().out == f"6 rows of fct_revenue written to fct_revenue.csv, {size} bytes\n"


def test_text_that_a_spreadsheet_would_take_for_a_formula_is_text(shop: Settings) -> None:
    export("dim_products", shop)
    names = [row["product_name"] for row in read(Path("dim_products.csv"))]
    plain = [row.get("product_name") or "" for row in TWO_WEEKS["dim_products"]]
    assert "Kettle" in plain
    assert sorted(names) == sorted([*plain, *(f"'{row['product_name']}" for row in FORMULAS)])


def test_parquet_keeps_the_types_and_says_that_instants_are_utc(shop: Settings) -> None:
    assert export("fct_sessions", shop, Path("s.parquet")) == (Path("s.parquet"), 6)
    table = pyarrow.parquet.read_table("s.parquet")
    with duckdb.connect(shop.serving / "current.duckdb", read_only=True) as connection:
        columns = connection.execute("select column_name from (describe marts.fct_sessions)").fetchall()
    assert table.column_names == [name for (name,) in columns]
    (bob,) = [row for row in table.to_pylist() if row["session_id"] == "u:bob2"]
    assert (bob["session_date"], bob["is_converted"], bob["events"]) == (date(2025, 11, 2), True, 6)
    assert bob["session_started_at"] == datetime(2025, 11, 2, 12, tzinfo=UTC)
    export("fct_orders", shop, Path("o.pq"))
    orders = pyarrow.parquet.read_table("o.pq")
    assert f"{orders.schema.field('gross_amount').type}" == "decimal128(18, 4)"
    assert sum(orders["gross_amount"].to_pylist()) == Decimal("205.1000")


@pytest.mark.parametrize(
    ("out", "format", "file", "is_parquet"),
    [
        (None, "parquet", "fct_orders.parquet", True),
        (Path("o.PARQUET"), None, "o.PARQUET", True),
        (Path("o.txt"), "csv", "o.txt", False),
        (Path("o.csv"), "parquet", "o.csv", True),
        (Path("sub"), None, "sub/fct_orders.csv", False),
    ],
)
def test_the_format_is_what_is_asked_for_else_as_the_name_ends(
    shop: Settings, out: Path | None, format: str | None, file: str, is_parquet: bool
) -> None:
    Path("sub").mkdir()
    assert export("fct_orders", shop, out, format) == (Path(file), 5)
    assert (Path(file).read_bytes()[:4] == b"PAR1") is is_parquet


@pytest.mark.parametrize(
    ("mart", "out", "format", "error", "said"),
    [
        ("fct_order", None, None, ExportRefused, r"there is no mart fct_order; there are dim_date, .*, fct_sessions"),
        ("../fct_orders", None, None, ExportRefused, r"there is no mart \.\./fct_orders; "),
        ("fct_orders", None, "xlsx", ExportRefused, "xlsx is not a format; there are csv, parquet"),
        ("fct_orders", Path("o.xlsx"), None, ExportRefused, r"o\.xlsx does not end in .*--format"),
        ("fct_orders", Path("no/o.csv"), None, StorageError, r"no/o\.csv was not written: there is no folder no"),
        ("fct_orders", Path("/dev/null"), "csv", StorageError, "/dev/null was not written: it is not a file"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_leaves_no_file(
    shop: Settings, mart: str, out: Path | None, format: str | None, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said) as told:
        export(mart, shop, out, format)
    assert "\n" not in str(told.value)
    assert at_hand() == []


def test_before_the_first_publication_it_says_what_to_run(settings: Settings) -> None:
    with pytest.raises(ExportRefused, match=r"nothing was published yet: `shopflow run`"):
        export("fct_orders", settings)
    publish_to(settings, {})
    with duckdb.connect(settings.serving / "current.duckdb") as connection:
        connection.execute("drop schema marts cascade")
    with pytest.raises(ExportRefused, match=r"nothing was published yet: `shopflow run`"):
        export("fct_orders", settings)


def test_a_file_is_replaced_when_the_new_one_is_whole_and_not_before(
    shop: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("o.csv").write_text("before")
    Path("link.csv").symlink_to("o.csv")
    really = DuckMarts.pages

    def cut_off(marts: DuckMarts, mart: str) -> Any:
        names, pages = really(marts, mart)

        def some() -> Any:
            yield next(pages)
            raise WarehouseError("gone")

        return names, some()

    with monkeypatch.context() as patch:
        patch.setattr(DuckMarts, "pages", cut_off)
        with pytest.raises(WarehouseError, match="gone"):
            export("fct_orders", shop, Path("link.csv"))
    assert Path("o.csv").read_text() == "before"
    assert at_hand() == ["link.csv", "o.csv"]
    export("fct_orders", shop, Path("link.csv"))
    assert len(read(Path("o.csv"))) == 5
    assert Path("link.csv").is_symlink()
    assert at_hand() == ["link.csv", "o.csv"]


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_a_disk_that_takes_no_more_is_one_sentence_and_the_old_file_stays(
    shop: Settings, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    def full(_: Path) -> NoReturn:
        raise OSError(28, "No space left on device")

    Path("o").write_text("before")
    monkeypatch.setattr(verb, "to_disk", full)
    with pytest.raises(StorageError, match="o was not written: No space left on device"):
        export("fct_orders", shop, Path("o"), format)
    assert Path("o").read_text() == "before"
    assert at_hand() == ["o"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_one_sentence(shop: Settings) -> None:
    Path("shut").mkdir(mode=0o500)
    for format in ("csv", "parquet"):
        with pytest.raises(StorageError, match="shut"):
            export("fct_orders", shop, Path("shut"), format)


def test_a_published_copy_is_only_read_and_a_run_may_go_on_meanwhile(shop: Settings) -> None:
    before = {path.name: path.read_bytes() for path in shop.serving.iterdir()}
    with duckdb.connect(shop.warehouse_path):  # as a run holds it
        export("fct_orders", shop)
    assert {path.name: path.read_bytes() for path in shop.serving.iterdir()} == before


def test_the_command_says_what_is_wrong_on_stderr_and_ends_with_its_code(shop: Settings) -> None:
    command = [sys.executable, "-m", "flows", "export", "fct_order"]
    environment = {**os.environ, "PYTHONPATH": str(Path(verb.__file__).parents[1])}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("shopflow: there is no mart fct_order; there are ")
    assert len(done.stderr.splitlines()) == 1


def test_a_mart_of_many_pages_goes_through_memory_some_rows_at_a_time(
    shop: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.warehouse.duck_marts.AT_ONCE", 2)
    marts = DuckMarts(shop, (shop.serving / "current.duckdb").resolve())
    _, pages = marts.pages("fct_revenue")
    assert [len(page) for page in pages] == [2, 2, 2]
    marts.close()
    export("fct_revenue", shop)
    assert len(read(Path("fct_revenue.csv"))) == 6
