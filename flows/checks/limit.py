"""How large a share of refused rows is borne."""

from __future__ import annotations

from collections.abc import Mapping

from flows.errors import TooManyRefused
from flows.lake import Lake
from flows.receipts import TableCount
from flows.settings import Settings

SHOWN = 3  # reasons that the sentence names


def too_many_refused(
    counts: tuple[TableCount, ...], reasons: Mapping[str, int], settings: Settings, batch_id: str
) -> TooManyRefused | None:
    """The error to raise for the first table with more refused rows than `max_refused_share` of those read."""
    for count in counts:
        if count.quarantined > settings.max_refused_share * count.rows_read:
            own = {
                reason: rows
                for reason, rows in reasons.items()
                if reason.startswith((f"{count.table}.", f"{count.table}:"))
            }
            most = sorted(own.items(), key=lambda found: (-found[1], found[0]))[:SHOWN]
            return TooManyRefused(
                f"{count.table}: {count.quarantined:,} of {count.rows_read:,} rows were refused, "
                f"{count.quarantined / count.rows_read:.1%} where at most {settings.max_refused_share:.1%} are borne "
                f"({', '.join(f'{reason} {rows:,}' for reason, rows in most)}). "
                "Nothing was loaded; the refused rows lie in "
                f"{Lake.of(settings).quarantine(count.table, batch_id)}"
            )
    return None
