"""What a run leaves in Prefect's UI."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import artifacts
from flows.builds import samples
from flows.errors import ContractBroken
from flows.ledger import receipt_of
from flows.receipts import Batch, Check, Node, RefusedFile, TableCount, Validated
from flows.settings import PROJECT, Settings
from flows.story import Story

CELL = st.one_of(
    *(st.text(), st.integers(), st.none(), st.booleans(), st.dates(), st.datetimes(), st.decimals(places=2)),
    st.lists(st.text(), max_size=2),
)
NOON = datetime(2025, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def story(settings: Settings) -> Story:
    """A run whose dbt test failed, on a check with a bar in its name."""
    story = Story("run-1", settings)
    story.nodes = [
        Node("fct_orders", "model", "success", 0.25, 68),
        Node("dim_late", "model", "skipped", 0.0),
        Node("unique_orders", "test", "fail", 0.01, None, 2, "got 2 results"),
    ]
    story.checks = (Check("events", "users | known", "warn", False, "3 %"),)
    story.error = RuntimeError("a dbt test failed")
    story.receipts = [receipt_of(story, "transform", NOON, 0.3, None, story.error)]
    return story


def test_the_summary_is_markdown_with_the_error_the_findings_and_the_steps(story: Story) -> None:
    assert artifacts.markdown(story).splitlines() == [
        "# No batch: failed",
        "",
        "> a dbt test failed",
        "",
        "What to do: a contract warned: docs/runbook.md#alert-contract-warn, "
        "a run failed: docs/runbook.md#alert-run-failed",
        "",
        "| | |",
        "|---|---|",
        "| **Contracts** | warn: events: users \\| known 3 % |",
        "| **dbt** | fail: unique_orders got 2 results |",
        "",
        "## Steps",
        "",
        "| step | verdict | seconds | |",
        "|---|---|---|---|",
        "| transform | failed | 0.30 | a dbt test failed |",
    ]


def test_what_is_wrong_links_to_its_entry_in_the_runbook(story: Story) -> None:
    story.settings = story.settings.model_copy(update={"runbook_url": "https://wiki.example.org/runbook"})
    story.checks = (*story.checks, Check("events", "rows", "stop", False, "0"), Check("users", "rows", "stop", True))
    story.error = ContractBroken("1 check of the contracts did not pass")
    warn = "[a contract warned](<https://wiki.example.org/runbook#alert-contract-warn>)"
    stop = "[a contract stopped a batch](<https://wiki.example.org/runbook#alert-contract-stop>)"
    assert f"What to do: {warn}, {stop}" in artifacts.markdown(story).splitlines()
    checks = next(rows for key, _, rows in artifacts.tables(story) if key == "contract-checks")
    shown = {(row["table"], row["name"]): artifacts._cell(row["what to do"]) for row in checks}
    assert shown == {("events", "users | known"): warn, ("events", "rows"): stop, ("users", "rows"): ""}


def test_a_run_in_order_links_nowhere_and_a_degraded_one_to_what_that_means(settings: Settings) -> None:
    well = Story("run-1", settings, checks=(Check("events", "rows", "stop", True),))
    assert "What to do" not in artifacts.markdown(well)
    (row,) = next(rows for key, _, rows in artifacts.tables(well) if key == "contract-checks")
    assert "what to do" not in row
    counts = (TableCount("events", 2, 1, 1, 0),)
    refused = Story("run-1", settings, validated=Validated(Batch("b1", NOON, ()), counts, ()))
    assert "What to do: a run is degraded: docs/runbook.md#a-run-is-degraded" in artifacts.markdown(refused)
    assert "\n## A run is *Degraded*\n" in (PROJECT / "docs/runbook.md").read_text("utf-8")


def test_what_comes_from_data_is_no_markdown_in_the_summary_nor_in_a_table(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Regression: a column called `![x](http://…)` was an image of an outside host, which every reader fetched."""
    image = "![x](http://evil.example/p.png)"
    file = RefusedFile(f"/in/{image}.csv", "is empty")
    story.batch = Batch("b1", NOON, (), (file,))
    story.validated = Validated(story.batch, (), (), reasons={image: 1}, notes=(f"the column {image}",))
    story.nodes = [Node("m", "model", "error", 0.1, message=f"Could not convert '{image}'\n# Heading")]
    story.error = RuntimeError(f"# {image}\n\n- more")
    story.receipts = [receipt_of(story, "transform", NOON, 0.3, None, story.error)]
    written: list[str] = []
    monkeypatch.setattr(artifacts, "create_markdown_artifact", lambda text, **_: written.append(text))
    monkeypatch.setattr(artifacts, "create_table_artifact", lambda rows, **_: written.extend(cells(rows)))
    artifacts.write(story)
    (summary, *others) = written
    assert [text for text in written if "![" in text or "http://" in text] == []
    assert summary.count(r"\!\[x\](http\://evil.example/p.png)") == 6
    assert r"> \# \!\[x\](http\://evil.example/p.png) - more" in summary.splitlines()
    assert sum(text.count(r"\!\[x\]") for text in others) == 4


def cells(rows: list[dict[str, object]]) -> list[str]:
    return [value for row in rows for value in row.values() if isinstance(value, str)]


def test_what_went_wrong_stands_first_in_the_table_of_dbt_nodes(story: Story) -> None:
    found = {key: rows for key, _, rows in artifacts.tables(story)}
    assert [(row["name"], row["status"], row["failures"]) for row in found["dbt-nodes"]] == [
        ("unique_orders", "fail", 2),
        ("dim_late", "skipped", None),
        ("fct_orders", "success", None),
    ]
    assert found["receipts"][0]["verdict"] == "failed"
    (check,) = found["contract-checks"]
    assert list(check.values())[:5] == ["did not pass", "warn", "events", "3 %", "users | known"]
    assert found["refused-rows"] == []


@given(st.dictionaries(st.sampled_from(["user_id", "unique_field", "country", "n_records", "at"]), CELL))
def test_a_sample_of_failing_rows_has_no_text_that_could_tell_who_somebody_is(row: dict[str, object]) -> None:
    node = Node("unique_users", "test", "fail", 0.01, None, 7, "got 7 results", sql="select 1")
    calm = Node("not_null_users", "test", "pass", 0.01, None, 0)
    (found,) = samples([calm, node], lambda question: [row] if f"({node.sql})" in question else [])
    assert found[0] is node
    for column, value in row.items():
        if column != "country" and isinstance(value, str | list):
            assert found[1][column] == "…"
        else:
            assert str(found[1][column]) == str(value)
    json.dumps(found[1])


def test_an_artifact_that_cannot_be_written_is_a_warning_and_the_others_are_written(
    story: Story, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    written = []

    def refuse(*args: object, **kwargs: object) -> None:
        raise ConnectionError("the server went away")

    monkeypatch.setattr(artifacts, "create_markdown_artifact", refuse)
    monkeypatch.setattr(artifacts, "create_table_artifact", lambda rows, key, description: written.append(key))
    monkeypatch.setattr(artifacts, "get_run_logger", lambda: logging.getLogger("run"))
    artifacts.write(story)
    assert caplog.messages == ["the artifact summary was not written: the server went away"]
    assert written == ["receipts", "dbt-nodes", "contract-checks"]
