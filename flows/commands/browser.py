"""`shopflow ui` and `shopflow dashboard`: pages to look at."""

from __future__ import annotations

import importlib.util
import os
import sys
import webbrowser

from flows import server
from flows.errors import ShopflowError
from flows.settings import PREFIX, PROJECT, load_settings

STREAMLIT_OPTIONS = {
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "server.address": "127.0.0.1",
    "server.fileWatcherType": "none",
}


def open_ui() -> None:
    """Print the address of Prefect's UI, with its server running, and open it where there is a display."""
    settings = load_settings()
    found = server.wait(server.start(settings))
    print(found.ui_url)
    if _has_display():
        webbrowser.open(found.ui_url)


def open_dashboard(headless: bool = False) -> None:
    """Become the dashboard's process. Returns only by raising ShopflowError where Streamlit is not installed."""
    if importlib.util.find_spec("streamlit") is None:
        raise ShopflowError("Streamlit is not installed: `make dashboard` installs and starts it")
    settings = load_settings()  # what is wrong with the settings is said here, not on the page
    options = {**STREAMLIT_OPTIONS, "server.headless": "true" if headless or not _has_display() else "false"}
    command = [sys.executable, "-m", "streamlit", "run", str(PROJECT / "dashboards" / "app.py")]
    sys.stdout.flush()
    os.chdir(PROJECT)  # Streamlit reads the theme from .streamlit of the folder that it starts in
    environment = {**os.environ, f"{PREFIX}HOME": str(settings.home)}  # a relative one would be looked for in there
    os.execve(sys.executable, [*command, *(f"--{name}={value}" for name, value in options.items())], environment)


def _has_display() -> bool:
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
