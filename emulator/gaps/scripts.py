"""In scripts `@parameters` have no values, and `set v = (select as struct x)` gives the struct, not its field."""

import re
from typing import Any

import bqemulator.jobs.executor as executor
import bqemulator.scripting.interpreter as interpreter

_STRUCT = re.compile(r"\s*\(?\s*select\s+as\s+struct\b", re.IGNORECASE)
_PARAMETER = re.compile(r"(?<!@)@([A-Za-z_]\w*)")
# As they stand in SQL without quotes.
_BARE = ("INT64", "FLOAT64", "BOOL")


def close() -> None:
    plain_set, plain_body = interpreter.ScriptInterpreter._exec_set, executor._run_query_body

    async def exec_set(self: Any, statement: Any) -> None:
        if len(statement.targets) != 1 or not _STRUCT.match(statement.source_expr):
            return await plain_set(self, statement)
        value = await self._eval_expr_scalar(statement.source_expr)
        return self._frames.set(statement.targets[0], next(iter(value.values())) if isinstance(value, dict) else value)

    async def body(*, bq_sql: str, query_params: Any, is_scripted: bool, **told: Any) -> Any:
        if is_scripted and query_params:
            values = {each["name"].lower(): _literal(each) for each in query_params if each.get("name")}
            bq_sql = _PARAMETER.sub(lambda found: values.get(found[1].lower(), found[0]), bq_sql)
        return await plain_body(bq_sql=bq_sql, query_params=query_params, is_scripted=is_scripted, **told)

    interpreter.ScriptInterpreter._exec_set, executor._run_query_body = exec_set, body


def _literal(parameter: dict[str, Any]) -> str:
    """A parameter as the client sends it, as it would stand in SQL."""
    kind, value = parameter["parameterType"], parameter.get("parameterValue", {})
    if kind["type"] == "ARRAY":
        element = kind["arrayType"]
        items = [_literal({"parameterType": element, "parameterValue": item}) for item in value.get("arrayValues", [])]
        return f"cast([{', '.join(items)}] as array<{element['type']}>)"
    raw = value.get("value")
    if raw is None:
        return f"cast(null as {kind['type']})"
    if kind["type"] in _BARE:
        return str(raw)
    quoted = raw.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"cast('{quoted}' as {kind['type']})"
