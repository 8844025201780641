"""Everything that the dashboards ask, and the only SQL in this folder: the published marts, read-only, cached.

One file for each page; `shop` is what all of them share. The SQL is what DuckDB and BigQuery both take. What is
published is part of every key, so that a publication is seen at once; answers are kept for a bounded time, so that a
page that nobody looks at any more holds no memory.

Every question reads small marts only, rows per day that are bounded by dimensions, never by events; or the ledger,
which grows by some rows a run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import streamlit as st

from dashboards.view import UNKNOWN, Slice

LIFE = "15 minutes"
NO_CATEGORY = "(none)"  # what fct_funnel calls the products whose category is not known
Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")

# Of a table with these three columns: the rows of a slice. To be given the parameters of `of_slice`.
IN_SLICE = f"""(@device is null or coalesce(device_type, '{UNKNOWN}') = @device)
                and (@channel is null or coalesce(channel, '{UNKNOWN}') = @channel)
                and (@country is null or coalesce(country, '{UNKNOWN}') = @country)"""

# Of a table of products' rows: those of a category. To be left out where all are looked at, and given `@category`.
IN_CATEGORY = f"""and product_id in (
                    select product_id
                    from marts.dim_products
                    where coalesce(category_level_1, '{NO_CATEGORY}') = @category
                )"""


def cached(question: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """Keep a question's answers, by what is published and what is asked."""
    return st.cache_data(ttl=LIFE, max_entries=64, show_spinner=False)(question)


def in_category(category: str | None) -> str:
    """The condition for a category, or none; joining all products to all rows takes longer than adding the rows up."""
    return IN_CATEGORY if category else ""


def of_slice(part: Slice) -> dict[str, str | None]:
    """The parameters that `IN_SLICE` stands on."""
    return {"device": part.device, "channel": part.channel, "country": part.country}
