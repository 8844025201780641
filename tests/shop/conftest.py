"""One small shop for all tests of its marginals, and DuckDB to look at it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.generate import generate
from flows.shop.generated import Generated

Ask = Callable[[str], list[tuple[Any, ...]]]

SESSIONS = """
create table sessions as
with marked as (
    select *, coalesce(event_timestamp - lag(event_timestamp) over visitor > interval 30 minute, true) as is_first
    from (
        select *, coalesce('u:' || user_id, 'a:' || anonymous_id) as visitor_id from events where event_type <> 'refund'
    )
    window visitor as (partition by visitor_id order by event_timestamp, event_id)
),
numbered as (
    select *, sum(is_first::int) over (visitor rows unbounded preceding) as n
    from marked
    window visitor as (partition by visitor_id order by event_timestamp, event_id)
)
select
    visitor_id,
    min(event_timestamp) as started_at,
    max(event_timestamp) as ended_at,
    any_value(device_type) as device,
    bool_or(event_type = 'add_to_cart') as has_cart,
    bool_or(event_type = 'purchase') as buys
from numbered
group by visitor_id, n
"""


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    """The default month with 20,000 events in Parquet."""
    return generate(tmp_path_factory.mktemp("shop") / "files", events=20_000)


@pytest.fixture(scope="session")
def ask(shop: Generated) -> Ask:
    """Rows of a query over events, users, products, and sessions by the half-hour rule."""
    con = duckdb.connect()
    for table in ("events", "users", "products"):
        con.execute(f"create view {table} as from read_parquet('{shop.out}/{table}*.parquet')")
    con.execute(SESSIONS)
    return lambda query: con.sql(query).fetchall()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that is not there yet."""
    return tmp_path / "shop"
