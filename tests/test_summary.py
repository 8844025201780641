"""What a run says in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from flows.errors import ContractBroken, TooManyRefused
from flows.kpis import Category, Kpis, Revenue
from flows.ledger import receipt_of
from flows.receipts import (
    Batch,
    Billed,
    Built,
    Check,
    Loaded,
    Node,
    Published,
    RefusedFile,
    SourceFile,
    TableCount,
    Validated,
)
from flows.settings import Settings
from flows.story import Story, require_contracts
from flows.summary import closing, line_of, line_of_node, lines, size

NOON = datetime(2025, 11, 1, 12, tzinfo=UTC)
BATCH = Batch("b1", NOON, (SourceFile("/in/a.csv", "a.csv", "0" * 64, 1_900_000, "shopflow", "events"),))
VALIDATED = Validated(
    BATCH,
    (TableCount("events", 17_435, 17_429, 1, 5),),
    (date(2025, 11, 1),),
    {"events: cut_off_line": 1},
    bytes_written=900,
)
HELD, WEAK = Check("events", "rows", "stop", True), Check("events", "users are known", "warn", False, "3.00 %")
KPIS = Kpis(
    first_date=date(2019, 10, 1),
    last_date=date(2019, 10, 1),
    visitors=4504,
    sessions=4518,
    converted_sessions=62,
    orders=68,
    revenue=(Revenue(None, Decimal("59442.6300"), Decimal(0), Decimal(0), Decimal("59442.6300")),),
    categories=(Category("electronics", None, Decimal("50000.1250")),),
    funnel={"view": 4504, "cart": 111, "purchase": 62},
)
BUILT = Built((Node("fct_orders", "model", "success", 0.1, 68), Node("unique_orders", "test", "pass", 0.1)), 0.2)


@pytest.fixture
def story(settings: Settings) -> Story:
    """A run that went well, up to its end."""
    story = Story("run-1", settings)
    for step, told in {
        "land": BATCH,
        "validate": VALIDATED,
        "judge": (HELD, WEAK),
        "load": Loaded("b1", True, {"events": 17_429}, (date(2025, 11, 1),)),
        "transform": BUILT,
        "publish": Published("marts-1", "/x", {"fct_orders": 68}, 12_000_000),
        "kpis": KPIS,
    }.items():
        story.take(told)
        if step != "kpis":
            story.receipts.append(receipt_of(story, step, NOON, 0.25, told))
    story.checks = (HELD, WEAK)
    story.receipts.append(receipt_of(story, "run", NOON, 1.5, None))
    return story


def test_each_step_has_one_line(story: Story) -> None:
    assert [(receipt.step, receipt.verdict, line_of(receipt)) for receipt in story.receipts] == [
        ("land", "ok", "1 file, 1.9 MB"),
        ("validate", "degraded", "17,435 rows read, 17,429 accepted, 1 refused, 5 duplicates"),
        ("judge", "degraded", "2 checks, 1 warned"),
        ("load", "ok", "17,429 rows"),
        ("transform", "ok", "1 model, 1 test"),
        ("publish", "ok", "1 table, 68 rows, 12.0 MB"),
        ("run", "ok", ""),
    ]


def test_the_line_of_a_load_says_how_many_rows_were_derived_from_others(story: Story) -> None:
    """Regression: 17,429 rows were accepted and 23,922 loaded, without a word on why."""
    rows, derived = {"events": 17_429, "products": 6_493}, {"products": 6_493}
    told = Loaded("b1", True, rows, (date(2025, 11, 1),), derived=derived)
    line = line_of(receipt_of(story, "load", NOON, 0.25, told))
    assert line == "23,922 rows, of them 6,493 derived products"
    assert (
        line_of(receipt_of(story, "load", NOON, 0.25, replace(told, is_new=False))) == "loaded before, nothing changed"
    )


def test_what_generate_has_cost_is_in_its_line_and_not_among_the_sources_of_the_run(story: Story) -> None:
    sources = ["data/demo"]
    receipt = receipt_of(story, "generate", NOON, 1.0, sources, billed=Billed(1, 10_500_000, 0))
    assert [line_of(receipt), line_of(receipt)] == ["data/demo, 10.5 MB billed"] * 2
    assert sources == ["data/demo"]


def test_the_table_at_the_end_tells_rows_reasons_kpis_seconds_and_where_to_look(story: Story) -> None:
    assert list(closing(story, 2.0, "http://127.0.0.1:4200")) == [
        ("Rows", "17,435 read = 17,429 accepted + 1 refused + 5 duplicates"),
        ("Refused", "1  events: cut_off_line"),
        ("Contracts", "warn: events: users are known 3.00 %"),
        ("Days", "2019-10-01 to 2019-10-01"),
        ("Visitors", "4,504"),
        ("Sessions", "4,518"),
        ("Orders", "68"),
        ("Conversion", "1.37 % of the sessions bought"),
        ("Revenue", "59,442.63 net, 59,442.63 gross (the source tells no currency)"),
        ("Top categories", "50,000.12  electronics"),
        ("Users", "4,504 view > 111 cart > 62 purchase"),
        ("Seconds", "3.5: start 2.0, land 0.2, validate 0.2, judge 0.2, load 0.2, transform 0.2, publish 0.2"),
        ("Look next", "refused rows: shopflow quarantine list"),
        ("Look next", "charts: make dashboard"),
        ("Look next", "this run: http://127.0.0.1:4200/runs/flow-run/run-1"),
    ]


def test_a_file_that_was_refused_is_named_with_its_reason_before_all_else(story: Story) -> None:
    story.take(replace(BATCH, refused_files=(RefusedFile("/in/b.csv", "is empty"),)))
    assert next(lines(story)) == ("Files refused", "/in/b.csv is empty")


def test_only_the_most_frequent_reasons_are_shown_and_the_others_counted(story: Story) -> None:
    reasons = {f"events.f{number}: missing": number for number in range(1, 9)}
    story.take(replace(VALIDATED, reasons=reasons))
    shown = [text for label, text in lines(story) if label == "Refused"]
    assert shown == [
        "8  events.f8: missing",
        "7  events.f7: missing",
        "6  events.f6: missing",
        "5  events.f5: missing",
        "4  events.f4: missing",
        "and for 3 more reasons",
    ]


def test_of_everything_that_is_shown_in_part_the_rest_is_counted(story: Story) -> None:
    """Regression: of six files that were refused five were named, as if there were no more."""
    many = [str(number) for number in range(1, 7)]
    batch = replace(BATCH, refused_files=tuple(RefusedFile(name, "is empty") for name in many))
    story.take(replace(VALIDATED, batch=batch, notes=tuple(many)))
    story.checks = tuple(replace(WEAK, name=name) for name in many)
    story.nodes = [Node(name, "test", "warn", 0.1) for name in many]
    told = list(lines(story))
    for label, fifth in (
        ("Files refused", "5 is empty"),
        ("Notes", "5"),
        ("Contracts", "warn: events: 5 3.00 %"),
        ("dbt", "warn: 5"),
    ):
        assert [text for name, text in told if name == label][4:] == [fifth, "and 1 more"]


def test_own_files_in_the_demo_shops_home_are_noted_and_the_demo_alone_is_not(story: Story) -> None:
    """The accident: after `make run` a user's own numbers were those of two shops, without a word."""
    demo = story.settings.home / "demo"
    assert "Notes" not in dict(lines(story))
    demo.mkdir(parents=True)
    assert dict(lines(story))["Notes"].startswith(
        "this home also holds the demo shop, and the numbers are those of both"
    )
    story.take(replace(BATCH, files=(replace(BATCH.files[0], path=str(demo / "a.csv")),)))
    assert "Notes" not in dict(lines(story))


