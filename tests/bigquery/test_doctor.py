"""`shopflow doctor` on BigQuery: what lacks is named with what to do, and nothing is made."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import DefaultCredentialsError

from flows import gcp
from flows.commands.doctor import show_health
from flows.doctor import Finding, checks, diagnosed
from flows.doctor.emulated import notice
from flows.settings import Settings, load_settings
from flows.warehouse import open_warehouse
from flows.warehouse.bigquery_jobs import DATASETS
from flows.warehouse.bigquery_rights import granted

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery")]


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "")


@pytest.fixture
def shop(cloud: Settings, free_port: int) -> Settings:
    return cloud.model_copy(update={"server_port": free_port})


def found(settings: Settings, *, with_dbt: bool = False) -> dict[str, Finding]:
    """What the checks find; dbt's takes seconds."""
    chosen = (check for check in checks(settings) if with_dbt or check.name != "dbt")
    return {finding.name: finding for finding in diagnosed(chosen)}


def verdicts(told: dict[str, Finding]) -> dict[str, set[str]]:
    """The names of the checks by how they ended."""
    return {
        verdict: {name for name, each in told.items() if each.verdict == verdict} for verdict in ("fails", "skipped")
    }


@contextmanager
def refusing(method: str, part: str) -> Iterator[None]:
    """Answer what is sent to such an address as Google does where a right lacks."""
    really = requests.Session.send

    def send(session: requests.Session, request: requests.PreparedRequest, **how: Any) -> requests.Response:
        if request.method != method or part not in str(request.url):
            return really(session, request, **how)
        answer = requests.Response()
        message = "Access Denied: User does not have the permission."
        answer.status_code, answer.request, answer.url = 403, request, str(request.url)
        answer._content = json.dumps(
            {"error": {"code": 403, "message": message, "errors": [{"reason": "accessDenied", "message": message}]}}
        ).encode()
        answer.headers["content-type"] = "application/json"
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests.Session, "send", send)
        yield


def test_a_project_where_nothing_was_made_can_be_used_and_nothing_is_made(shop: Settings) -> None:
    client, bucket = gcp.bigquery_client(shop), gcp.storage_client(shop).bucket("lake")

    def state() -> tuple[set[str], set[str]]:
        return {each.dataset_id for each in client.list_datasets()}, {blob.name for blob in bucket.list_blobs()}

    before = state()
    told = found(shop, with_dbt=True)
    assert verdicts(told) == {"fails": set(), "skipped": set()}
    place = f"{shop.bigquery_project}.{shop.bigquery_dataset_prefix}raw"
    assert told["dataset raw"].told.startswith(
        f"{place} is not there yet; a run makes it in US, and needs BigQuery Dat"
    )
    assert told["bucket"].told == f"{shop.lake}, in US; may list, write, delete"
    assert told["dbt"].told.endswith("the profile `bigquery` can be read")
    assert state() == before
    assert not shop.home.exists()


def test_what_is_there_is_told_and_gets_no_table(shop: Settings) -> None:
    with open_warehouse(shop) as warehouse:
        warehouse.query("insert into ops.settings (name, value) values ('reporting_timezone', 'UTC')")
    told = found(shop)
    assert verdicts(told) == {"fails": set(), "skipped": set()}
    assert all(told[f"dataset {name}"].told.endswith(", in US; may write") for name in DATASETS)
    assert told["time zone"].told == "UTC, fixed by the first load"
    client = gcp.bigquery_client(shop)
    assert list(client.list_tables(f"{shop.bigquery_project}.{shop.bigquery_dataset_prefix}marts")) == []
    wrong = found(shop.model_copy(update={"reporting_timezone": "Europe/Paris"}))
    assert verdicts(wrong)["fails"] == {"time zone"}
    assert "set it to UTC" in wrong["time zone"].told


def test_datasets_in_another_place_are_named_and_what_hangs_on_them_is_skipped(shop: Settings) -> None:
    with open_warehouse(shop):
        pass
    told = found(shop.model_copy(update={"bigquery_location": "EU"}))
    assert verdicts(told) == {
        "fails": {*(f"dataset {name}" for name in DATASETS), "bucket"},
        "skipped": {"time zone", "marts"},
    }
    assert "raw is in US, but SHOPFLOW_BIGQUERY_LOCATION is EU: set it to US" in told["dataset raw"].told
    assert "bucket lake is in US, but the datasets are in EU" in told["bucket"].told


