"""Rows that a user has corrected: the file that `shopflow quarantine export` wrote, with other texts in `raw`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flows.errors import SourceError
from flows.quarantine.waiting import Quarantine
from flows.sources.files import as_pattern, shown
from flows.sources.sql import quoted

KEY = {"batch_id": str, "table": str, "source_file": str, "line": int}
NEEDED: dict[str, type] = {**KEY, "raw": str}


def take_corrected(quarantine: Quarantine, path: Path, draft: Path) -> None:
    """Make the table `corrected` of the rows of `path`; `draft` is a file that may be written meanwhile.

    Raises SourceError, naming file and line, for what is no exported row, for a row that is there twice, and for one
    that no batch has in the quarantine.
    """
    connection = quarantine.connection
    with draft.open("w", encoding="utf-8") as file:
        longest = 0
        for number, row in _exported(path):
            text = json.dumps({**{name: row[name] for name in NEEDED}, "number": number})
            longest = max(longest, len(text))
            file.write(text + "\n")
    types = "batch_id: 'VARCHAR', 'table': 'VARCHAR', source_file: 'VARCHAR', line: 'BIGINT', raw: 'VARCHAR'"
    connection.execute(
        f"""create temp table corrected as from read_json({quoted(as_pattern(draft))}, format = 'newline_delimited',
            columns = {{{types}, number: 'BIGINT'}}, maximum_object_size = {longest + 1_000_000})"""
    )
    same = " and ".join(f'theirs."{name}" = ours."{name}"' for name in KEY)
    unknown = next(
        quarantine.query(f"from corrected as theirs anti join refused as ours on {same} order by number limit 1"), None
    )
    if unknown and (at := quarantine.purged(unknown["batch_id"])[1]):
        raise SourceError(
            f"{shown(path)}, line {unknown['number']}: the refused rows of batch {unknown['batch_id']} were let go on "
            f"{at:%Y-%m-%d} and cannot be replayed any more; leave its lines out"
        )
    if unknown:
        raise SourceError(
            f"{shown(path)}, line {unknown['number']}: no row of {unknown['table']} was refused in line "
            f"{unknown['line']} of {shown(unknown['source_file'])}, batch {unknown['batch_id']}; give a file that "
            "`shopflow quarantine export` wrote, and change nothing but raw"
        )
    columns = ", ".join(f'"{name}"' for name in KEY)
    twice = next(
        quarantine.query(
            f"select max(number) as number from corrected group by {columns} having count(*) > 1 order by 1 limit 1"
        ),
        None,
    )
    if twice:
        raise SourceError(f"{shown(path)}, line {twice['number']}: this row is in the file more than once")


def _exported(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every row of the file with its number."""
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, _row(line, f"{shown(path)}, line {number}")
    except OSError as error:
        raise SourceError(f"{shown(path)} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{shown(path)} is not encoded as UTF-8: save it as UTF-8") from error


def _row(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{where}: is not a JSON object in one line") from error
    if not isinstance(row, dict):
        raise SourceError(f"{where}: is not a JSON object in one line")
    for name, type in NEEDED.items():
        if not isinstance(row.get(name), type) or row[name] is True or row[name] is False:
            raise SourceError(f"{where}: {name} is missing, or no {'number' if type is int else 'text'}")
    if not row["raw"].strip():
        raise SourceError(f"{where}: raw is empty; leave the whole line out if the row is to stay refused")
    if re.search("[\ud800-\udfff]", "".join(row[name] for name in NEEDED if name != "line")):
        raise SourceError(f"{where}: holds half of a character (a surrogate), which is no text")
    return row
