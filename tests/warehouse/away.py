"""BigQuery as its client sees it, on a clock of its own: jobs that take their time, and a network that is away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from google.api_core import exceptions
from google.api_core.retry import retry_base, retry_unary
from google.cloud.bigquery._http import Connection

from flows import gcp
from flows.settings import load_settings
from flows.warehouse.bigquery_jobs import Jobs

ONE_LOOK = 10.0  # seconds: as long as the service lets the question for a job's results wait


@dataclass
class Job:
    ends: float
    reason: str = ""
    is_cancelled: bool = False


@dataclass
class Service:
    """Each job takes `seconds`; those whose numbers are in `failing` fail then, for that reason. Nothing is heard from
    `away[0]` to `away[1]` seconds."""

    seconds: float = 30
    away: tuple[float, float] = (0, 0)
    failing: dict[int, str] = field(default_factory=dict)
    now: float = 0
    jobs: dict[str, Job] = field(default_factory=dict)

    def api_request(self, method: str, path: str, data: Any = None, **_more: Any) -> dict[str, Any]:
        self.now += 0.1
        if self.away[0] <= self.now < self.away[1]:
            raise requests.ConnectionError("away")
        if method == "POST" and path.endswith("/cancel"):
            name = path.split("/")[-2]
            self.jobs[name].is_cancelled = True
            self.jobs[name].ends = min(self.jobs[name].ends, self.now + 1)
            return {"job": self._told(name)}
        if method == "POST":
            name = data["jobReference"]["jobId"]
            if name in self.jobs:
                raise exceptions.Conflict("Already Exists")
            self.jobs[name] = Job(self.now + self.seconds, self.failing.get(len(self.jobs), ""))
            return self._told(name)
        name = path.split("/")[-1]
        if path.split("/")[-2] == "jobs":
            return self._told(name)
        return self._answer(name)

    def _answer(self, name: str) -> dict[str, Any]:
        until = min(self.now + ONE_LOOK, self.jobs[name].ends)
        self.now = max(self.now, until)
        if self.away[0] <= self.now < self.away[1]:
            raise requests.ConnectionError("away")
        return {"jobReference": {"jobId": name}, "jobComplete": self._is_done(name), "totalRows": "0", "schema": {}}

    def _is_done(self, name: str) -> bool:
        return self.now >= self.jobs[name].ends

    def _told(self, name: str) -> dict[str, Any]:
        job, status = self.jobs[name], {"state": "DONE" if self._is_done(name) else "RUNNING"}
        reason = "stopped" if job.is_cancelled else job.reason
        error = {"errorResult": {"reason": reason, "message": reason}} if self._is_done(name) and reason else {}
        return {
            "jobReference": {"projectId": "shop", "jobId": name, "location": "EU"},
            "configuration": {"jobType": "QUERY", "query": {"query": "select 1"}},
            "status": status | error,
        }


@pytest.fixture
def jobs_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[Service], Jobs]:
    """Jobs whose client asks a service, and whose pauses pass on its clock."""

    def made(service: Service) -> Jobs:
        def sleep(seconds: float) -> None:
            service.now += seconds

        clock = SimpleNamespace(sleep=sleep, monotonic=lambda: service.now, time=lambda: service.now)
        for module in (retry_base, retry_unary):
            monkeypatch.setattr(module, "time", clock, raising=False)
        monkeypatch.setattr(retry_base, "random", SimpleNamespace(uniform=lambda least, most: (least + most) / 2))
        monkeypatch.setattr(Connection, "api_request", lambda _self, **call: service.api_request(**call))
        settings = load_settings(bigquery_endpoint="http://nowhere.invalid", bigquery_project="shop")
        gcp.credentials.cache_clear()
        return Jobs.begin(settings)

    return made
