"""The ledger's table adds up."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from flows.commands.ledger import ledger_table

NOON = datetime(2025, 11, 1, 12, tzinfo=UTC)
FATES = ("accepted", "quarantined", "replayed", "duplicates", "erased")


def batch(batch_id: str, replay_of: str | None = None, **fates: int) -> dict[str, Any]:
    counts = {fate: fates.get(fate, 0) for fate in FATES}
    times = {"loaded_at": NOON, "built_at": NOON, "event_dates": [date(2025, 11, 1)]}
    return {"batch_id": batch_id, "replay_of": replay_of, "rows_read": sum(counts.values()), **counts, **times}


counts = st.integers(0, 2_000)


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Batches, some of whose refused rows were replayed, as batches of their own."""
    found = []
    for number in range(draw(st.integers(1, 4))):
        passed = [{fate: draw(counts) for fate in ("accepted", "duplicates", "erased")} for _ in draw(st.sets(counts))]
        fates = {fate: draw(counts) for fate in FATES if fate != "replayed"}
        found.append(batch(f"b{number}", **fates, replayed=sum(sum(replay.values()) for replay in passed)))
        found += [batch(f"b{number}-{at}", f"b{number}", **replay) for at, replay in enumerate(passed)]
    return found


@given(histories())
def test_rows_read_of_all_batches_are_the_sum_of_the_line(history: list[dict[str, Any]]) -> None:
    """Regression: replayed rows were counted where they came from and where they went."""
    head, *rows = ledger_table(history, is_all=True).splitlines()
    if len(history) > 1:
        sums = [int(word.replace(",", "")) for word in rows[-1].split()[2:-1]]
        names = [name for name in head.split()[3:-3] if name != "replayed"]
        told = dict(zip(names, sums[1:], strict=True))
        assert told.pop("read") == sum(told.values())
