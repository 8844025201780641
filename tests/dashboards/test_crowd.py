"""Twenty browsers read while twenty publications are made: nobody waits, errs, sees an old one or halves of two.

While each publication is made a quarter of the readers interact: all they see is its, or that of the one before.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from flows.publish import publish
from flows.settings import Settings
from flows.warehouse import open_warehouse
from tests.dashboards.conftest import write_copy
from tests.dashboards.small_shop import TWO_WEEKS, Tables, day, session, visits
from tests.dashboards.watched import IN_CHROMIUM, Watched

pytestmark = IN_CHROMIUM
READERS = PUBLICATIONS = 20
# Two views of the shop below, of which each holds all there is; each has its own line under the title.
VIEWS = {"All": "1 – 14 November 2025 (nothing", "7 days": "8 – 14 November 2025, compared"}
# One session, one order of one product: all numbers of it on the last day become as many as the publication's.
ONE: Tables = {
    **visits([session("a:ann", 14, "mobile", "direct", "DE", purchases=1, steps=4)]),
    "dim_products": TWO_WEEKS["dim_products"],
    "fct_daily_engagement": [{"event_date": day(number), "dau": 0, "sessions": 0} for number in range(1, 15)],
    "fct_orders": [TWO_WEEKS["fct_orders"][0] | {"order_key": "1", "order_date": day(14), "discount_amount": 0}],
    "fct_revenue": [TWO_WEEKS["fct_revenue"][0] | {"event_date": day(14)}],
}
BECOME = """
    update marts.fct_session_lengths set sessions = $1, converted_sessions = $1;
    update marts.fct_active_visitors set visitors = $1;
    update marts.fct_orders set gross_amount = $1;
    insert into marts.fct_orders by name
        from marts.fct_orders select * replace ('$1' as order_key) where order_key = '1' and $1 > 1;
    update marts.fct_revenue set units = $1, net_amount = $1;
"""
CLICK = """period => [...document.querySelectorAll('.st-key-period button')]
    .find(button => button.innerText.trim() === period).click()"""
# What stands on a page that is done with the view; what it says instead, where it does not show it.
SHOWN = """line => {
    const all = what => [...document.querySelectorAll(what)];
    const app = document.querySelector('[data-testid=stApp]');
    if (app?.dataset.testScriptState !== 'notRunning' || document.querySelector('[data-stale=true]')) return null;
    const said = all('[data-testid=stAlert]').map(alert => alert.innerText);
    if (!said.length && !document.querySelector('.said')?.innerText.startsWith(line)) return null;
    const tiles = all('.tile .value').map(tile => tile.innerText.trim());
    return {said, tiles, table: all('.plain-table td.number').map(cell => cell.innerText)};
}"""


def begin(settings: Settings, folder: Path) -> None:
    """Lay the marts of the shop into its warehouse, as dbt would."""
    write_copy(folder / "made.duckdb", ONE)
    with open_warehouse(settings) as warehouse:
        warehouse.query(f"attach '{folder / 'made.duckdb'}' as made (read_only); create schema marts")
        for table in warehouse.query("select table_name as name from duckdb_tables() where database_name = 'made'"):
            if table["name"].startswith(("fct_", "dim_")):
                warehouse.query(f"create table marts.{table['name']} as from made.marts.{table['name']}")


def publish_number(settings: Settings, number: int) -> None:
    with open_warehouse(settings) as warehouse:
        warehouse.query(BECOME.replace("$1", f"{number}"))
    publish(settings)


def number_on(reader: Watched, line: str) -> int:
    """The publication that a reader's page shows, once it shows the view of that line; all of the page does."""
    shown = reader.page.wait_for_function(SHOWN, arg=line).json_value()
    assert shown["said"] == []
    net, orders, average, conversion, visitors, sessions = shown["tiles"]
    assert conversion == "100.00 %"
    found = {float(told) for told in (net, orders, average, visitors, sessions, *shown["table"])}
    assert len(found) == 1, f"of several publications: {shown}"
    return int(found.pop())


def test_each_of_twenty_readers_sees_one_whole_publication_and_the_last_one_at_the_next_interaction(
    browser, address, shop, tmp_path
) -> None:
    begin(shop, tmp_path)
    publish_number(shop, 1)
    readers = [Watched(browser, address) for _ in range(READERS)]
    assert {number_on(reader, VIEWS["7 days"]) for reader in readers} == {1}

    def interact(some: list[Watched], view: str) -> set[int]:
        for reader in some:
            reader.page.evaluate(CLICK, view)
        return {number_on(reader, VIEWS[view]) for reader in some}

    with ThreadPoolExecutor(1) as publisher:
        for turn in range(PUBLICATIONS):
            publication = publisher.submit(publish_number, shop, turn + 2)
            assert interact(readers[turn % 4 :: 4], list(VIEWS)[turn // 4 % 2]) <= {turn + 1, turn + 2}
            publication.result()
    assert interact(readers, "7 days") == {PUBLICATIONS + 1}
    assert [reader.errors for reader in readers] == [[]] * READERS
