"""Which load job a batch gets, where others were begun under its ids before."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from google.api_core.exceptions import Conflict, Forbidden

from flows.bills import counted
from flows.errors import WarehouseError
from flows.receipts import Billed
from flows.settings import load_settings
from flows.warehouse import bigquery_load
from flows.warehouse.bigquery_jobs import Jobs
from flows.warehouse.tables import OPS

OURS, RUNNING, FAILED, THEIRS = "done", "running", "failed", "another account's"


@dataclass
class Client:
    """Has jobs by the numbers in their ids, and one table, which is full once a job has filled it."""

    jobs: dict[int, str] = field(default_factory=dict)
    rows: int = 0
    project: str = "shop"
    begun: list[int] = field(default_factory=list)

    def load_table_from_uri(self, _files: object, _place: str, *, job_id: str, **_how: object) -> Any:
        number = int(job_id.rsplit("_", 1)[1])
        if number in self.jobs:
            raise Conflict("Already Exists")
        self.begun.append(number)
        self.jobs[number], self.rows = OURS, 3
        return self._job(number)

    def get_job(self, job_id: str, **_how: object) -> Any:
        number = int(job_id.rsplit("_", 1)[1])
        if self.jobs[number] == THEIRS:
            raise Forbidden("Access Denied: User does not have bigquery.jobs.get")
        return self._job(number)

    def _job(self, number: int) -> Any:
        kind = self.jobs[number]
        error = {"reason": "invalid", "message": "no such column"} if kind == FAILED else None
        state = "RUNNING" if kind == RUNNING else "DONE"
        return SimpleNamespace(
            job_id=number, state=state, error_result=error, errors=None, output_rows=3, result=lambda **_: None
        )

    def get_table(self, _place: str, **_how: object) -> Any:
        return SimpleNamespace(num_rows=self.rows)

    def create_table(self, *_table: object, **_how: object) -> None: ...


def fill(client: Client) -> None:
    jobs = Jobs(load_settings(), client)  # type: ignore[arg-type]
    bigquery_load.fill(jobs, "users_b1", OPS["settings"], ["gs://lake/users.parquet"], 3, "users")


@pytest.mark.parametrize(
    ("before", "begun"),
    [
        ({}, [0]),
        ({0: RUNNING}, []),
        ({0: FAILED}, [1]),
        ({0: OURS, 1: FAILED}, [2]),
        ({0: THEIRS}, [1]),
        ({0: FAILED, 1: THEIRS}, [2]),
    ],
)
def test_a_batch_is_carried_on_whoever_began_it(before: dict[int, str], begun: list[int]) -> None:
    client = Client(dict(before))
    with counted() as bill:
        fill(client)
    assert client.begun == begun
    assert bill.billed == Billed(jobs=1)


def test_only_loads_that_failed_count_as_tries() -> None:
    """Files that are loaded already are judged again at every run, and their tables are dropped."""
    client = Client(dict.fromkeys(range(3 * bigquery_load.ATTEMPTS), OURS))
    fill(client)
    assert client.begun == [3 * bigquery_load.ATTEMPTS]
    with pytest.raises(WarehouseError, match=r"20 loads of lake\.users_b1 have failed"):
        fill(Client(dict.fromkeys(range(bigquery_load.ATTEMPTS), FAILED)))


def test_a_job_whose_answer_was_not_heard_is_not_begun_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    client, really = Client(), Client.load_table_from_uri

    def unheard(client: Client, *call: Any, **how: Any) -> Any:
        really(client, *call, **how)
        raise Conflict("Already Exists")  # as the client's own second call is told

    monkeypatch.setattr(Client, "load_table_from_uri", unheard)
    fill(client)
    assert client.begun == [0]
