"""`shopflow settings`: every setting, its value and its meaning."""

from __future__ import annotations

import os

from rich.table import Table

from flows.commands.plain import plain_console
from flows.literal import for_terminal
from flows.settings import PREFIX, Settings, load_settings


def show_settings() -> None:
    """Print every setting: its variable, its value, whether it was set, and what it means."""
    settings = load_settings()
    found = Table(box=None, pad_edge=False)
    for name in ("variable", "value", "", "meaning"):
        found.add_column(name, overflow="fold")
    for name, field in Settings.model_fields.items():
        variable = f"{PREFIX}{name.upper()}"
        is_set = "set" if variable in os.environ else "default"
        found.add_row(variable, for_terminal(str(getattr(settings, name))), is_set, field.description or "")
    plain_console().print(found)
