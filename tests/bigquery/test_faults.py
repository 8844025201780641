"""Faults on order: each happens as it was ordered, on both servers, and as often."""

import pytest
import requests

from emulator.start import Emulator
from flows import gcp
from flows.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery")]


@pytest.fixture(autouse=True)
def _no_faults_afterwards(emulator: Emulator) -> object:
    yield
    emulator.no_more_faults()


def ask(emulator: Emulator, question: str) -> requests.Response:
    place = f"{emulator.endpoint}/bigquery/v2/projects/{emulator.project}/queries"
    return requests.post(place, json={"query": question}, timeout=10)


def number(emulator: Emulator, question: str) -> str:
    return ask(emulator, question).json()["rows"][0]["f"][0]["v"]


def test_a_service_that_is_unavailable_twice_does_nothing_twice(emulator: Emulator) -> None:
    emulator.fault("unavailable", times=2, method="POST", path="queries", body="select 41")
    assert number(emulator, "select 40") == "40"
    assert [ask(emulator, "select 41").status_code for _ in range(3)] == [503, 503, 200]
    assert emulator.faults_left() == []


@pytest.mark.parametrize(("what", "rows"), [("lost", "0"), ("unheard", "1")])
def test_a_connection_breaks_before_or_after_the_work(
    emulator: Emulator, cloud: Settings, what: str, rows: str
) -> None:
    dataset = f"{cloud.bigquery_dataset_prefix}work"
    ask(emulator, f"create schema {dataset}").raise_for_status()
    ask(emulator, f"create table {dataset}.t (x int64)").raise_for_status()
    emulator.fault(what, body="insert")
    with pytest.raises(requests.ConnectionError):
        ask(emulator, f"insert into {dataset}.t values (1)")
    assert number(emulator, f"select count(*) from {dataset}.t") == rows


def test_the_first_ones_may_be_let_through(emulator: Emulator) -> None:
    emulator.fault("unavailable", after=1, body="select 42")
    assert [ask(emulator, "select 42").status_code for _ in range(3)] == [200, 503, 200]


@pytest.mark.parametrize("what", ["lost", "unheard", "unavailable"])
def test_google_s_clients_ask_again_and_do_nothing_twice(emulator: Emulator, cloud: Settings, what: str) -> None:
    dataset = f"{cloud.bigquery_dataset_prefix}again"
    with gcp.bigquery_client(cloud) as client:
        client.create_dataset(dataset)
        client.query(f"create table {dataset}.t (x int64)").result()
        emulator.fault(what, method="POST", body="insert into")
        client.query(f"insert into {dataset}.t values (1)").result()
        assert [row.n for row in client.query(f"select count(*) as n from {dataset}.t").result()] == [1]
    assert emulator.faults_left() == []


@pytest.mark.parametrize("what", ["lost", "unheard", "unavailable"])
def test_a_bucket_has_faults_too(emulator: Emulator, cloud: Settings, what: str) -> None:
    bucket = gcp.storage_client(cloud).bucket("lake")
    emulator.fault(what, method="GET", path="a_bucket")
    bucket.blob(f"a_bucket_{what}").upload_from_string("rows", if_generation_match=None)
    assert bucket.blob(f"a_bucket_{what}").download_as_bytes() == b"rows"
    assert emulator.faults_left() == []
