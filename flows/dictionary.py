"""The data dictionary: every table and column in words, written from the records and the models' YAML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from flows.records import EVENT_TYPES, RECORDS, Record, columns
from flows.records.kinds import Code, Instant, Kind, Money, Properties, Text, Whole
from flows.settings import PROJECT
from flows.warehouse.tables import OPS, raw_fields

MODELS = PROJECT / "transforms" / "models"
METRICS = PROJECT / "dashboards" / "metrics.yml"

_INTRODUCTION = """\
# Data dictionary

Written by `make docs` from the record models (`flows/records`), from the YAML beside each dbt model
(`transforms/models`) and from the dashboard's metrics (`dashboards/metrics.yml`). Change those, not this page; a test
compares.

Instants are in UTC. A day is a day in the shop's time zone (`SHOPFLOW_REPORTING_TIMEZONE`). Amounts are decimals with
four places, with their currency beside them. How columns are named: [naming.md](naming.md).

[What comes in](#what-comes-in) · [Event types](#event-types) · [Staging](#staging) · [Intermediate](#intermediate) ·
[Marts](#marts) · [Metrics](#metrics) ·
[What the pipeline writes about itself](#what-the-pipeline-writes-about-itself)
"""

_RAW = """\
## What comes in

These are the tables that every source file is read into, whatever its format. A row that breaks a line below is refused
and kept in the quarantine with the reason's name. In the warehouse they stand in the schema `raw`; the last columns,
which no file has to bring, are added there.
"""

_OPS_SAYS = """\
## What the pipeline writes about itself

These tables stand in the schema `ops` of the warehouse; all but `publications` and `rebuilt` also in every serving
copy, beside the marts.
"""


_METRICS_SAY = """\
## Metrics

What the dashboard calls its numbers, and what they count. A tile says the same when it is asked (the question mark
beside its name). One metric is one question to the marts, wherever it is shown.
"""


def dictionary(models: Path = MODELS, metrics: Path = METRICS) -> str:
    """The whole dictionary as Markdown. `models` is the folder of dbt models whose YAML files are read, `metrics` the
    registry of the dashboard.

    Promises the same text for the same files, without a line's end at its end; reads no data and no environment.
    """
    parts = [_INTRODUCTION, _RAW]
    parts += [_record(record) for record in RECORDS.values()]
    parts.append(_event_types())
    parts += _layers(models)
    parts.append(_metrics(metrics))
    parts += [_OPS_SAYS, *(_ops(table) for table in OPS)]
    return "\n".join(parts).rstrip("\n")


def _record(record: type[Record]) -> str:
    rows = [
        (
            f"`{column.name}`",
            column.kind.duckdb,
            "yes" if column.required else "",
            column.description,
            _limits(column.kind),
        )
        for column in columns(record)
    ]
    rows += [
        (f"`{field.name}`", field.duckdb, "", field.description, "added")
        for field in raw_fields(record.table)[len(rows) :]
    ]
    lines = [
        f"### {record.table}\n",
        f"{record.one_row_is} Key: {', '.join(f'`{name}`' for name in record.key)}.\n",
        *markdown_table(("Column", "Type", "Required", "Meaning", "Accepted"), rows),
        "\nA row is also refused where\n",
        *(f"- `{rule.field}` {rule.message} (`{rule.reason}`)" for rule in record.rules),
    ]
    return "\n".join(lines) + "\n"


def _ops(table: str) -> str:
    rows = [
        (f"`{field.name}`", field.duckdb, "yes" if field.is_required else "", field.description) for field in OPS[table]
    ]
    return "\n".join([f"### ops.{table}\n", *markdown_table(("Column", "Type", "Required", "Meaning"), rows)]) + "\n"


def _limits(kind: Kind) -> str:
    match kind:
        case Text(max_bytes):
            return f"1 to {max_bytes:,} bytes"
        case Code(choices=choices) if choices:
            return ", ".join(f"`{choice}`" for choice in choices)
        case Code(meaning):
            return meaning
        case Whole(low, high):
            return f"{low:,} to {high:,}"
        case Money():
            return "0 or more, at most 4 decimals"
        case Instant():
            return "ISO 8601, years 2000 to 2099; without a zone it is UTC"
        case Properties(max_bytes):
            return f"a JSON object of at most {max_bytes:,} bytes"
        case _:
            return "true or false"


def _event_types() -> str:
    rows = [
        (f"`{event_type.name}`", event_type.meaning, ", ".join(f"`{field}`" for field in event_type.needs))
        for event_type in EVENT_TYPES.values()
    ]
    return "\n".join(["### Event types\n", *markdown_table(("Type", "Meaning", "Cannot do without"), rows)]) + "\n"


def _layers(models: Path) -> Iterator[str]:
    found = {path: yaml.safe_load(path.read_text("utf-8")) or {} for path in sorted(models.rglob("*.yml"))}
    for layer, title in (("staging", "Staging"), ("intermediate", "Intermediate"), ("marts", "Marts")):
        parts = [
            _model(model, content.get("unit_tests") or [])
            for path, content in found.items()
            if path.relative_to(models).parts[0] == layer
            for model in content.get("models") or []
        ]
        if parts:
            yield f"## {title}\n"
            yield from parts


def _model(model: Mapping[str, Any], unit_tests: Iterable[Mapping[str, Any]]) -> str:
    lines = [f"### {model['name']}\n", _one_line(model.get("description")) + "\n"]
    rows = [
        (
            f"`{column['name']}`",
            str(column.get("data_type", "")).upper(),
            _one_line(column.get("description")),
            ", ".join(_tests(column)),
        )
        for column in model.get("columns") or []
    ]
    lines += markdown_table(("Column", "Type", "Meaning", "Tested"), rows)
    claims = [*_tests(model), *(_claim(test) for test in unit_tests if test.get("model") == model["name"])]
    if claims:
        lines += ["\nAlso tested:\n", *(f"- {claim}" for claim in claims)]
    return "\n".join(lines) + "\n"


def metrics_table(registry: Path = METRICS) -> list[str]:
    """The dashboard's metrics as the lines of a table."""
    rows = [
        (
            metric["label"],
            _one_line(metric["text"]),
            _one_line(metric["grain"]),
            metric["unit"],
            ", ".join(f"`{column}`" for column in metric["columns"]),
        )
        for metric in yaml.safe_load(registry.read_text("utf-8")).values()
    ]
    return markdown_table(("Metric", "What it counts", "Told by", "Unit", "Made of"), rows)


def _metrics(registry: Path) -> str:
    return "\n".join([_METRICS_SAY, *metrics_table(registry)]) + "\n"


def _claim(unit_test: Mapping[str, Any]) -> str:
    return _one_line(unit_test.get("description")) or str(unit_test["name"]).replace("_", " ")


def _tests(of: Mapping[str, Any]) -> Iterator[str]:
    """The names of dbt data tests as a reader would say them: `not null`, `one of a, b`, `is in dim_date`."""
    for test in of.get("data_tests") or of.get("tests") or []:
        if isinstance(test, str):
            yield test.replace("_", " ")
            continue
        name, given = next((key, value) for key, value in test.items() if key not in ("name", "config", "description"))
        given = (given or {}).get("arguments") or given or {}
        if name == "accepted_values":
            yield "one of " + ", ".join(f"`{value}`" for value in given["values"])
        elif name == "relationships":
            yield f"is in `{str(given['to']).split(chr(39))[1]}`"
        elif isinstance(given.get("columns"), list):
            yield f"{name.replace('_', ' ')}: " + ", ".join(f"`{column}`" for column in given["columns"])
        elif "expression" in given:
            yield f"`{_one_line(given['expression'])}`"
        else:
            yield _one_line(test.get("description") or name).replace("_", " ")


def _one_line(text: Any) -> str:
    return " ".join(str(text or "").split())


def markdown_table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    """The lines of a Markdown table, without the columns that are empty in every row."""
    escaped = [tuple(cell.replace("|", "\\|") for cell in row) for row in rows]
    told = [place for place in range(len(head)) if any(row[place] for row in escaped)]
    return ["| " + " | ".join(row[place] for place in told) + " |" for row in (head, ("---",) * len(head), *escaped)]
