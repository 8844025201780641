"""`shopflow ui` and `shopflow dashboard`: pages to look at."""

from __future__ import annotations

import importlib.util
import os
import sys
import webbrowser
from collections.abc import Mapping
from typing import Any

from flows import audience, server
from flows.errors import SettingsError, ShopflowError
from flows.settings import PREFIX, PROJECT, load_settings

STREAMLIT_OPTIONS = {
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
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
    """Become the dashboard's process. Returns only by raising ShopflowError: where Streamlit is not installed, or the
    numbers would be shown to whoever is on a network."""
    if importlib.util.find_spec("streamlit") is None:
        raise ShopflowError("Streamlit is not installed: `make dashboard` installs and starts it")
    settings = load_settings()  # what is wrong with the settings is said here, not on the page
    os.chdir(PROJECT)  # Streamlit reads theme and secrets from .streamlit of the folder that it starts in
    audience.check(settings, _auth() if settings.dashboard_allowed else {})
    options = {
        **STREAMLIT_OPTIONS,
        "server.address": settings.dashboard_address,
        "server.headless": "true" if headless or not _has_display() else "false",
    }
    arguments = [f"--{name}={value}" for name, value in options.items()]
    if not settings.dashboard_allowed:
        # Else a page on the web that takes this machine's address for its own could read along in somebody's browser.
        arguments += [f"--server.allowedHosts={host}" for host in ("localhost", "127.0.0.1", "::1")]
    command = [sys.executable, "-m", "streamlit", "run", str(PROJECT / "dashboards" / "serve.py"), *arguments]
    sys.stdout.flush()
    environment = {**os.environ, f"{PREFIX}HOME": str(settings.home)}  # a relative one would be looked for in there
    os.execve(sys.executable, command, environment)


def _auth() -> Mapping[str, Any]:
    """What Streamlit's secrets say of signing in."""
    from streamlit.auth_util import get_secrets_auth_section
    from streamlit.errors import StreamlitAPIException

    try:
        return get_secrets_auth_section()
    except StreamlitAPIException as error:
        raise SettingsError(f"Streamlit's secrets cannot be read: {str(error).splitlines()[0]}") from error


def _has_display() -> bool:
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
