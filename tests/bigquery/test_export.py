"""`shopflow export` on BigQuery writes the files that it writes of a serving copy, by one capped query each."""

import csv
from pathlib import Path

import duckdb
import pytest

from flows.errors import ExportRefused
from flows.export import export
from flows.warehouse import bigquery_marts
from flows.warehouse.bigquery_marts import BigQueryMarts
from flows.warehouse.bigquery_tables import prepare
from tests.bigquery.laid import Shop
from tests.dashboards.small_shop import TWO_WEEKS

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery")]
MARTS = ("fct_orders", "fct_sessions", "fct_revenue", "dim_users")


def lines(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        names, *rows = csv.reader(text)
    return [names, *sorted(rows)]


def test_files_are_those_of_a_serving_copy_page_by_page(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shop.publish(TWO_WEEKS)
    folder = tmp_path / "serving"
    folder.mkdir()
    (folder / "current.duckdb").symlink_to(copy)
    on_duckdb = shop.settings.model_copy(update={"target": "duckdb", "home": tmp_path})
    monkeypatch.setattr(bigquery_marts, "AT_ONCE", 2)
    for mart in MARTS:
        for format in ("csv", "parquet"):
            ours, theirs = tmp_path / f"ours.{format}", tmp_path / f"theirs.{format}"
            assert export(mart, on_duckdb, ours)[1] == export(mart, shop.settings, theirs)[1]
            if format == "csv":
                assert lines(theirs) == lines(ours)
            else:
                kinds = [duckdb.sql(f"describe from '{file}'").fetchall() for file in (ours, theirs)]
                assert kinds[0] == kinds[1]
                for one, other in ((ours, theirs), (theirs, ours)):
                    assert duckdb.sql(f"from '{one}' except all from '{other}'").fetchall() == []
    _, pages = BigQueryMarts(shop.settings).pages("fct_orders")
    assert [len(page) for page in pages if page] == [2, 2, 1]


def test_before_anything_is_published_it_says_what_to_run(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(ExportRefused, match="nothing was published yet"):
        export("fct_orders", shop.settings, tmp_path)
    prepare(shop.jobs)
    with pytest.raises(ExportRefused, match="nothing was published yet"):
        export("fct_orders", shop.settings, tmp_path)
    shop.publish(TWO_WEEKS)
    with pytest.raises(ExportRefused, match="there is no mart no; there are dim_date"):
        export("no", shop.settings, tmp_path)
