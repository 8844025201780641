"""timestamp_diff counts boundaries that were passed, not whole intervals; week(<day>) and isoweek begin on Sunday."""

import re
from typing import Any

import sqlglot
from bqemulator.sql.translator import SQLTranslator
from sqlglot import exp

_MICROSECONDS = {
    "MICROSECOND": 1,
    "MILLISECOND": 10**3,
    "SECOND": 10**6,
    "MINUTE": 60 * 10**6,
    "HOUR": 3600 * 10**6,
    "DAY": 86400 * 10**6,
}
_DAYS = ("SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
_CONCERNED = re.compile(r"timestamp_diff|isoweek|week\s*\(", re.IGNORECASE)


def close() -> None:
    plain = SQLTranslator.translate

    def translate(self: Any, sql: str, **options: Any) -> Any:
        return plain(self, _corrected(sql) if _CONCERNED.search(sql) else sql, **options)

    SQLTranslator.translate = translate


def _corrected(sql: str) -> str:
    try:
        tree = sqlglot.parse_one(sql, read="bigquery")
    except sqlglot.errors.SqlglotError:
        return sql
    for call in list(tree.find_all(exp.TimestampDiff)):
        if unit := _MICROSECONDS.get(call.args["unit"].name.upper()):
            later, earlier = call.this.sql("bigquery"), call.expression.sql("bigquery")
            _put(call, f"cast(trunc((unix_micros({later}) - unix_micros({earlier})) / {unit}) as int64)")
    for call in list(tree.find_all(exp.DateTrunc)):
        if first := _first_day((call.args["unit"].sql("bigquery") or "").upper().strip("'")):
            day = call.this.sql("bigquery")
            past = f"mod(extract(dayofweek from {day}) - 1 + {7 - first}, 7)"
            _put(call, f"date_sub(date({day}), interval {past} day)")
    return tree.sql("bigquery")


def _first_day(unit: str) -> int:
    """The number of the day that a week begins with; 0 for a Sunday, and for what is no week."""
    named = re.fullmatch(r"WEEK\((\w+)\)", unit)
    return _DAYS.index("MONDAY" if unit == "ISOWEEK" else named[1] if named else "SUNDAY")


def _put(call: Any, sql: str) -> None:
    call.replace(sqlglot.parse_one(sql, read="bigquery"))
