"""Files of a replay go only where the ledger cannot get their rows any more."""

from __future__ import annotations

from typing import Any

import pytest

from flows.errors import WarehouseError
from flows.lake import Lake
from flows.quarantine.unloaded import unless_loaded
from flows.settings import Settings
from tests.accepted import accepted


class Warehouse:
    """One whose transaction was sent and not heard of: it commits before `settle` or never."""

    def __init__(self, *, commits: bool, answers: bool = True) -> None:
        self.commits, self.answers, self.loaded = commits, answers, list[dict[str, Any]]()

    def settle(self) -> None:
        if not self.answers:
            raise WarehouseError("Google's service did not answer")
        self.loaded = [{"batch_id": "b1"}] if self.commits else []

    def query(self, _sql: str, _params: object) -> list[dict[str, Any]]:
        return self.loaded


@pytest.mark.parametrize(
    ("warehouse", "are_kept"),
    [
        (Warehouse(commits=True), True),
        (Warehouse(commits=False), False),
        (Warehouse(commits=False, answers=False), True),
    ],
    ids=["commits late", "never commits", "does not answer"],
)
def test_files_of_a_script_that_was_not_heard_of(settings: Settings, warehouse: Any, are_kept: bool) -> None:
    """Regression: they were deleted as soon as the ledger lacked the batch, and then the script committed."""
    accepted(settings, "b1", users=[{"user_id": "u1"}])
    lake = Lake.of(settings)
    with pytest.raises(WarehouseError, match="not heard of"), unless_loaded(warehouse, lake, "b1"):
        raise WarehouseError("not heard of")
    assert lake.accepted_files("users", "b1")[0].is_file() is are_kept
