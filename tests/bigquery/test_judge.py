"""One contract, two engines: the same batch gets the same verdicts on BigQuery as on DuckDB."""

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from google.cloud.bigquery._http import Connection

from flows import contracts
from flows.bills import counted
from flows.contracts import judge
from flows.errors import WarehouseError
from flows.gcp import bigquery_client
from flows.load import load
from flows.receipts import Check
from flows.settings import PROJECT, Settings, load_settings
from flows.warehouse import open_warehouse
from tests.contracts.faults import FAULTS, spoil

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery again")]

# The lake's columns are the records', and the load job sees to it that BigQuery's are: what can differ is the contract.
OF_ROWS = {name: fault for name, (fault, caught) in FAULTS.items() if not caught[1].startswith("columns")}


@pytest.fixture
def shop(cloud: Settings) -> Iterator[Settings]:
    """One shop for most tests, whose datasets take seconds to make; each test has a batch of its own."""
    shop = cloud.model_copy(update={"bigquery_dataset_prefix": "judge_", "lake": "gs://lake/judge"})
    yield shop
    client = bigquery_client(shop)
    for table in client.list_tables("judge_lake"):  # the more there are, the longer the emulator looks for columns
        client.delete_table(table)


@pytest.fixture
def local(tmp_path: Path) -> Settings:
    """The same shop on DuckDB."""
    return load_settings(home=tmp_path / "local")


def not_passed(checks: tuple[Check, ...]) -> list[tuple[str, str, str, str]]:
    return [(check.table, check.name, check.level, check.measured) for check in checks if not check.is_passed]


def test_a_healthy_batch_gets_the_same_verdicts_on_both(local: Settings, shop: Settings) -> None:
    checks = judge(spoil(shop, batch_id="healthy"), shop)
    assert checks == judge(spoil(local), local)
    assert not_passed(checks) == []


@pytest.mark.parametrize("name", OF_ROWS)
def test_a_fault_is_measured_alike_on_both(name: str, local: Settings, shop: Settings) -> None:
    checks = judge(spoil(shop, OF_ROWS[name], batch_id=name.replace(" ", "-")), shop)
    assert checks == judge(spoil(local, OF_ROWS[name]), local)
    assert not_passed(checks) == [FAULTS[name][1]]


def test_counts_that_the_manifest_holds_are_judged_alike(local: Settings, shop: Settings) -> None:
    checks = judge(spoil(shop, quarantined=30, duplicates=70, batch_id="counts"), shop)
    assert checks == judge(spoil(local, quarantined=30, duplicates=70), local)
    assert {name for _, name, _, _ in not_passed(checks)} == {"few rows were refused", "few rows are exact copies"}


@pytest.mark.parametrize("tables", [("users",), ("events", "products")])
def test_a_batch_without_some_tables_is_judged_alike(tables: tuple[str, ...], local: Settings, shop: Settings) -> None:
    checks = judge(spoil(shop, tables=tables, batch_id="-".join(tables)), shop)
    assert checks == judge(spoil(local, tables=tables), local)
    assert not_passed(checks) != []


