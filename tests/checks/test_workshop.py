"""Each run works in a folder of its own, and only clears away that one."""

from __future__ import annotations

from flows.checks.workshop import workshop
from flows.lake import Lake
from flows.settings import Settings


def test_two_workshops_at_once_are_in_nobodys_way(settings: Settings) -> None:
    """The accident: two runs over the same files shared one folder, and each cleared away what the other had made."""
    place = Lake(settings.lake_folder).staging
    with workshop(settings, place) as first:
        first.path("events.parquet").write_text("made by the first")
        with workshop(settings, place) as second:
            second.path("events.parquet").write_text("made by the second")
        assert first.path("events.parquet").read_text() == "made by the first"
    assert list(place.iterdir()) == []
