"""Ask Google's SQL analyzer and evaluator from any environment; the process of `emulator.sql` ends with the caller."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from emulator.start import PROJECT_FOLDER

Columns = Mapping[str, str]
Table = tuple[Columns, Iterable[Iterable[Any]]]


class RefusedSql(Exception):
    """Google's evaluator did not take a question; the sentence is its own."""


class SqlLibrary:
    """Tables are given by name (`project.dataset.table`), their columns as BigQuery's names of types."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def check(self, sql: str, tables: Mapping[str, Columns]) -> str | None:
        """What BigQuery would not understand in a statement or a script, and where; None if it is nothing."""
        error = self._ask({"check": sql, "tables": tables})["error"]
        return None if error is None else str(error)

    def rows(self, sql: str, tables: Mapping[str, Table]) -> list[dict[str, Any]]:
        """The rows of a question; dates, instants (in UTC) and numerics are texts. Raises RefusedSql."""
        return list(self._evaluate(sql, tables)["rows"])

    def table(self, sql: str, tables: Mapping[str, Table]) -> Table:
        """The same as a table that the next question can be put to. Raises RefusedSql."""
        answer = self._evaluate(sql, tables)
        return answer["columns"], [list(row.values()) for row in answer["rows"]]

    def _evaluate(self, sql: str, tables: Mapping[str, Table]) -> dict[str, Any]:
        told = {name: [columns, [list(row) for row in rows]] for name, (columns, rows) in tables.items()}
        answer = self._ask({"rows": sql, "tables": told})
        if "error" in answer:
            raise RefusedSql(answer["error"])
        return answer

    def _ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asked, default=_text) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("Google's SQL library has ended: its error is on standard error")
        return dict(json.loads(answer))


def _text(value: Any) -> str:
    if isinstance(value, date | datetime | Decimal):
        return str(value)
    raise TypeError(f"a {type(value).__name__} cannot be a cell")


@contextmanager
def asking(python: Path) -> Iterator[SqlLibrary]:
    """The library, run by the python of the emulator's environment, until the block ends."""
    process = subprocess.Popen(
        [python, "-m", "emulator.sql"],
        cwd=PROJECT_FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        yield SqlLibrary(process)
    finally:
        process.stdin.close()
        process.wait(30)
        process.stdout.close()
