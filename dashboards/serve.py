"""The dashboard's server: Streamlit's own, whose pages know their addresses from the start.

Of itself Streamlit's page at `/funnel` takes the server to be below `/funnel` first: two requests that fail, in red on
the browser's console, and a wait of a tenth of a second. And it does not know the first page by its name.
"""

from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.routing import Route

HERE = Path(__file__).resolve().parent
FIRST = "overview"  # of PAGES in app.py: what the address without a name opens
OTHERS = sorted(view.stem for view in (HERE / "views").glob("[a-z]*.py") if view.stem != FIRST)
# All pages are beside each other, and their files are asked for from there, too.
KNOWS = '<head><script>window.__streamlit = {BACKEND_BASE_URL: new URL(".", location.href).href}</script>'
STATIC = Path(st.__file__).parent / "static"
# Of Streamlit's script, what every page is made of. It would be asked for once the page is there: a round more.
PARTS = {
    part: [f"./static/js/{file.name}" for file in STATIC.glob(f"static/js/{part}.*.js")]
    for part in (
        "ButtonGroup",
        "DownloadButton",
        "Html",
        "WidgetLabel",
        "WidgetLabelHelpIconInline",
        "createDownloadLinkElement",
        "purify.es",
        "styled-components",
        "useBasicWidgetState",
    )
}
AHEAD = "".join(f'<link rel="modulepreload" href="{file}">' for files in PARTS.values() for file in files)
PAGE = (STATIC / "index.html").read_text("utf-8").replace("<head>", KNOWS, 1).replace("</head>", f"{AHEAD}</head>", 1)


def page(_: Request) -> HTMLResponse:
    return HTMLResponse(PAGE, headers={"Cache-Control": "no-cache"})


def first(request: Request) -> RedirectResponse:
    """To the page without a name, with the filters of the address."""
    return RedirectResponse(f"./?{request.url.query}" if request.url.query else "./")


ROOT = "/".join(["", *filter(None, (st.get_option("server.baseUrlPath") or "").split("/"))])
app = st.App(
    HERE / "app.py",
    routes=[*(Route(f"{ROOT}/{name}", page) for name in ("", *OTHERS)), Route(f"{ROOT}/{FIRST}", first)],
)
