"""The dashboard as `shopflow dashboard` starts it, in a real Chromium."""

import re
from pathlib import Path

import duckdb
import pytest

from flows import serving
from tests.dashboards.conftest import publish_to
from tests.dashboards.issuer import CLIENT, issuer
from tests.dashboards.served import dashboard
from tests.dashboards.small_shop import TWO_WEEKS, revenue
from tests.dashboards.watched import IN_CHROMIUM, Watched
from tests.ports import free_port

pytestmark = IN_CHROMIUM


def test_without_data_it_says_what_to_run(address, browser, shop) -> None:
    serving.keep_only_current(shop)
    (shop.serving / "current.duckdb").unlink(missing_ok=True)
    watched = Watched(browser, address)
    watched.page.get_by_text("There is no data to show yet").wait_for()
    assert "Traceback" not in watched.page.content()
    assert watched.errors == []


def test_it_shows_the_numbers_of_the_published_file_and_asks_no_other_host(address, browser, shop) -> None:
    with duckdb.connect(publish_to(shop, TWO_WEEKS), read_only=True) as connection:
        ((visitors, sessions, net),) = connection.execute(
            """
            select
                (select count(distinct visitor_id) from marts.fct_sessions where session_date >= '2025-11-08'),
                (select count(*) from marts.fct_sessions where session_date >= '2025-11-08'),
                (select sum(net_amount) from marts.fct_revenue where event_date >= '2025-11-08' and currency = 'EUR')
            """
        ).fetchall()
    watched = Watched(browser, address)
    shown = watched.tiles()
    assert shown["Active users"] == f"{visitors}"
    assert shown["Sessions"] == f"{sessions}"
    assert shown["Net revenue, EUR"] == f"{net:.2f}"
    assert watched.charts() == 3
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


def test_a_product_is_shown_by_the_name_that_it_has_whatever_that_would_be_in_markdown(address, browser, shop) -> None:
    """Regression: such a name was an outside image, a link, a formula, fetched by every reader's browser."""
    row = {"event_date": "2025-11-01", "product_id": "p1", "currency": "EUR", "units": 1, "net_amount": 1}
    seen = {"session_date": "2025-11-01", "is_total": False, "sessions": 1}
    tables = {
        "dim_products": [{"product_id": "p1", "product_name": MARKUP, "category_level_1": MARKUP}],
        "fct_daily_engagement": [{"event_date": "2025-11-01", "dau": 1, "sessions": 1}],
        "fct_funnel": [seen | {"category": MARKUP}, seen | {"category": "x"}],
        "fct_revenue": [row],
    }
    publish_to(shop, tables)
    watched = Watched(browser, address)
    watched.tiles()
    cell = watched.page.locator("td").first
    assert cell.inner_text() == MARKUP
    assert cell.locator("*").count() == 0
    assert watched.page.locator(".chart .bars span").all_inner_texts() == [MARKUP]
    watched.page.get_by_text("Filters").click()
    watched.page.get_by_role("combobox", name="Category").click()
    watched.page.get_by_role("option", name="evil.example").click()
    watched.page.wait_for_url("**category=**")
    watched.tiles()
    assert watched.page.locator(".said").inner_text().endswith(MARKUP)
    assert watched.page.locator('img[src*="evil"], a[href*="evil"]').count() == 0
    assert watched.errors == []
    assert watched.hosts == {"127.0.0.1"}


def test_a_chart_tells_its_numbers_where_somebody_points_and_as_a_list_to_who_comes_by_keyboard(
    address, browser, shop
) -> None:
    publish_to(shop, TWO_WEEKS)
    watched = Watched(browser, address)
    watched.tiles()
    for day in (watched.page.locator(".plot").first.locator("li").nth(place) for place in (0, 6)):
        numbers = day.locator("p")
        assert numbers.bounding_box()["width"] <= 1
        day.hover()
        box = numbers.bounding_box()
        assert box["width"] > 100
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 1366
        assert re.fullmatch(r"\w{3} \d+ Nov 2025\s+Net revenue, EUR\s+[\d.,]+\s+Orders\s+\d+", numbers.inner_text())
    watched.reach("Numbers: Net revenue")
    assert watched.errors == []


def test_on_a_phone_all_numbers_of_a_chart_are_in_sight_where_somebody_points_and_by_keyboard(
    address, browser, shop
) -> None:
    """Regression: by keyboard, what had no room was cut off."""
    publish_to(shop, TWO_WEEKS)
    watched = Watched(browser, f"{address}/funnel", width=390)
    watched.stands_still("Funnel")
    days = watched.page.locator(".plot li")
    for place in range(days.count()):
        days.nth(place).hover()
        box = days.nth(place).locator("p").bounding_box()
        assert box["width"] > 100
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 390
    assert not watched.is_too_wide
    watched.reach("Numbers: ")
    (room,) = (numbers.bounding_box() for numbers in watched.page.locator(".numbers:focus-visible").all())
    for number in watched.page.locator(".numbers:focus-visible data").all():
        box = number.bounding_box()
        assert box["width"] > 5
        assert room["x"] <= box["x"] <= box["x"] + box["width"] <= room["x"] + room["width"]


