"""Every fault that the generator can plant meets the fate that is said of it, in every format."""

from collections import Counter
from typing import Any

import pytest

from flows.generate import generate


@pytest.mark.slow
@pytest.mark.parametrize(
    ("form", "compress"), [("parquet", False), ("csv", False), ("csv", True), ("jsonl", False), ("jsonl", True)]
)
def test_planted_faults_are_counted_as_the_how_to_says(shop: Any, form: str, compress: bool) -> None:
    """A line of JSON that was cut off was once counted as `malformed_json`, against the list of faults."""
    made = generate(shop.inbox / "made", events=1_000, format=form, compress=compress, defects=["all"])
    outcome = shop.take(rows=sum(made.rows.values()))
    fates: Counter[str] = Counter()
    for fault in made.planted:
        fates[fault.reason or fault.outcome] += fault.rows
    duplicates = sum(count.duplicates for count in outcome.validated.counts)
    refused = {reason: rows for reason, rows in fates.items() if reason.startswith("events")}
    assert (outcome.reasons, duplicates) == (refused, fates["duplicate"])
    assert outcome.validated.notes == ()
