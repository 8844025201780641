"""Points in time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flows.records.kind import TEXT, Kind, Refusal, as_text, shown

_HOUR, _SIXTY = "([01][0-9]|2[0-3])", "[0-5][0-9]"
# Said to the digit, because DuckDB would also take 24:00:00 and a zone of +99:99.
_INSTANT = (
    rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ]{_HOUR}:{_SIXTY}:{_SIXTY}(\.[0-9]{{1,6}})?(Z| UTC|[+-]{_HOUR}:{_SIXTY})?"
)


@dataclass(frozen=True)
class Instant(Kind):
    """A point in time, to the microsecond, from 2000 to 2099, kept in UTC; text without a zone is taken as UTC."""

    duckdb = "TIMESTAMP"
    bigquery = "TIMESTAMP"

    @property
    def takes(self) -> frozenset[str]:
        return frozenset({"TIMESTAMP"})

    def parse(self, value: Any) -> datetime:
        try:
            moment = value if isinstance(value, datetime) else _read(as_text(value))
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except OverflowError:
            raise Refusal("out_of_range", f"{shown(str(value))} is outside of any calendar") from None
        if not 2000 <= moment.year <= 2099:
            raise Refusal("out_of_range", f"the year {moment.year} is not between 2000 and 2099")
        return moment

    def fits(self, given: str, given_type: str = TEXT) -> str:
        moment = self.value(given, given_type)
        within = f"{moment} >= timestamp '2000-01-01' and {moment} < timestamp '2100-01-01'"
        if given_type == "TIMESTAMP":
            return f"({within})"
        return f"(regexp_full_match({given}, '{_INSTANT}') and {within})"

    def value(self, given: str, given_type: str = TEXT) -> str:
        # A cast to TIMESTAMP would drop the zone of the text; `at time zone` would keep it, at 25 times the price.
        return given if given_type == "TIMESTAMP" else f"make_timestamp(epoch_us(try_cast({given} as timestamptz)))"


def _read(text: str) -> datetime:
    if not re.fullmatch(_INSTANT, text):
        raise Refusal("wrong_format", f"{shown(text)} is not a time like 2026-01-31T23:59:59Z")
    try:
        return datetime.fromisoformat(text.replace(" UTC", "Z"))
    except ValueError as error:
        raise Refusal("wrong_format", f"{shown(text)} is not in the calendar") from error
