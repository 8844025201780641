"""The LookML in the repository is the current one, and names only what there is."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import lkml
import pytest
import yaml

from flows.builds.project import parsed
from flows.errors import SettingsError
from flows.looker.generate import FOLDER, METRICS, lookml, write
from flows.looker.marts import Column, Join, Mart, marts_of
from flows.looker.views import field_names, view_of
from flows.settings import Settings

KETTLES = Mart(
    "fct_kettles",
    "One row is one kettle.",
    (
        Column("kettle_id", "string", "Its id."),
        Column("sold", "int64", ""),
        Column("price_amount", "numeric(18,4)", ""),
        Column("made_date", "date", ""),
        Column("made_at", "timestamp", ""),
        Column("is_blue", "boolean", ""),
    ),
    ("kettle_id",),
    (Join("kettle_id", "dim_kettles", "kettle_id"),),
)


def metric(measure: str, unit: str = "count") -> dict[str, Any]:
    return {"label": "Sold", "text": "Sold.", "unit": unit, "measure": measure}


def read(path: Path) -> Any:
    return lkml.load(path.read_text("utf-8"))


def explores(folder: Path = FOLDER) -> dict[str, set[str]]:
    """Of each explore the fields that it offers, as dashboards name them."""
    views = {path.name.split(".")[0]: read(path)["views"][0] for path in (folder / "views").glob("*.view.lkml")}
    fields = {name: {f"{name}.{field}" for field in field_names(view)} for name, view in views.items()}
    found = {}
    for explore in read(folder / "shopflow.model.lkml")["explores"]:
        joined = [join["name"] for join in explore.get("joins", [])]
        found[explore["name"]] = set().union(*(fields[name] for name in [explore["name"], *joined]))
    return found


def unknown_fields(dashboard: Any) -> set[str]:
    """Every field that a dashboard names and its explore does not have."""
    offered, found = explores(), set()
    for element in dashboard["elements"]:
        sorts = [sort.removesuffix(" desc") for sort in element.get("sorts", [])]
        named = {*element["fields"], *sorts, *element.get("hidden_fields", []), *element["listen"].values()}
        found |= named - offered[element["explore"]]
    for asked in dashboard["filters"]:
        found |= {asked["field"]} - offered[asked["explore"]] if "field" in asked else set()
    return found


@pytest.mark.slow
def test_the_lookml_is_current(settings: Settings) -> None:
    made = lookml(marts_of(parsed(settings)), yaml.safe_load(METRICS.read_text("utf-8")))
    lying = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.lkml")}
    assert lying - set(made) == {"manifest.lkml", "refinements/own.lkml"}
    different = [name for name, text in made.items() if (FOLDER / name).read_text("utf-8") != text]
    assert different == [], "dashboards/looker is not current: run make docs"


def test_a_dashboard_names_only_fields_that_there_are() -> None:
    (path,) = (FOLDER / "dashboards").glob("*.dashboard.lookml")
    (dashboard,) = yaml.safe_load(path.read_text("utf-8"))
    assert unknown_fields(dashboard) == set()
    dashboard["elements"][0]["fields"].append("fct_revenue.gone")
    assert unknown_fields(dashboard) == {"fct_revenue.gone"}


def test_every_field_and_constant_that_lookml_refers_to_is_there() -> None:
    constants = {constant["name"] for constant in read(FOLDER / "manifest.lkml")["constants"]}
    for path in (FOLDER / "views").glob("*.view.lkml"):
        view = read(path)["views"][0]
        names = field_names(view)
        assert [name for name, times in Counter(names).items() if times > 1] == [], path.name
        assert set(re.findall(r"\$\{(\w+)\}", str(view))) - {"TABLE"} <= set(names), path.name
        assert set(re.findall(r"@\{(\w+)\}", path.read_text("utf-8"))) <= constants


def test_a_measure_is_made_of_the_columns_that_its_metric_names() -> None:
    for name, told in yaml.safe_load(METRICS.read_text("utf-8")).items():
        measure = told.get("measure", "")
        assert set(re.findall(r"\w+\.\w+", measure)) <= set(told["columns"]), name
        marts = {column.split(".")[0] for column in told["columns"]}
        assert {f"{mart}.{where}" for where in re.findall(r"where (\w+)", measure) for mart in marts} <= set(
            told["columns"]
        ), name


def test_every_mart_has_a_view_with_its_columns_and_one_key() -> None:
    models = [
        model
        for path in (FOLDER.parents[1] / "transforms" / "models" / "marts").glob("*.yml")
        for model in yaml.safe_load(path.read_text("utf-8"))["models"]
    ]
    for model in models:
        view = read(FOLDER / "views" / f"{model['name']}.view.lkml")["views"][0]
        columns = {column["name"] for column in model["columns"]}
        told = view["dimensions"] + view.get("dimension_groups", [])
        assert {field["sql"].removeprefix("${TABLE}.") for field in told if field["name"] != "row_key"} == columns
        assert len([field for field in view["dimensions"] if "primary_key" in field]) <= 1


def test_a_view_has_types_a_key_and_names_that_do_not_clash() -> None:
    of_none = {"label": "Blue", "text": "Blue.", "unit": "count"}
    view = view_of(KETTLES, {"sold": metric("sum(fct_kettles.sold)"), "is_blue": of_none})
    assert [(field["name"], field["type"]) for field in view["dimensions"]] == [
        ("kettle_id", "string"),
        ("sold_of_row", "number"),
        ("price_amount", "number"),
        ("is_blue", "yesno"),
    ]
    assert view["dimensions"][0]["primary_key"] == "yes"
    assert [group["name"] for group in view["dimension_groups"]] == ["made", "made_at"]
    assert [(field["name"], field["type"]) for field in view["measures"]] == [("sold", "sum"), ("rows", "count")]


def test_a_key_of_several_columns_tells_null_from_an_empty_text() -> None:
    import duckdb

    mart = Mart("m", "", KETTLES.columns[:2], ("kettle_id", "sold"))
    sql = view_of(mart, {})["dimensions"][0]["sql"].replace("${TABLE}.", "")
    rows = "(values ('', 1), (null, 1), ('', null), ('a', 1)) m(kettle_id, sold)"
    assert duckdb.sql(f"select count(distinct {sql}) from {rows}").fetchone() == (4,)


def test_a_measure_divides_hidden_sums_and_not_by_zero() -> None:
    told = "(sum(fct_kettles.price_amount) - sum(fct_kettles.sold)) / count_distinct(fct_kettles.kettle_id where sold)"
    average, *parts, _ = view_of(KETTLES, {"average": metric(told, "money")})["measures"]
    assert average["sql"] == (
        "1.0 * (${total_price_amount} - ${total_sold}) / nullif(${different_kettle_id_where_sold}, 0)"
    )
    assert average["description"] == "Sold. Only within one currency: filter or group by it."
    assert parts[0]["sql"] == "case when ${sold} > 0 then ${kettle_id} end"
    assert {part["hidden"] for part in parts} == {"yes"}


@pytest.mark.parametrize(
    "measure", ["median(fct_kettles.sold)", "sum(fct_kettles.sold) / sum(fct_pots.sold)", "sum(fct_kettles.gone)"]
)
def test_a_measure_that_cannot_be_made_is_one_sentence(measure: str) -> None:
    with pytest.raises(SettingsError, match=r"metrics\.yml"):
        view_of(KETTLES, {"odd": metric(measure)})


def test_the_view_of_a_mart_that_is_gone_is_deleted_and_what_is_made_by_hand_stays(tmp_path: Path) -> None:
    old, own = tmp_path / "views" / "fct_pots.view.lkml", tmp_path / "refinements" / "own.lkml"
    for path in (old, own):
        path.parent.mkdir()
        path.write_text("# old")
    kettles = Mart("dim_kettles", "", KETTLES.columns[:1], ("kettle_id",))
    write(lookml([KETTLES, kettles], {}), tmp_path)
    assert not old.exists()
    assert own.read_text() == "# old"
    assert explores(tmp_path)["fct_kettles"] >= {"dim_kettles.kettle_id", "fct_kettles.made_date", "fct_kettles.rows"}