def test_ids_of_a_large_batch_are_sampled_as_whole_ids(
    local: Settings, shop: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.contracts.view.SAMPLE_ABOVE", 100)
    before = jobs(shop)
    fault = "update events set event_id = 'x' || substr(event_id, 2)::int // 2"
    checks = judge(spoil(shop, fault, batch_id="sampled"), shop)
    assert checks == judge(spoil(local, fault), local)
    assert not_passed(checks) == [("events", "events do not share their id", "warn", "50 %")]
    queries = [job.query for job in jobs(shop, but=before) if job.job_type == "query"]
    assert [query for query in queries if "where mod(farm_fingerprint(event_id), 16) = 0" in query]


def test_what_was_loaded_before_is_known_and_what_was_judged_is_not_loaded_again(shop: Settings) -> None:
    before = jobs(shop)
    for tables, batch_id in ((("users", "products"), "before"), (("events",), "after")):
        validated = spoil(shop, tables=tables, batch_id=batch_id)
        assert not_passed(judge(validated, shop)) == ([] if "events" in tables else [NO_EVENTS])
        assert load(validated, shop).is_new
    with open_warehouse(shop) as warehouse:
        (found,) = warehouse.query("select count(*) as number from raw.events where event_date >= '2000-01-01'")
    assert found["number"] == 1000
    loads = [job.job_id for job in jobs(shop, but=before) if job.job_type == "load"]
    staged = [re.sub("_[0-9a-f]{12}_", "_", name.split("_load_")[1]) for name in loads]
    assert sorted(staged) == ["events_after_0", "products_before_0", "users_before_0"]


def test_what_another_batch_of_the_landing_tells_is_known_on_both(local: Settings, shop: Settings) -> None:
    told = []
    for settings in (local, shop):
        beside = [spoil(settings, tables=(table,), batch_id=f"beside-{table}") for table in ("users", "products")]
        told.append(judge(spoil(settings, tables=("events",), batch_id="amid"), settings, beside))
    assert told[0] == told[1]
    assert not_passed(told[1]) == []


def test_every_question_of_soda_is_labelled_and_capped(shop: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is sent: the emulator keeps neither labels nor caps."""
    careful = shop.model_copy(update={"bigquery_max_gigabytes": 3, "bigquery_labels": "team=data"})
    sent, really = list[dict[str, Any]](), Connection.api_request

    def recorded(connection: Connection, *args: Any, **call: Any) -> Any:
        if call.get("method") == "POST" and call["path"].endswith(("/jobs", "/queries")):
            sent.append(call["data"].get("configuration", {}))
        return really(connection, *args, **call)

    monkeypatch.setattr(Connection, "api_request", recorded)
    with counted() as bill:
        judge(spoil(careful, batch_id="labelled"), careful)
    assert bill.billed.jobs == 14, "which is what stands in the receipt of the step: three loads, and soda's questions"
    assert [job["labels"] for job in sent] == [{"app": "shopflow", "team": "data"}] * 14
    capped = [job["query"]["maximumBytesBilled"] for job in sent if "query" in job]
    assert capped == [str(3 * 10**9)] * 11, "columns and one scan of each table, shared ids, versions, users, products"


# What is done to a contract, and which check is to fail by it.
PLANTED = {
    "a type": ("products", "is_active, data_type: boolean", "is_active, data_type: integer", "is_active is bool"),
    "a column too many": ("users", "columns:", "columns:\n  - {name: colour, data_type: string}", "lacks colour"),
    "a column missing": ("events", "  - {name: currency, data_type: string}\n", "", "has currency"),
    "a threshold": ("users", "must_be_less_than_or_equal: 10", "must_be_less_than: 0", "0 % without"),
    "a null": ("users", "coalesce(100.0 * sum(", "nullif(0 * sum(", "not evaluated: soda does not say why"),
    "an unknown column": ("users", "created_at is null", "created_on is null", "not evaluated: "),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_fault_in_a_contract_is_found_on_both(
    name: str, local: Settings, shop: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, was, planted, told = PLANTED[name]
    for contract in (PROJECT / "flows/contracts").glob("*.yml"):
        text = contract.read_text("utf-8")
        assert contract.stem != table or was in text
        (tmp_path / contract.name).write_text(text.replace(was, planted, 1) if contract.stem == table else text)
    monkeypatch.setattr(contracts, "FOLDER", tmp_path)
    both = [judge(spoil(shop, batch_id=name.replace(" ", "-")), shop), judge(spoil(local), local)]
    names = [[(check.table, check.name, check.level, check.is_passed) for check in checks] for checks in both]
    assert names[0] == names[1]
    for checks in both:
        (caught, *_) = not_passed(checks)
        assert caught[0] == table
        assert caught[3].startswith(told)


def test_a_question_that_may_not_be_asked_ends_the_run_and_is_no_verdict(cloud: Settings) -> None:
    """Soda takes any error for an answer; a warning that was not measured would let the batch pass."""
    with open_warehouse(cloud):
        bigquery_client(cloud).delete_table(f"{cloud.bigquery_dataset_prefix}raw.users")
    with pytest.raises(WarehouseError, match=r"was not found.*doctor"):
        judge(spoil(cloud), cloud)


def test_a_question_over_the_cap_ends_the_run_and_is_no_verdict(shop: Settings) -> None:
    careful = shop.model_copy(update={"bigquery_max_gigabytes": 0.001})
    with pytest.raises(WarehouseError, match="more than SHOPFLOW_BIGQUERY_MAX_GIGABYTES") as said:
        judge(spoil(careful, batch_id="capped"), careful)
    assert "\n" not in str(said.value)


def test_judging_on_duckdb_imports_nothing_of_google(local: Settings) -> None:
    program = (
        "import sys; from flows.contracts import judge; from flows.settings import load_settings;"
        "from tests.contracts.faults import spoil;"
        "settings = load_settings(); assert len(judge(spoil(settings), settings)) > 20;"
        "print(*(name for name in sys.modules if name.startswith(('google.cloud.', 'soda_bigquery'))))"
    )
    environment = {"SHOPFLOW_HOME": str(local.home), "PYTHONPATH": str(PROJECT)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


NO_EVENTS = ("events", "the batch has events", "warn", "no file of events")


def jobs(settings: Settings, but: Sequence[Any] = ()) -> list[Any]:
    """The jobs that there have been, except some."""
    known = {job.job_id for job in but}
    return [job for job in bigquery_client(settings).list_jobs(max_results=10_000) if job.job_id not in known]
