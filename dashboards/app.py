"""The dashboard's frame: title, navigation, filters, and the line that says how fresh all is. Served by `serve.py`,
which `shopflow dashboard` starts.

Streamlit puts this folder, not the project's, on the module path; the imports of every page speak of the project's.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
if str(HERE.parent) not in sys.path:
    sys.path.insert(0, str(HERE.parent))

import streamlit as st  # noqa: E402

from dashboards import filters, freshness, signin  # noqa: E402
from dashboards.frame import Scene, set_scene, told  # noqa: E402
from dashboards.published import current_copy, one_connection  # noqa: E402
from dashboards.queries.shop import options, shop  # noqa: E402
from flows.settings import load_settings  # noqa: E402

# A page of yours: its file in `views`, and its line here. The first is the one that opens, as `serve.py` knows.
PAGES = {
    "overview": "Overview",
    "engagement": "Engagement",
    "funnel": "Funnel",
    "products": "Products",
    "cohorts": "Cohorts",
    "behaviour": "Behaviour",
    "customers": "Customers",
    "health": "Data health",
}


def frame() -> None:
    page = st.navigation(
        [st.Page(HERE / "views" / f"{name}.py", title=title, url_path=name) for name, title in PAGES.items()],
        position="top",
    )
    # Files of our own: for an emoji or a Material icon the browser would ask a host outside.
    st.set_page_config(page_title=f"{page.title} · shopflow", page_icon=str(HERE / "icon.svg"), layout="wide")
    st.logo(str(HERE / "logo.svg"), size="large")
    st.html(HERE / "style.css")
    with told(), one_connection():
        settings = load_settings()  # once a drawing
        if not signin.is_admitted(settings):
            return
        copy = current_copy(settings)
        about = shop(copy)
        title, choices = st.columns([1, 2], vertical_alignment="bottom")
        title.title(page.title)
        with choices.container(horizontal=True, horizontal_alignment="right", vertical_alignment="bottom"):
            view = filters.bar(about, options(copy), page.url_path)
        st.html(filters.said(view))
        set_scene(Scene(copy, about, view))
        page.run()
        freshness.line(about, view, settings)
        signin.sign_out(settings)


frame()
