"""What the dashboard's server answers before Streamlit does. `test_browser.py` looks at it from outside."""

import ast
from pathlib import Path

import pytest
from starlette.requests import Request

from dashboards import serve
from tests.dashboards.pages import APP


def test_it_knows_the_pages_and_which_is_the_first() -> None:
    """The frame is a script, of which nothing can be imported."""
    (pages,) = (
        ast.literal_eval(node.value)
        for node in ast.parse(APP.read_text("utf-8")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PAGES"
    )
    assert next(iter(pages)) == serve.FIRST
    assert {serve.FIRST, *serve.OTHERS} == pages.keys()
    served = {route.path for route in serve.app._user_routes}  # type: ignore[attr-defined]
    assert served == {"/", *(f"/{name}" for name in pages)}


def test_a_page_is_streamlits_own_that_knows_where_its_server_is() -> None:
    body = serve.page(Request({"type": "http"})).body
    streamlits = (Path(serve.st.__file__).parent / "static/index.html").read_bytes()
    assert body.replace(serve.KNOWS.encode(), b"<head>").replace(serve.AHEAD.encode(), b"") == streamlits != body
    assert serve.AHEAD.encode() in body


def test_what_is_asked_for_ahead_is_there() -> None:
    """So a Streamlit that calls its files otherwise is noticed."""
    assert [part for part, files in serve.PARTS.items() if not files] == []


@pytest.mark.parametrize(("query", "to"), [("", "./"), ("period=All&device=%C3%BC", "./?period=All&device=%C3%BC")])
def test_the_first_page_by_its_name_is_the_one_without_with_the_same_filters(query: str, to: str) -> None:
    scope = {"type": "http", "path": "/overview", "query_string": query.encode(), "headers": [], "server": ("x", 80)}
    assert serve.first(Request(scope | {"scheme": "http"})).headers["location"] == to
