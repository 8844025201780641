"""The oracle's events: told once, each with its visitor and the start of its session, in plain Python.

Like `tests/oracle.py` it follows docs/architecture.md and the YAML beside the models, never their SQL.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flows.records import Event

Row = dict[str, Any]
Told = list[tuple[Any, ...]]
PAUSE, DAY = timedelta(minutes=30), timedelta(days=1)


def grouped(rows: Iterable[Row], *names: str) -> dict[tuple[Any, ...], list[Row]]:
    """The rows that agree in all of `names`, by what they agree on, in the order in which they stand."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in names), []).append(row)
    return groups


def told_once(rows: Iterable[Row], key: tuple[str, ...], content: Iterable[str]) -> list[Row]:
    """Of rows of one key the one whose content comes first, an unknown value after any known.

    Batch and file take no part. No page says in which order columns are looked at, but for an event's `received_at`.
    """
    names = list(content)
    copies = grouped(rows, *key).values()
    return [min(own, key=lambda row: [(row[name] is None, row[name]) for name in names]) for own in copies]


def told_events(rows: Iterable[Row]) -> list[Row]:
    """stg_events, in order of time, then of id. Of copies, the one received first counts (stg_repeated_events)."""
    told = [dict(row) for row in told_once(rows, Event.key, ("received_at", *Event.model_fields))]
    for event in told:
        event["visitor_id"] = visitor_id(event)
    told.sort(key=lambda event: (event["event_timestamp"], event["event_id"]))
    for own in grouped(told, "visitor_id").values():
        for event, start in zip(own, session_starts(own), strict=True):
            event["session_started_at"] = start
    return told


def visitor_id(event: Row) -> str:
    """stg_events: `u:` and the user's id where known, else `a:` and the anonymous id."""
    return f"a:{event['anonymous_id']}" if event["user_id"] is None else f"u:{event['user_id']}"


def session_starts(own: list[Row]) -> list[Any]:
    """Architecture, Sessions: when the session of each event of one visitor began. `own` is in order of time.

    An event opens a session if the visitor's previous event is more than 30 minutes earlier, or if there is none. Every
    event belongs to the last opening on its own day or the day before; where there is none, to the day's first event.
    """
    starts, openings, previous = [], [], None
    for event in own:
        at, day = event["event_timestamp"], event["event_date"]
        if previous is None or at - previous > PAUSE:
            openings.append(event)
        near = [opening for opening in openings if opening["event_date"] in (day, day - DAY)]
        first_of_day = next(other for other in own if other["event_date"] == day)
        starts.append((near[-1] if near else first_of_day)["event_timestamp"])
        previous = at
    return starts
