"""Noncurrent versions of the lake's objects. The emulator keeps none: what a bucket says of them is made up here as the
API would say it; what is sent is what Google's client sends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import requests

from flows.lake import Lake
from flows.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery")]

GONE = "2026-01-01T00:00:00Z"


class Versions:
    """A bucket with object versioning: names of objects with their generations, the live one last."""

    def __init__(self, prefix: str, **objects: list[int]) -> None:
        self.prefix, self.objects, self.held = prefix, objects, set[int]()
        self.retention: str | None = "604800"

    def answer(self, request: requests.PreparedRequest) -> requests.Response:
        url = urlsplit(request.url or "")
        query = {name: values[0] for name, values in parse_qs(str(url.query)).items()}
        name = unquote(str(url.path)).partition("/o/")[2].removeprefix(f"{self.prefix}/")
        if request.method == "DELETE":
            generation = int(query["generation"])  # without one, the live object would go
            if generation in self.held:
                return _response(403, {"error": {"code": 403, "message": "held by a retention policy"}})
            self.objects[name].remove(generation)
            return _response(204, None)
        if str(url.path).endswith("/o"):
            return _response(200, {"items": [*self._listed(query)]})
        if self.retention is None:
            return _response(403, {"error": {"code": 403, "message": "no storage.buckets.get"}})
        return _response(200, {"name": "lake", "softDeletePolicy": {"retentionDurationSeconds": self.retention}})

    def _listed(self, query: dict[str, str]) -> Iterator[dict[str, str]]:
        for name, generations in self.objects.items():
            for generation in generations if query.get("versions") == "True" else generations[-1:]:
                told = {"name": f"{self.prefix}/{name}", "bucket": "lake", "generation": str(generation)}
                if told["name"].startswith(query["prefix"]):
                    yield told | ({} if generation == generations[-1] else {"timeDeleted": GONE})


def heard(bucket: Versions, request: requests.PreparedRequest) -> requests.Response:
    answer = bucket.answer(request)
    answer.request, answer.url = request, request.url or ""
    return answer


def _response(status: int, told: Any) -> requests.Response:
    answer = requests.Response()
    answer.status_code, answer._content = status, b"" if told is None else json.dumps(told).encode()
    answer.headers["Content-Type"] = "application/json"
    return answer


@pytest.fixture
def bucket(cloud: Settings, monkeypatch: pytest.MonkeyPatch) -> Versions:
    objects = {"accepted/events/b1.parquet": [1, 2, 9], "quarantine/events/b1.parquet": [3, 9]}
    others = {"accepted/events/b2.parquet": [4, 9], "tombstones.json": [5, 9]}
    made = Versions(cloud.lake.removeprefix("gs://lake/"), **objects, **others)
    monkeypatch.setattr(requests.Session, "send", lambda _, request, **how: heard(made, request))
    return made


def test_older_versions_of_the_files_go_and_all_others_stay(cloud: Settings, bucket: Versions) -> None:
    lake = Lake.of(cloud)
    files = [*lake.accepted_files("events", "b1"), lake.quarantine("events", "b1")]
    assert lake.drop_older(files) == 3
    assert [*bucket.objects.values()] == [[9], [9], [4, 9], [5, 9]]
    assert lake.keeps(files) == [
        "1 older versions of other files of the lake are in the bucket and were not searched",
        "the bucket keeps deleted objects for 7 days (soft delete), until nobody can have them",
    ]


def test_what_may_not_be_deleted_or_known_is_told(cloud: Settings, bucket: Versions) -> None:
    lake = Lake.of(cloud)
    files = [*lake.accepted_files("events", "b1"), *lake.accepted_files("events", "b2")]
    bucket.held, bucket.retention = {2}, None
    assert lake.drop_older(files) == 2
    assert lake.keeps(files) == [
        "1 older versions of these files are in the bucket and may not be deleted",
        "1 older versions of other files of the lake are in the bucket and were not searched",
        "for how long the bucket keeps deleted objects (soft delete) is not known to these credentials",
    ]


def test_a_bucket_without_versions_and_soft_delete_keeps_nothing(cloud: Settings, bucket: Versions) -> None:
    bucket.objects, bucket.retention = {"accepted/events/b1.parquet": [9]}, "0"
    lake = Lake.of(cloud)
    assert lake.drop_older(lake.accepted_files("events", "b1")) == 0
    assert lake.keeps(lake.accepted_files("events", "b1")) == []