def test_a_tile_says_what_it_counts_to_who_points_and_who_comes_by_keyboard(address, browser, shop) -> None:
    publish_to(shop, TWO_WEEKS)
    for width in (1366, 390):
        watched = Watched(browser, address, width=width)
        watched.tiles()
        for place in range(6):
            watched.page.locator(".hint").nth(place).hover()
            box = watched.page.locator(".hinted").nth(place).bounding_box()
            assert box["width"] > 200
            assert 0 <= box["x"] <= box["x"] + box["width"] <= width
            assert not watched.is_too_wide
        watched.page.mouse.move(0, 0)
        watched.reach("?")
        assert "Days of Europe/Berlin." in watched.page.locator(".hint:focus .hinted").inner_text()
        assert watched.page.locator(".hint:focus .hinted").bounding_box()["width"] > 200


@pytest.mark.parametrize("width", [1366, 390])
def test_products_and_cohorts_open_by_a_click_fit_and_hand_out_what_they_show(
    address, browser, shop, width: int
) -> None:
    publish_to(shop, TWO_WEEKS)
    watched = Watched(browser, address)
    watched.tiles()
    files = {"Products": ("2 levels", "products", "p1,Kettle,EUR,49.9950,2,"), "Cohorts": ("", "retention", "2,1,")}
    for title, (choice, name, line) in files.items():
        watched.page.set_viewport_size({"width": 1366, "height": 900})
        watched.turn_to(title)
        if choice:
            watched.choose(choice, title)
        watched.page.set_viewport_size({"width": width, "height": 900})
        assert watched.charts() > 0
        with watched.page.expect_download() as download:
            watched.page.get_by_role("button", name="CSV").first.click()
        assert download.value.suggested_filename.startswith(name)
        assert line in Path(download.value.path()).read_text("utf-8-sig")
        assert not watched.is_too_wide, title
    shaded = watched.page.locator(".triangle td[style]").first
    assert "--shade: 60%" in (shaded.get_attribute("style") or "")
    assert watched.errors == []
    assert watched.hosts == {"127.0.0.1"}


@pytest.mark.parametrize("width", [1366, 390])
def test_every_page_opens_with_its_tiles_and_charts_within_the_width_and_without_an_error(
    address, browser, shop, width: int
) -> None:
    publish_to(shop, TWO_WEEKS)
    watched = Watched(browser, address)
    watched.tiles()
    titles = watched.titles()
    assert {"Overview", "Customers", "Data health"} <= set(titles)
    for title in titles[1:]:
        watched.page.set_viewport_size({"width": 1366, "height": 900})
        watched.turn_to(title)
        watched.page.set_viewport_size({"width": width, "height": 900})
        assert watched.charts() > 0
        assert not watched.is_too_wide, title
        assert watched.page.get_by_text("Something went wrong").count() == 0
    assert watched.errors == []
    assert watched.hosts == {"127.0.0.1"}


def test_filters_are_part_of_the_address_and_a_link_with_them_opens_the_same_view(address, browser, shop) -> None:
    publish_to(shop, TWO_WEEKS)
    watched = Watched(browser, address)
    assert watched.tiles()["Sessions"] == "4"
    watched.page.get_by_text("All", exact=True).click()
    watched.page.get_by_text("1 – 14 November 2025").first.wait_for()
    watched.page.get_by_text("Filters").click()
    watched.page.get_by_role("combobox", name="Device").click()
    watched.page.get_by_role("option", name="mobile").click()
    watched.page.get_by_text("(nothing to compare with) · mobile").wait_for()
    shown = watched.tiles()
    assert shown["Sessions"] == "4"
    assert shown["Net revenue, EUR"] == "100.00"
    assert Watched(browser, watched.page.url).tiles() == shown
    custom = watched.visits_again(f"{address}/?period=Custom&days=2025-11-01..2025-11-02")
    assert custom["Sessions"] == "2"
    nonsense = "?period=never&days=x&days=y&device=%00&country=%F0%9F%92%A9&currency=&compare=%3Cb%3E&category=1&z=1"
    assert watched.visits_again(f"{address}/{nonsense}")["Sessions"] == "4"
    assert watched.errors == []


def test_the_funnel_is_told_by_user_and_in_order_and_a_link_keeps_both(address, browser, shop) -> None:
    publish_to(shop, TWO_WEEKS)
    watched = Watched(browser, f"{address}/funnel")
    assert watched.tiles()["Sessions in the funnel"] == "4"
    watched.page.get_by_test_id("stButtonGroup").get_by_text("Users", exact=True).click()
    watched.page.get_by_text("How far users went").wait_for()
    watched.page.get_by_test_id("stButtonGroup").get_by_text("In order", exact=True).click()
    watched.page.get_by_text("in one session of the period or in several, one after the other").wait_for()
    shown = watched.tiles()
    assert (shown["Active users"], shown["To the cart"], shown["To the checkout"]) == ("3", "100.00 %", "0.00 %")
    assert "of=Users" in watched.page.url
    assert "order=In" in watched.page.url
    assert Watched(browser, watched.page.url).tiles() == shown
    watched.turn_to("Overview")
    watched.turn_to("Funnel")
    assert "Active users" in watched.tiles()
    assert watched.errors == []


