"""Two small warehouses: every row and column that differs is counted once, and none that does not."""

from pathlib import Path

import duckdb
import pytest

from flows.differences.found import MartDifference
from flows.settings import load_settings
from flows.warehouse.duck_compare import compared, set_aside

BEFORE = """
    create table marts.orders as
    from (values (1, 'a', 10.0), (2, null, 20.0), (null, 'c', 30.0), (4, 'd', 40.0)) as t (id, word, amount);
    create table marts.twice as from (values (1, 'a'), (1, 'b'), (2, 'c')) as t (id, word);
    create table marts.kinds as from (values (1, '7', 1.50), (2, 'x', 2.50)) as t (id, word, amount);
    create table marts.gone as select 1 as id;
    create view marts.seen as select id from marts.orders where id is not null
"""
AFTER = """
    create table marts.orders as
    from (values (1, 'a', 10.0), (2, 'b', 21.0), (null, 'c', 31.0), (5, 'e', 50.0)) as t (id, word, amount);
    create table marts.twice as from (values (1, 'a'), (1, 'a'), (2, 'c'), (3, 'c')) as t (id, word);
    create table marts.kinds as from (values (1, 7, 1.5::double), (2, null, 2.5)) as t (id, word, amount);
    create table marts.new as select 1 as id, 2 as more;
    create view marts.seen as select id from marts.orders where id > 1
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, MartDifference]:
    """The differences of all marts, each with `id` for its key; `nameless` has none."""
    folder = tmp_path_factory.mktemp("two")
    sides = [load_settings(home=folder / name) for name in ("it's before", "after")]
    marts = ["orders", "twice", "kinds", "gone", "new", "seen"]
    for settings, rows in zip(sides, (BEFORE, AFTER), strict=True):
        settings.home.mkdir()
        with duckdb.connect(settings.warehouse_path) as connection:
            connection.execute(f"create schema marts; {rows}")
        set_aside(settings, marts)
    with compared(*sides) as comparison:
        differences = {mart: comparison.of(mart, ("id",)) for mart in marts}
        return differences | {"nameless": comparison.of("orders", ()), "other": comparison.of("orders", ("more",))}


def test_rows_are_told_apart_by_their_key_and_an_unknown_key_is_one_too(found):
    assert found["orders"] == MartDifference(
        "orders", 4, 4, ("id",), rows_added=1, rows_removed=1, rows_changed=2, columns={"word": 1, "amount": 2}
    )
    assert found["orders"].state == "changed"


def test_a_view_is_compared_as_a_table_is(found):
    assert found["seen"] == MartDifference("seen", 3, 2, ("id",), rows_added=1, rows_removed=2)


def test_a_mart_of_one_side_only_is_counted_and_not_compared(found):
    assert found["gone"] == MartDifference("gone", 1, None, ("id",))
    assert found["new"] == MartDifference("new", None, 1, ("id",))
    assert (found["gone"].state, found["new"].state) == ("removed", "new")


def test_a_key_that_several_rows_have_is_said_and_whole_rows_are_compared(found):
    assert found["twice"] == MartDifference(
        "twice", 3, 4, rows_added=2, rows_removed=1, note="1 keys (id) have several rows before: whole rows compared"
    )


def test_without_a_key_on_both_sides_whole_rows_are_compared(found):
    rows = {"rows_before": 4, "rows_after": 4, "rows_added": 3, "rows_removed": 3}
    assert found["nameless"] == MartDifference("orders", **rows, note="no test states its key: whole rows compared")
    note = "its key (more) is not on both sides: whole rows compared"
    assert found["other"] == MartDifference("orders", **rows, note=note)


def test_a_column_of_another_type_is_compared_by_what_it_says(found):
    kinds = found["kinds"]
    assert dict(kinds.columns_retyped) == {"word": ("VARCHAR", "INTEGER"), "amount": ("DECIMAL(3,2)", "DOUBLE")}
    assert (kinds.rows_changed, dict(kinds.columns)) == (1, {"word": 1})


def test_nothing_is_left_beside_the_files(found, tmp_path: Path):
    settings = load_settings(home=tmp_path)
    with duckdb.connect(settings.warehouse_path) as connection:
        connection.execute("create schema marts; create table marts.orders as select 1 as id")
    set_aside(settings, ["orders"])
    assert [path.name for path in tmp_path.iterdir()] == ["warehouse.duckdb"]