def test_a_bucket_that_is_not_there_is_told_with_the_command_that_makes_it(shop: Settings) -> None:
    told = found(shop.model_copy(update={"lake": "gs://nobodys/shop"}))
    assert verdicts(told)["fails"] == {"bucket"}
    assert "`gcloud storage buckets create gs://nobodys --location=US` makes it" in told["bucket"].told


@pytest.mark.parametrize(
    ("method", "part", "name", "role"),
    [
        ("POST", "/jobs", "queries", "BigQuery Job User (roles/bigquery.jobUser) on project "),
        ("GET", "_marts", "dataset marts", "BigQuery Data Editor (roles/bigquery.dataEditor) on dataset "),
        ("GET", "/lake/o", "bucket", "Storage Object User (roles/storage.objectUser) on bucket lake"),
        ("POST", "/upload/storage", "bucket", "Storage Object User (roles/storage.objectUser) on bucket lake"),
        ("DELETE", "/lake/o", "bucket", "Storage Object User (roles/storage.objectUser) on bucket lake"),
    ],
)
def test_a_right_that_lacks_is_told_with_the_role_to_grant(
    shop: Settings, method: str, part: str, name: str, role: str
) -> None:
    with refusing(method, part):
        told = found(shop)
    assert name in verdicts(told)["fails"]
    assert f"Grant {role}" in told[name].told
    assert "\n" not in told[name].told


def test_a_bucket_whose_location_may_not_be_known_is_ok(shop: Settings) -> None:
    """Storage Object User, which is all that a run needs, does not have that right."""
    with refusing("GET", "/b/lake?"):
        assert found(shop)["bucket"].told == f"{shop.lake}, its location is not known to you; may list, write, delete"


def test_a_service_that_is_away_is_told_once(shop: Settings) -> None:
    gone = shop.model_copy(update={"bigquery_endpoint": "http://127.0.0.1:9"})
    told = found(gone)
    assert verdicts(told)["fails"] == {"queries"}
    assert "Google's service did not answer" in told["queries"].told
    assert {f"dataset {name}" for name in DATASETS} <= verdicts(told)["skipped"]


def test_an_emulator_is_named_before_all_else(
    shop: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("flows.commands.doctor.load_settings", lambda: shop)
    monkeypatch.setattr("flows.commands.doctor.checks", lambda _: [])
    assert show_health()
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith("This is an emulator and not Google's service: BigQuery at http://127.0.0.1:")
    assert notice(shop.model_copy(update={"target": "duckdb"})) == ""


def test_half_an_emulator_is_refused(shop: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STORAGE_EMULATOR_HOST")
    told = found(shop)
    assert verdicts(told)["fails"] == {"credentials"}
    assert (
        "SHOPFLOW_BIGQUERY_ENDPOINT names an emulator, but STORAGE_EMULATOR_HOST is not set" in told["credentials"].told
    )
    assert {"queries", "bucket"} <= verdicts(told)["skipped"]


def test_without_credentials_everything_of_googles_is_skipped(
    tmp_path: Any, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lack(**_: Any) -> None:
        raise DefaultCredentialsError("none")

    monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)
    monkeypatch.setattr("google.auth.default", lack)
    told = found(
        load_settings(target="bigquery", home=tmp_path, lake="gs://lake", server_port=free_port), with_dbt=True
    )
    assert "`gcloud auth application-default login` makes some" in told["credentials"].told
    assert verdicts(told)["skipped"] == {
        *(f"dataset {name}" for name in DATASETS),
        "queries",
        "time zone",
        "marts",
        "bucket",
        "dbt",
    }


@pytest.fixture
def manager() -> Iterator[Callable[[int, object], str]]:
    """A stand-in for Google's Resource Manager, which has no emulator; the address at which it answers so."""
    servers = []

    def begin(status: int, answer: object) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
                assert asked == {"permissions": ["bigquery.datasets.create"]}
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_: object) -> None: ...

        servers.append(HTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}/v1/projects/{{}}:testIamPermissions"

    yield begin
    for server in servers:
        server.shutdown()
        server.server_close()


def test_whether_datasets_may_be_made_is_asked_of_the_resource_manager(
    manager: Callable[[int, object], str], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, asked = load_settings(target="bigquery", home=tmp_path), ["bigquery.datasets.create"]
    monkeypatch.setattr(gcp, "credentials", lambda _: (AnonymousCredentials(), "demo"))
    assert granted(settings, asked, manager(200, {"permissions": asked})) == frozenset(asked)
    assert granted(settings, asked, manager(200, {})) == frozenset()
    assert granted(settings, asked, manager(403, {"error": {}})) is None
    assert granted(settings, asked, "http://127.0.0.1:9/{}") is None
