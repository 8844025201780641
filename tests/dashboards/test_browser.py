"""The dashboard as `shopflow dashboard` starts it, in a real Chromium."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import pytest

from tests.ports import free_port

playwright = pytest.importorskip("playwright.sync_api", reason="install playwright (make test does)")

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="install chromium (Debian: apt-get install chromium)"),
]
TILES = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    if (app?.dataset.testScriptState !== 'notRunning' || document.querySelector('[data-stale=true]')) return null;
    const text = (tile, part) => tile.querySelector(`[data-testid=stMetric${part}]`)?.innerText.trim();
    const found = [...document.querySelectorAll('[data-testid=stMetric]')];
    const tiles = found.map(tile => [text(tile, 'Label'), text(tile, 'Value')]);
    return tiles.length === 6 && tiles.flat().every(Boolean) && Object.fromEntries(tiles);
}"""


@contextmanager
def dashboard(home: Path) -> Iterator[str]:
    """The address of a dashboard that reads `home`, started as a user starts it and ended with the block."""
    environment = {**os.environ, "SHOPFLOW_HOME": str(home), "STREAMLIT_SERVER_PORT": str(free_port())}
    environment.pop("DISPLAY", None)
    command = [sys.executable, "-m", "flows", "dashboard"]
    process = subprocess.Popen(
        command, env=environment, cwd=home.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                yield found[0]
                break
        else:
            pytest.fail(f"the dashboard did not start: {''.join(said)}")
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.fixture
def browser() -> Iterator["playwright.Browser"]:
    with playwright.sync_playwright() as driver:
        # Sandboxes of Chromium do not start for root, which is who runs in most containers.
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


class Watched:
    """A page that remembers what it should not have done."""

    def __init__(self, browser: "playwright.Browser", address: str) -> None:
        self.page = browser.new_page(viewport={"width": 1366, "height": 900})
        self.page.set_default_timeout(60_000)  # a machine busy with other tests is slow, not broken
        self.errors: list[str] = []
        self.hosts: set[str] = set()
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname or "127.0.0.1"))
        self.page.on("websocket", lambda socket: self.hosts.add(urlsplit(socket.url).hostname or ""))
        self.page.goto(address)

    def tiles(self) -> dict[str, str]:
        """Label and value of every tile, once the page stands still."""
        shown = self.page.wait_for_function(TILES).json_value()
        assert isinstance(shown, dict)
        return shown


def test_it_shows_the_numbers_of_the_published_file_and_asks_no_other_host(publish, home, browser) -> None:
    copy = publish()
    with duckdb.connect(copy, read_only=True) as connection:
        ((visitors, sessions, net),) = connection.execute(
            """
            select
                (select count(distinct visitor_id) from marts.fct_sessions where session_date >= '2025-11-08'),
                (select count(*) from marts.fct_sessions where session_date >= '2025-11-08'),
                (select sum(net_amount) from marts.fct_revenue where event_date >= '2025-11-08' and currency = 'EUR')
            """
        ).fetchall()
    with dashboard(home) as address:
        watched = Watched(browser, address)
        shown = watched.tiles()
        assert shown["Visitors"] == f"{visitors}"
        assert shown["Sessions"] == f"{sessions}"
        assert shown["Net revenue, EUR"] == f"{net:.2f}"
        for chart in range(3):
            watched.page.locator('[data-testid="stVegaLiteChart"]').nth(chart).locator("canvas, svg").first.wait_for()
        watched.page.get_by_text("Kettle").first.wait_for()
        assert watched.page.title() == "Overview · shopflow"
        icon = watched.page.locator('link[rel="shortcut icon"]').get_attribute("href")
        assert icon is not None
        assert icon.startswith("data:image/svg+xml")
        assert watched.errors == []
        assert watched.hosts == {"127.0.0.1"}


MARKUP = (
    "![x](http://evil.example/p.png) [y](http://evil.example) http://evil.example :cat: -- *a* $b^2$ :red[c] "
    "<img src=http://evil.example/q.png> <script>alert(1)</script> &amp; `d`"
)


def test_a_product_is_shown_by_the_name_that_it_has_whatever_that_would_be_in_markdown(publish, home, browser) -> None:
    """Regression: such a name was an outside image, a link, a formula, fetched by every reader's browser."""
    row = {"event_date": "2025-11-01", "product_id": "p1", "currency": "EUR", "units": 1, "net_amount": 1}
    publish(
        {
            "dim_products": [{"product_id": "p1", "product_name": MARKUP, "category_level_1": MARKUP}],
            "fct_daily_engagement": [{"event_date": "2025-11-01", "dau": 1, "sessions": 1}],
            "fct_revenue": [row],
        }
    )
    with dashboard(home) as address:
        watched = Watched(browser, address)
        watched.tiles()
        cell = watched.page.locator("td").first
        assert cell.inner_text() == MARKUP
        assert cell.locator("*").count() == 0
        watched.page.locator('[data-testid="stVegaLiteChart"]').nth(2).locator("canvas, svg").first.hover()
        assert watched.errors == []
        assert watched.hosts == {"127.0.0.1"}


def test_a_period_is_part_of_the_address_and_a_link_with_it_opens_the_same_view(publish, home, browser) -> None:
    publish()
    with dashboard(home) as address:
        watched = Watched(browser, address)
        assert watched.tiles()["Sessions"] == "4"
        watched.page.get_by_role("radio", name="All").or_(watched.page.get_by_role("button", name="All")).first.click()
        watched.page.get_by_text("1 – 14 November 2025").first.wait_for()
        again = Watched(browser, watched.page.url)
        assert again.tiles()["Sessions"] == "6"
        assert watched.errors == again.errors == []


def test_it_goes_on_answering_while_copies_are_published_and_shows_each_at_the_next_interaction(
    publish, home, browser
) -> None:
    """Regression: a reader that kept its connection by the link's path went on showing the old file."""
    publish()
    with dashboard(home) as address:
        watched = Watched(browser, address)
        watched.tiles()
        for number in range(1, 8):  # more often than copies are kept: the first ones are deleted meanwhile
            days = [{"event_date": f"2025-12-{day:02}", "dau": 1, "sessions": 1} for day in range(1, 15)]
            orders = [
                {"order_key": f"o{key}", "order_date": "2025-12-14", "currency": "EUR", "purchase_lines": 1}
                | {"gross_amount": 1, "discount_amount": 0}
                for key in range(number)
            ]
            publish({"fct_daily_engagement": days, "fct_orders": orders})
            watched.page.get_by_text("7 days" if number % 2 == 0 else "All", exact=True).click()
            watched.page.wait_for_function(
                """number => [...document.querySelectorAll('[data-testid=stMetric]')]
                    .some(tile => tile.innerText.startsWith('Orders') && tile.innerText.includes(`\\n${number}`))""",
                arg=number,
            )
        assert watched.errors == []


def test_without_data_it_says_what_to_run(home, browser) -> None:
    home.mkdir(parents=True)
    with dashboard(home) as address:
        watched = Watched(browser, address)
        watched.page.get_by_text("There is no data to show yet").wait_for()
        assert "Traceback" not in watched.page.content()
        assert watched.errors == []
