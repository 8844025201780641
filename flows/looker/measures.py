"""Measures out of the registry of metrics: what stands behind `measure` there, as LookML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flows.errors import SettingsError

Field = dict[str, Any]

_SUM = re.compile(r"(sum|count_distinct)\((\w+)\.(\w+)(?: where (\w+))?\)")
_FORMATS = {"count": "decimal_0", "money": "decimal_2", "percent": "percent_1"}


@dataclass(frozen=True)
class Measures:
    """The measures of one mart, and the columns that they aggregate."""

    fields: tuple[Field, ...]
    columns: frozenset[str]


def mart_of(metric: Mapping[str, Any]) -> str | None:
    """The mart whose view gets the metric's measure; None where the metric has none.

    Raises SettingsError where the measure cannot be read, or is made of more than one mart.
    """
    if not (told := metric.get("measure")):
        return None
    marts: set[str] = {found[1] for found in _SUM.findall(told)}
    rest = _SUM.sub("", told)
    if len(marts) != 1 or re.search(r"[^\s()+/-]", rest) or rest.count("/") > 1:
        raise SettingsError(
            f"metrics.yml: the measure {told!r} is not made of sum(…) and count_distinct(…) of one mart"
        )
    return marts.pop()


def measures_of(mart: str, metrics: Mapping[str, Mapping[str, Any]], column: Mapping[str, str]) -> Measures:
    """The measures of a mart. `column` says what the dimension of a column is called in its view.

    A metric that is one sum is a measure of that type; others are computed of hidden ones. Raises as `mart_of`, and
    where a column is not the mart's.
    """
    parts: dict[str, Field] = {}
    found, used = [], set()
    for name, metric in metrics.items():
        if mart_of(metric) != mart:
            continue
        told = " ".join(metric["measure"].split())
        about = {
            "label": metric["label"],
            "description": _description(metric),
            "value_format_name": _format(metric, told),
        }
        for _, _, *columns in _SUM.findall(told):
            used |= {each for each in columns if each}
        if missing := sorted(used - set(column)):
            raise SettingsError(f"metrics.yml: {name} is made of {', '.join(missing)}, which {mart} does not have")
        if alone := _SUM.fullmatch(told):
            found.append({"name": name, **_part(alone, column), **about})
            continue
        for part in _SUM.finditer(told):
            parts[_named(part)] = {"name": _named(part), **_part(part, column), "hidden": "yes"}
        over, _, under = _SUM.sub(lambda part: f"${{{_named(part)}}}", told).partition(" / ")
        sql = f"1.0 * {over} / nullif({under}, 0)" if under else over
        found.append({"name": name, "type": "number", "sql": sql, **about})
    return Measures((*found, *(parts[name] for name in sorted(parts))), frozenset(used))


def _part(part: re.Match[str], column: Mapping[str, str]) -> Field:
    verb, _, of, where = part.groups()
    sql = f"${{{column[of]}}}"
    if where:
        sql = f"case when ${{{column[where]}}} > 0 then {sql} end"
    return {"type": verb, "sql": sql}


def _named(part: re.Match[str]) -> str:
    verb, _, of, where = part.groups()
    return f"{'total' if verb == 'sum' else 'different'}_{of}{f'_where_{where}' if where else ''}"


def _format(metric: Mapping[str, Any], told: str) -> str:
    return "decimal_1" if metric["unit"] == "count" and "/" in told else _FORMATS.get(metric["unit"], "decimal_0")


def _description(metric: Mapping[str, Any]) -> str:
    text = " ".join(str(metric["text"]).split())
    return f"{text} Only within one currency: filter or group by it." if metric["unit"] == "money" else text
