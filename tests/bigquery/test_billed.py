"""Every job is capped and labelled, a cap that is too low ends a run with nothing half-done, receipts tell the bill.

The emulator bills by a rule of its own (`emulator/gaps/sizes.py`): its figures are looked at for their form only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests
from dbt.cli.main import dbtRunner

from flows.bills import counted
from flows.builds import Statement, command, parsed
from flows.contracts import judge
from flows.errors import WarehouseError
from flows.lake import Lake
from flows.receipts import Loaded, Receipt
from flows.settings import Settings
from flows.warehouse import open_warehouse
from flows.warehouse.bigquery_cost import estimates
from flows.warehouse.bigquery_jobs import Jobs
from tests.accepted import accepted
from tests.ran import Ran

EVENTS = [{"event_id": f"e{n}", "event_date": date(2025, 11, 3)} for n in range(3)]
TOO_LOW = 0.001  # GB: a query that reads a table is billed ten times as much at least
SENTENCE = (
    r"it would bill more than SHOPFLOW_BIGQUERY_MAX_GIGABYTES \(0\.001 GB\) allows, so it was not run: look at "
    r"`shopflow cost`, then raise the limit knowingly"
)


def load(settings: Settings, batch_id: str = "b1") -> Loaded:
    with open_warehouse(settings) as warehouse:
        batch = accepted(settings, batch_id, "TIMESTAMPTZ", events=EVENTS)
        return warehouse.load(batch, Lake.of(settings), settings)


@contextmanager
def wire() -> Iterator[list[dict[str, Any]]]:
    """The configurations of the queries that this process sends within the block, whichever library sends them.

    Read where they are sent: the emulator forgets of a job what it does not use.
    """
    really, sent = requests.Session.send, []

    def send(session: requests.Session, request: requests.PreparedRequest, **how: Any) -> requests.Response:
        path = request.path_url.split("?")[0]
        if request.method == "POST" and path.endswith(("/jobs", "/queries")) and "/upload/" not in path:
            body = json.loads(request.body or b"{}")
            if told := body.get("configuration", {"query": body}).get("query"):
                sent.append({**told, "labels": body.get("configuration", body).get("labels")})
        return really(session, request, **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests.Session, "send", send)
        yield sent


def caps_and_labels(sent: list[dict[str, Any]]) -> set[tuple[int, str, str]]:
    return {(int(told["maximumBytesBilled"]), told["labels"]["app"], told["labels"]["team"]) for told in sent}


@pytest.mark.slow
@pytest.mark.xdist_group("bigquery")
def test_every_question_of_ours_crosses_the_wire_with_cap_and_labels(cloud: Settings) -> None:
    shop = cloud.model_copy(update={"bigquery_max_gigabytes": 0.5, "bigquery_labels": "team=data"})
    with wire() as sent:
        load(shop)
        with open_warehouse(shop) as warehouse:
            warehouse.imbalances(thorough=True)
            warehouse.pending("models")
        judge(accepted(shop, "b2", "TIMESTAMPTZ", events=EVENTS), shop)
        list(estimates(Jobs.begin(shop), [Statement("a", "model", "select 1")]))
    assert any(told["query"].startswith("begin transaction;") for told in sent)
    assert caps_and_labels(sent) == {(500_000_000, "shopflow", "data")}


@pytest.mark.slow
@pytest.mark.xdist_group("bigquery")
def test_every_statement_of_dbt_crosses_the_wire_with_cap_and_labels(cloud: Settings) -> None:
    shop = cloud.model_copy(update={"bigquery_max_gigabytes": 0.5, "bigquery_labels": "team=data"})
    load(shop)
    with wire() as sent:
        outcome = dbtRunner(parsed(shop)).invoke(
            [*command("build", shop), "--select", "+dim_date", "--indirect-selection", "cautious"]
        )
    assert outcome.success, [result.message for result in outcome.result if result.status == "error"]
    nodes = {told["labels"].get("dbt_node") for told in sent}
    assert {"stg_repeated_events", "dim_date", "the_calendar_has_no_gap"} <= nodes
    assert caps_and_labels(sent) == {(500_000_000, "shopflow", "data")}


@pytest.mark.xdist_group("bigquery")
def test_a_cap_that_refuses_the_transaction_leaves_nothing_of_the_batch(
    cloud: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = Jobs.run

    def run(jobs: Jobs, sql: str, params: Any = ()) -> Any:
        cap = {"bigquery_max_gigabytes": TOO_LOW} if sql.startswith("begin transaction;") else {}
        return really(replace(jobs, settings=jobs.settings.model_copy(update=cap)), sql, params)

    with monkeypatch.context() as patch:
        patch.setattr(Jobs, "run", run)
        with pytest.raises(WarehouseError, match=SENTENCE) as refused:
            load(cloud)
    assert "\n" not in str(refused.value)
    with open_warehouse(cloud) as warehouse:
        assert warehouse.query("select * from ops.batches") == []
        assert warehouse.query("select * from raw.events where event_date > '2000-01-01'") == []
        assert warehouse.query("select * from ops.settings") == []
    assert load(cloud).is_new


@pytest.mark.xdist_group("bigquery")
def test_a_job_that_is_refused_bills_nothing_and_one_that_runs_is_on_the_bill(cloud: Settings) -> None:
    load(cloud)
    jobs, low = (Jobs.begin(cloud.model_copy(update={"bigquery_max_gigabytes": cap})) for cap in (1, TOO_LOW))
    with counted() as bill, pytest.raises(WarehouseError, match=SENTENCE):
        low.run("select * from ops.batches")
    assert bill.billed.bytes == 0
    with counted() as bill:
        job = jobs.run("select * from ops.batches")
    assert (bill.billed.jobs, bill.billed.bytes) == (1, job.total_bytes_billed)
    assert bill.billed.bytes > 0


@pytest.mark.slow
@pytest.mark.xdist_group("prefect")
def test_a_cap_that_is_too_low_ends_a_run_in_one_sentence_and_the_next_run_tells_its_bill(
    cloud: Settings, tmp_path: Path, run_flow: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.pipeline import pipeline
    from flows.summary import billed_lines, size

    for name in ("target", "lake", "bigquery_endpoint", "bigquery_project", "bigquery_dataset_prefix"):
        monkeypatch.setenv(f"SHOPFLOW_{name.upper()}", str(getattr(cloud, name)))
    rows = [
        {
            "event_id": f"e{n}",
            "event_type": "page_view",
            "event_timestamp": f"2025-11-03T12:00:0{n}Z",
            "visitor_id": "a",
        }
        | {"anonymous_id": "a"}
        for n in range(3)
    ]
    (tmp_path / "events.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))

    monkeypatch.setenv("SHOPFLOW_BIGQUERY_MAX_GIGABYTES", str(TOO_LOW))
    refused = run_flow(pipeline, cloud, source=[str(tmp_path / "events.jsonl")])
    assert refused.state.is_failed()
    assert "SHOPFLOW_BIGQUERY_MAX_GIGABYTES (0.001 GB) allows" in refused.state.message
    assert "\n" not in refused.state.message
    with open_warehouse(cloud) as warehouse:
        assert warehouse.query("select * from ops.batches") == []

    monkeypatch.delenv("SHOPFLOW_BIGQUERY_MAX_GIGABYTES")
    done = run_flow(pipeline, cloud, source=[str(tmp_path / "events.jsonl")])
    assert done.state.is_completed(), done.state.message
    with open_warehouse(cloud) as warehouse:
        kept = {receipt.step: receipt for receipt in warehouse.receipts(done.story.run_id)}
    bills = {step: receipt.detail["billed"] for step, receipt in kept.items() if "billed" in receipt.detail}
    assert {"load", "transform", "publish", "run"} <= set(bills)
    steps = [bill for step, bill in bills.items() if step != "run"]
    for what in ("jobs", "bytes", "slot_ms"):
        assert bills["run"][what] >= sum(bill[what] for bill in steps)
    assert bills["transform"]["bytes"] >= sum(node.billed.bytes for node in done.story.nodes) > 0
    (line,) = billed_lines([Receipt(**vars(kept["run"]))], cloud)
    assert line.startswith(f"{size(bills['run']['bytes'])} by {bills['run']['jobs']:,} jobs, ")
