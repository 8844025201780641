"""Sums over a period's sessions. Shared by the pages that speak of sessions; the Overview has the same by day."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.periods import Period
from dashboards.published import Published, rows
from dashboards.queries import IN_SLICE, cached, of_slice
from dashboards.view import Slice


@dataclass(frozen=True)
class Sessions:
    """Sums over a period's sessions."""

    sessions: int
    converted: int
    bounces: int
    seconds: int
    events: int


NOTHING = Sessions(0, 0, 0, 0, 0)


@cached
def sessions(copy: Published, period: Period, part: Slice) -> Sessions:
    """The period's sessions, those with a purchase, their single-event ones, seconds and events."""
    (found,) = rows(
        copy,
        f"""
        select
            cast(coalesce(sum(sessions), 0) as int64) as sessions,
            cast(coalesce(sum(converted_sessions), 0) as int64) as converted,
            cast(coalesce(sum(bounces), 0) as int64) as bounces,
            cast(coalesce(sum(session_seconds), 0) as int64) as seconds,
            cast(coalesce(sum(events), 0) as int64) as events
        from marts.fct_session_lengths
        where session_date between @first and @last
            and {IN_SLICE}
        """,
        first=period.first,
        last=period.last,
        **of_slice(part),
    )
    return Sessions(**found)
