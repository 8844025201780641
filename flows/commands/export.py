"""`shopflow export`: a published mart as a file."""

from __future__ import annotations

from pathlib import Path

from flows.commands.plain import plain_console
from flows.export import export
from flows.literal import for_terminal
from flows.settings import load_settings
from flows.story import count_of
from flows.summary import size


def export_mart(mart: str, out: Path | None, format: str | None) -> None:
    """Write the mart, and say how many rows stand in which file."""
    file, rows = export(mart, load_settings(), out, format)
    told = f"{count_of(rows, 'row')} of {mart} written to {file}, {size(file.stat().st_size)}"
    plain_console(soft_wrap=True).print(for_terminal(told))
