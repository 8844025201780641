"""Collects rows under headings, shows each as it comes, and prints Markdown at the end."""

from __future__ import annotations

import sys


class Report:
    """Tables in the order of their first row."""

    def __init__(self) -> None:
        self._tables: dict[str, list[dict[str, str]]] = {}

    def add(self, table: str, **cells: object) -> None:
        """Add one row; numbers are shown with two decimals."""
        row = {k.replace("_", " "): f"{v:,.2f}" if isinstance(v, float) else str(v) for k, v in cells.items()}
        self._tables.setdefault(table, []).append(row)
        print(f"[{table}] " + " · ".join(f"{k} {v}" for k, v in row.items()), file=sys.stderr, flush=True)

    def markdown(self) -> str:
        """All tables as Markdown."""
        parts = []
        for title, rows in self._tables.items():
            names = list(dict.fromkeys(name for row in rows for name in row))
            lines = [f"### {title}", "", "| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
            lines += ["| " + " | ".join(row.get(name, "") for name in names) + " |" for row in rows]
            parts.append("\n".join(lines))
        return "\n\n".join(parts) + "\n"
