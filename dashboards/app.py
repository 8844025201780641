"""The dashboard's frame: title, icon, navigation. Started by `shopflow dashboard`.

Streamlit puts this folder, not the project's, on the module path; the imports of every page speak of the project's.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
if str(HERE.parent) not in sys.path:
    sys.path.insert(0, str(HERE.parent))

import streamlit as st  # noqa: E402

page = st.navigation(
    [st.Page(HERE / "views" / "overview.py", title="Overview", default=True)],
    position="top",
)
# Files of our own: for an emoji or a Material icon the browser would ask a host outside.
st.set_page_config(page_title=f"{page.title} · shopflow", page_icon=str(HERE / "icon.svg"), layout="wide")
st.logo(str(HERE / "logo.svg"), size="large")
page.run()
