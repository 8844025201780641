"""What Google keeps of rows that are gone is told, in the receipt and on the page."""

from types import SimpleNamespace
from typing import Any

from flows.settings import PROJECT, load_settings
from flows.warehouse import bigquery_remains
from flows.warehouse.bigquery_jobs import Jobs


def test_temporary_tables_of_builds_are_told() -> None:
    (name,) = {"__rebuilt"} & {
        text.split(" as ")[0].split("}}")[-1].strip()
        for text in (PROJECT / "transforms/macros/dialect/materialize_incremental.sql").read_text("utf-8").splitlines()
        if "create temp table" in text
    }
    client: Any = SimpleNamespace(
        project="shop", get_dataset=lambda *_place, **_how: SimpleNamespace(max_time_travel_hours=48)
    )
    told = bigquery_remains.keeps(Jobs(load_settings(), client))
    assert "for up to 2 days (time travel)" in told[0]
    assert [name in sentence for sentence in told] == [False, False, True]
    page = (PROJECT / "docs/how_to/forget_a_person.md").read_text("utf-8")
    kept = [line.split(" | ") for line in page.splitlines() if name in line]
    assert [cells[1] for cells in kept] == ["up to a day"]
