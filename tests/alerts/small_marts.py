"""Marts with no more in them than alerts read, as statements that DuckDB and BigQuery both take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

Sold = dict[date, tuple[int, float]]  # by day: orders, and what they brought in EUR


def marts(sold: Sold) -> Iterator[str]:
    """The statements, for both engines, that make as much of the marts as alerts read; other currencies sell, too."""
    yield "create table marts.fct_orders (order_date date, currency string, purchase_lines int64)"
    yield "create table marts.fct_revenue (event_date date, currency string, net_amount numeric)"
    yield "create table marts.fct_daily_engagement (event_date date, dau int64)"
    for day, (orders, net) in sold.items():
        rows = [f"(date '{day}', 'EUR', 2)"] * orders + [f"(date '{day}', 'EUR', 0)"] * 3
        yield f"insert into marts.fct_orders values {', '.join(rows)}"
        yield f"insert into marts.fct_revenue values (date '{day}', 'EUR', {net - 1}), (date '{day}', 'EUR', 1)"
        yield f"insert into marts.fct_revenue values (date '{day}', 'GBP', 7), (date '{day}', null, 7)"
        yield f"insert into marts.fct_daily_engagement values (date '{day}', 1)"