def test_a_run_with_nothing_new_says_so(story: Story) -> None:
    story.published = None
    assert ("Nothing new", "all was loaded, built and published before: these are the current KPIs") in lines(story)


def test_a_failed_step_says_its_error_and_keeps_its_receipt(settings: Settings) -> None:
    story = Story("run-1", settings)
    receipt = receipt_of(story, "validate", NOON, 0.1, None, TooManyRefused("12 % of the rows were refused"))
    assert (receipt.verdict, receipt.detail["error"]) == ("failed", "TooManyRefused")
    assert line_of(receipt) == "12 % of the rows were refused"
    assert list(closing(story, 2.0, "http://ui")) == [
        ("Seconds", "2.0: start 2.0"),
        ("Look next", "this run: http://ui/runs/flow-run/run-1"),
    ]


def test_warnings_are_what_makes_a_run_degraded(story: Story) -> None:
    assert story.warnings() == ["1 row refused", "1 check of the contracts warned"]
    story.take(replace(VALIDATED, counts=(TableCount("events", 1, 1, 0, 0),)))
    story.checks, story.nodes = (HELD,), list(BUILT.nodes)
    assert story.warnings() == []


def test_a_check_marked_stop_ends_the_run_and_one_marked_warn_does_not() -> None:
    require_contracts((HELD, WEAK))
    with pytest.raises(ContractBroken, match=r"1 check of the contracts did not pass.*events: rows \(measured: 0\)"):
        require_contracts((WEAK, Check("events", "rows", "stop", False, "0")))


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (BUILT.nodes[0], "model fct_orders: success, 0.10 s, 68 rows"),
        (BUILT.nodes[1], "test unique_orders: pass, 0.10 s"),
        (
            Node("unique_orders", "test", "fail", 0.1, None, 2, "got 2 results"),
            "test unique_orders: fail, 0.10 s, 2 failing rows, got 2 results",
        ),
    ],
)
def test_each_node_has_one_line(node: Node, text: str) -> None:
    assert line_of_node(node) == text


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (2_500_000_000, "2.5 GB"), (None, "")]
)
def test_sizes_are_told_in_a_unit_that_a_person_reads(number: int | None, text: str) -> None:
    assert size(number) == text


def test_the_quarantine_is_named_only_where_it_holds_something(story: Story) -> None:
    story.take(replace(VALIDATED, counts=(TableCount("events", 1, 1, 0, 0),)))
    assert not any("quarantine" in text for _, text in closing(story, 2.0, "http://ui"))
    assert Path(story.settings.lake_folder).name == "lake"