def test_pages_open_by_their_addresses_with_filters_and_ask_for_nothing_that_is_not_there(
    address, browser, shop
) -> None:
    """Regression: a page's own address asked for the server below itself first, and the first page's was not found."""
    publish_to(shop, TWO_WEEKS)
    watched = Watched(browser, f"{address}/overview?device=mobile&period=All")
    assert watched.tiles()["Sessions"] == "4"
    assert watched.page.url == f"{address}/?device=mobile&period=All"
    watched.page.goto(f"{address}/funnel?device=mobile&period=All")
    watched.stands_still("Funnel")
    assert watched.page.locator(".tile .value").first.inner_text() == "4"
    watched.turn_to("Overview")
    assert watched.page.url == f"{address}/?period=All&device=mobile"
    assert watched.page.get_by_text("not found").count() == 0
    assert watched.refused == []
    assert watched.errors == []


def test_a_table_is_downloaded_as_it_is_shown(address, browser, shop) -> None:
    publish_to(shop, TWO_WEEKS)
    watched = Watched(browser, address)
    watched.tiles()
    with watched.page.expect_download() as download:
        watched.page.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename == "top_products_2025-11-08_2025-11-14.csv"
    text = Path(download.value.path()).read_text("utf-8-sig")
    assert text.splitlines() == ["Product,Units,Net revenue", "Kettle,2,49.9950", "product p2,1,40.0000"]
    assert watched.errors == []


def test_choices_and_files_are_reached_by_keyboard_alone(address, browser, shop) -> None:
    publish_to(shop, TWO_WEEKS)
    watched = Watched(browser, address)
    watched.tiles()
    keys = watched.page.keyboard
    watched.reach("7 days")
    keys.press("ArrowRight")
    assert watched.focused() == "All"
    keys.press("Enter")
    watched.page.get_by_text("1 – 14 November 2025 (nothing").wait_for()
    watched.reach("Filters")
    keys.press("Enter")
    watched.page.get_by_role("combobox", name="Device").wait_for()
    watched.reach("Device")
    keys.type("mobile")
    keys.press("Enter")
    watched.page.get_by_text("(nothing to compare with) · mobile").wait_for()
    keys.press("Escape")
    watched.tiles()
    watched.reach("Download CSV")
    with watched.page.expect_download() as download:
        keys.press("Enter")
    assert download.value.suggested_filename == "top_products_2025-11-01_2025-11-14.csv"
    assert watched.errors == []


def test_a_phone_shows_the_whole_width_and_numbers_as_its_reader_writes_them(address, browser, shop) -> None:
    many = [revenue("p1", 14, 1, "1234567.5")]
    publish_to(shop, {**TWO_WEEKS, "fct_revenue": many})
    watched = Watched(browser, address, width=390, locale="de-DE", color_scheme="dark")
    assert watched.tiles()["Net revenue, EUR"] == "1.234.567,50"
    assert not watched.is_too_wide
    tops = [tile.bounding_box() for tile in watched.page.locator(".tile").all()]
    assert tops[0]["y"] == tops[1]["y"] < tops[2]["y"], "two tiles in a row"
    assert watched.errors == []


def test_readers_sign_in_and_only_those_who_are_named_see_numbers(browser, shop, tmp_path) -> None:
    pytest.importorskip("authlib", reason="install shopflow[sign-in] (make test does)")
    publish_to(shop, TWO_WEEKS)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with issuer() as who:
        (tmp_path / ".streamlit").mkdir()
        (tmp_path / ".streamlit" / "secrets.toml").write_text(
            f"""
            [auth]
            redirect_uri = "{address}/oauth2callback"
            cookie_secret = "a secret of the test, long enough for its key"
            client_id = "{CLIENT}"
            client_secret = "known to both"
            server_metadata_url = "{who.address}/.well-known/openid-configuration"
            """
        )
        signs_in = {"SHOPFLOW_DASHBOARD_ALLOWED": "example.com", "STREAMLIT_SERVER_PORT": f"{port}"}
        with dashboard(shop.home, HOME=str(tmp_path), **signs_in):
            watched = Watched(browser, address)
            who.person = {"email": "eve@evil.org", "email_verified": True}
            watched.page.get_by_role("button", name="Sign in").click()
            watched.page.get_by_text("eve@evil.org is not among those").wait_for()
            watched.page.get_by_role("button", name="Sign out").click()
            who.person = {"email": "ann@example.com", "email_verified": True}
            watched.page.get_by_role("button", name="Sign in").click()
            assert watched.tiles()["Sessions"] == "4"
            watched.page.get_by_role("button", name="Sign out").click()
            watched.page.get_by_role("button", name="Sign in").wait_for()
            assert watched.page.locator(".tile").count() == 0
            assert watched.errors == []
