"""Pages as a link opens them, through the dashboard's own entry file."""

import re
from pathlib import Path
from typing import Any

import pyarrow.ipc
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
    return {tile.label: (tile.value, tile.delta) for tile in page.metric}


def captions(page: AppTest) -> list[str]:
    return [caption.value for caption in page.caption]


def charted(page: AppTest) -> list[list[dict[str, Any]]]:
    """The rows of every chart."""
    drawn = [chart.proto.data.data for chart in page.get("vega_lite_chart")]
    return [pyarrow.ipc.open_stream(data).read_all().to_pylist() for data in drawn]


def tables(page: AppTest) -> list[list[list[str]]]:
    """The cells of every table, row by row."""
    bodies = [drawn.proto.body for drawn in page.get("html") if "<table" in drawn.proto.body]
    rows = [re.findall(r"<tr>(.*?)</tr>", body.partition("<tbody>")[2]) for body in bodies]
    return [[re.findall(r"<td[^>]*>([^<]*)", row) for row in table] for table in rows]
