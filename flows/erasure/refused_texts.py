"""A second look at refused rows that shares nothing with the one that found them: whose text still holds an id."""

from __future__ import annotations

import json
import re

import duckdb

from flows.checks.workshop import Workshop
from flows.erasure.lake_rows import relation
from flows.erasure.person import Person
from flows.lake import Lake
from flows.records import RECORDS

_HOLDS = "list_bool_or(list_transform($texts, lambda text: contains(raw, text)))"


def count(shop: Workshop, lake: Lake, person: Person) -> int:
    """Refused rows whose text holds one of the ids as a word, unless it is clear that somebody else's row names it."""
    spelled = sorted({text for id in person.ids for text in (id, json.dumps(id)[1:-1], id.replace('"', '""'))})
    word = re.compile(rf"(?<![\w.@-])(?:{'|'.join(map(re.escape, spelled))})(?![\w@-])")
    found = 0
    for table in RECORDS:
        for path in sorted(lake.quarantine(table, "*").parent.glob("*.parquet")):
            rows = shop.connection.cursor().execute(
                "select raw, header from (select null::varchar as header where false "
                f"union all by name from {relation([path])}) where {_HOLDS}",
                {"texts": spelled},
            )  # of files from before it was kept there is no header
            while block := rows.fetchmany(1_000):
                for raw, header in block:
                    found += bool(word.search(raw)) and not _is_of_another(shop, person, header, raw)
    return found


def _is_of_another(shop: Workshop, person: Person, header: str | None, raw: str) -> bool:
    """Whether DuckDB, by what the text looks like, reads another user's id in it, or another device's and no user's."""
    try:
        if raw.lstrip().startswith("{"):
            ids = "json_extract_string($raw, ['$.user_id', '$.anonymous_id'])"
            ((told,),) = shop.connection.execute(f"select {ids}", {"raw": raw}).fetchall()
        elif header:
            told = _cells(shop, header, raw)
        else:
            return False
    except duckdb.Error:
        return False
    who = next((id.strip() for id in told if id and id.strip()), None)
    return who is not None and who not in {id.strip() for id in person.ids}


def _cells(shop: Workshop, header: str, raw: str) -> list[str | None]:
    path = shop.path("refused.csv")
    path.write_text(f"{header}\n{raw}\n", encoding="utf-8")
    reader = "read_csv($path, header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"')"
    answer = shop.connection.execute(f"from {reader}", {"path": str(path)})
    names, rows = [column[0] for column in answer.description], answer.fetchall()
    if len(rows) != 1:
        return []
    cells = dict(zip(names, rows[0], strict=True))
    return [cells.get("user_id"), cells.get("anonymous_id")]
