"""The dashboard's frame: title, icon, navigation. Started by `shopflow dashboard`.

Streamlit puts this folder, not the project's, on the module path; the imports of every page speak of the project's.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
if str(HERE.parent) not in sys.path:
    sys.path.insert(0, str(HERE.parent))

import streamlit as st  # noqa: E402

# A file of our own: an emoji or a Material icon would make the browser ask a host outside for it.
st.set_page_config(page_title="shopflow", page_icon=str(HERE / "icon.svg"), layout="wide")
st.logo(str(HERE / "logo.svg"), size="large", icon_image=str(HERE / "icon.svg"))

st.navigation([st.Page(HERE / "views" / "overview.py", title="Overview", default=True)], position="top").run()
