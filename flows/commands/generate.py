"""`shopflow generate`: a shop's files, and what was put into them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from flows.commands.plain import plain_console
from flows.errors import ShopflowError
from flows.generate import generate
from flows.literal import for_terminal
from flows.story import count_of
from flows.summary import size


def generate_files(out: Path, start: str | None, defects: str, **options: Any) -> None:
    """Write the files and print their rows, their size, and each planted defect with what should become of it."""
    if start is not None:
        options["start"] = _day(start)
    names = [name for name in (part.strip() for part in defects.split(",")) if name]
    made = generate(out, defects=names, **options)
    console = plain_console(soft_wrap=True)
    rows = ", ".join(f"{number:,} {table}" for table, number in made.rows.items())
    weight = size(sum(path.stat().st_size for path in made.files))
    console.print(f"{rows} in {count_of(len(made.files), 'file')}, {weight}: {for_terminal(str(made.out))}")
    for planted in made.planted:
        console.print(f"  {planted.defect}: {count_of(planted.rows, 'row')}, {planted.fate}")


def _day(text: str) -> Any:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007
    except ValueError as error:
        raise ShopflowError(f"start is {text!r}, it must be a day such as 2025-11-01") from error
