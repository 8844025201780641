"""How many runs of a pool are at work at once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from flows.deployments.pools import CLOUD_RUN, POOLS, PROCESS, Pool, put
from flows.settings import Settings, load_settings

ON_BIGQUERY = load_settings(target="bigquery")


class Server:
    """Has one pool, and notes what is changed of it."""

    def __init__(self, pool: Pool, settings: Settings, limit: int | None) -> None:
        self.pool = SimpleNamespace(type=pool.type, base_job_template=pool.template(settings), concurrency_limit=limit)

    def read_work_pool(self, _name: str) -> Any:
        return self.pool

    def update_work_pool(self, _name: str, told: Any) -> None:
        self.pool.concurrency_limit = told.concurrency_limit


def test_runs_of_several_machines_on_one_warehouse_are_kept_apart(settings: Settings) -> None:
    assert PROCESS.runs_at_once(settings) is None, "one home has a lock"
    assert {pool.runs_at_once(ON_BIGQUERY) for pool in POOLS.values()} == {1}
    assert CLOUD_RUN.runs_at_once(settings) == 1


@pytest.mark.parametrize(("before", "after"), [(None, 1), (3, 3)])
def test_a_pool_that_was_made_before_gets_the_limit_and_one_of_ones_own_stays(before: int | None, after: int) -> None:
    server = Server(PROCESS, ON_BIGQUERY, before)
    assert put(server, PROCESS, ON_BIGQUERY) is (before is None)  # type: ignore[arg-type]
    assert server.pool.concurrency_limit == after
    assert put(server, PROCESS, ON_BIGQUERY) is False  # type: ignore[arg-type]
