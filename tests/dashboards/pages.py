"""Pages as a link opens them, through the dashboard's own entry file."""

import re
from html import unescape
from pathlib import Path

from streamlit.testing.v1 import AppTest

APP = Path(__file__).resolve().parents[2] / "dashboards" / "app.py"


def linked(name: str, **filters: str) -> AppTest:
    """The page of that name in `dashboards/views`, drawn with these filters."""
    page = AppTest.from_file(str(APP), default_timeout=60)
    page.switch_page(f"views/{name}.py")
    page.query_params.update(filters)
    page.run()
    assert not page.exception
    assert not page.error
    return page


def tiles(page: AppTest) -> dict[str, tuple[str, str]]:
    """Value and change of every tile, by its label."""
    found = {}
    for tile in "".join(_html(page, '<div class="tiles"')).split('<div class="tile">')[1:]:
        (label, value), change = (
            re.findall(r'<div class="(?:name|value)">([^<]*)', tile),
            re.findall("</b>([^<]+)</div>", tile),
        )
        found[unescape(label)] = (unescape(value), *change) if change else (unescape(value), "")
    return found


def captions(page: AppTest) -> list[str]:
    """What is said below numbers, and of them in their tiles."""
    noted = re.findall(r'<div class="counted">([^<]*)', "".join(_html(page, '<div class="tiles"')))
    return [*noted, *(caption.value for caption in page.caption)]


def _html(page: AppTest, head: str) -> list[str]:
    """The pieces of the page's own HTML that begin so."""
    return [drawn.proto.body for drawn in page.get("html") if drawn.proto.body.startswith(head)]


def charts(page: AppTest) -> list[str]:
    """The HTML of every chart."""
    return _html(page, '<figure class="chart"')


def bars(chart: str) -> dict[str, float]:
    """The value of every bar of `bars_by_name`, by its name."""
    found = re.findall(r'<span title="[^"]*">([^<]*)</span>.*?<data value="([^"]*)"', chart)
    return {unescape(name): float(value) for name, value in found}


def told(chart: str) -> dict[str, dict[str, float | None]]:
    """What any other shape tells where somebody points: numbers by their names, by the title above them."""
    return {
        unescape(re.sub("<[^>]*>", "", title)): {
            unescape(name): float(value) if value else None
            for name, value in re.findall(r'<span>([^<]*) <data(?: value="([^"]*)")?>', numbers)
        }
        for title, numbers in re.findall(r"<p[^>]*><b>(.*?)</b>(.*?)</p>", chart)
    }


def tables(page: AppTest) -> list[list[list[str]]]:
    """The cells of every table, row by row."""
    bodies = [drawn.proto.body for drawn in page.get("html") if '<table class="plain-table' in drawn.proto.body]
    rows = [re.findall(r"<tr>(.*?)</tr>", body.partition("<tbody>")[2]) for body in bodies]
    return [[re.findall(r"<td[^>]*>([^<]*)", row) for row in table] for table in rows]
