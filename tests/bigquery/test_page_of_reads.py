"""docs/bigquery.md says of each model that is built in part whether it reads some days or a whole history."""

from __future__ import annotations

import re

from flows.settings import PROJECT

# What a build in part of these models still reads in full, beside the days: told on the page with the model.
_BESIDE = {"dim_products", "int_orders"}
_META = re.compile(r"materialized='incremental',\s*meta=(\{.*?\})\s*\)", re.DOTALL)


def built_in_part() -> dict[str, str]:
    """The `meta` of each incremental model, as it stands in its file."""
    texts = {path.stem: path.read_text("utf-8") for path in (PROJECT / "transforms/models").rglob("*.sql")}
    return {name: found[1] for name, text in texts.items() if (found := _META.search(text))}


def looks_for_keys(meta: str) -> bool:
    return "changed_in" in meta and "_date'" not in meta.partition(",")[0]


def test_models_that_look_for_keys_are_told_to_read_in_full_and_the_others_not() -> None:
    page = (
        (PROJECT / "docs/bigquery.md").read_text("utf-8").split("## What a build in part reads\n")[1].split("\n## ")[0]
    )
    days_alone, _, in_full = page.partition("The others look for")
    found = built_in_part()
    by_keys = {name for name, meta in found.items() if looks_for_keys(meta)}
    customers = {"int_customer_values", "int_customer_segments"}
    assert by_keys == {"int_visitor_days", "int_orders", "fct_orders", "dim_users"} | customers
    assert by_keys <= set(re.findall(r"`(\w+)`", in_full))
    told = set(re.findall(r"`(\w+)`", days_alone.partition("insert: ")[2])) - _BESIDE
    assert told == found.keys() - by_keys


def test_no_model_that_is_told_to_read_days_alone_looks_for_keys() -> None:
    for name, meta in built_in_part().items():
        if not looks_for_keys(meta):
            (path,) = (PROJECT / "transforms/models").rglob(f"{name}.sql")
            assert set(re.findall(r"\bchanged\('(\w+)'", path.read_text("utf-8"))) <= {"event_date"}, name
