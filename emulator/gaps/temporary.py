"""A temporary table outlives the script that made it, so that the same script fails when it runs again."""

import re
from contextlib import suppress
from typing import Any

import duckdb
from bqemulator.scripting.interpreter import ScriptInterpreter

_MADE = re.compile(r"\bcreate\s+(?:or\s+replace\s+)?temp(?:orary)?\s+table\s+`?(\w+)`?", re.IGNORECASE)


def close() -> None:
    plain = ScriptInterpreter.run

    async def run(self: Any, source: str) -> Any:
        try:
            return await plain(self, source)
        finally:
            for name in _MADE.findall(source):
                async with self._ctx.engine.write_lock():
                    with suppress(duckdb.Error):
                        self._ctx.engine.execute(f'DROP TABLE IF EXISTS "{name}"')

    ScriptInterpreter.run = run
