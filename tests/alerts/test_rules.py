"""From the story of a run to its problems: what is wrong, how bad, and what the run says nothing about."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.alerts.message import body, subject
from flows.alerts.news import news
from flows.alerts.problem import KINDS, Problem, Run, Seen, anchor
from flows.alerts.rules import LONGEST, of_run
from flows.errors import (
    BuildFailed,
    ContractBroken,
    HomeHeld,
    LandingStopped,
    ShopflowError,
    SourceError,
    StorageError,
    TooManyRefused,
    WarehouseError,
)
from flows.receipts import Batch, Built, Check, Collected, Loaded, Node, RefusedFile, Validated
from flows.settings import PROJECT, Settings, load_settings
from flows.story import Story

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
BATCH = Batch("b1", NOON, ())
WEAK = Check("events", "few repeats", "warn", False, "7 %")
FINE = Check("events", "rows", "stop", True, "100")
BROKEN = Check("events", "rows", "stop", False, "0")
ENDED = {"run_failed:pipeline", "run_crashed:pipeline"}


def seen(failure: Exception | None = None, **told: object) -> Seen:
    story = Story("r1", load_settings(home="/nowhere"), **told)  # type: ignore[arg-type]
    return of_run(story, "pipeline", failure, NOON)


def keys(found: Seen) -> list[tuple[str, str]]:
    return [(problem.key, problem.severity) for problem in found.problems]


def test_a_run_in_order_has_no_problem_and_ends_those_that_it_looked_for() -> None:
    told = seen(batch=BATCH, validated=Validated(BATCH, (), ()), checks=(FINE,), built=Built((), 1.0))
    assert told == Seen(
        (),
        frozenset(
            {*ENDED, "file_unusable", "refused_share", "contract_stop", "contract_warn", "build_failed", "test_warned"}
        ),
    )


def test_a_run_with_nothing_new_ends_a_failed_build_and_says_nothing_of_warnings_of_tests() -> None:
    told = seen(batch=BATCH, loaded=Loaded("b1", False, {}, ()))
    assert told.looked == {*ENDED, "file_unusable", "build_failed"}


@pytest.mark.parametrize(
    ("failure", "told", "problem", "sentence", "silent_of"),
    [
        (
            ContractBroken("1 check of the contracts did not pass, nothing was loaded: events: rows (measured: 0)"),
            {"batch": BATCH, "validated": Validated(BATCH, (), ()), "checks": (BROKEN,)},
            "contract_stop",
            "1 check of the contracts did not pass, nothing was loaded: events: rows (measured: 0)",
            "build_failed",
        ),
        (
            TooManyRefused("events: 9 of 10 rows were refused, 90.0% where at most 5.0% are borne"),
            {"batch": BATCH},
            "refused_share",
            "events: 9 of 10 rows were refused, 90.0% where at most 5.0% are borne",
            "contract_stop",
        ),
        (
            BuildFailed("test no_loss: Got 3 results, the first of Anna Smith"),
            {
                "nodes": [
                    Node("a", "model", "success", 1.0),
                    Node("no_loss", "test", "fail", 1.0, failures=3, message="Anna"),
                ]
            },
            "build_failed",
            "dbt: failed: test no_loss (3 failing rows)",
            "contract_stop",
        ),
        (
            SourceError("/in/x.csv does not exist"),
            {},
            "run_failed:pipeline",
            "The flow pipeline failed: /in/x.csv does not exist",
            "file_unusable",
        ),
        (
            WarehouseError("Conversion Error: Could not convert string 'Anna Smith' to INT32"),
            {},
            "run_failed:pipeline",
            "The flow pipeline failed: the warehouse refused or was not reached; what it said is in the run's log",
            "file_unusable",
        ),
        (
            ValueError("invalid literal: 'Anna Smith'"),
            {},
            "run_failed:pipeline",
            "The flow pipeline failed: ValueError, which nobody foresaw; the run's log has it",
            "file_unusable",
        ),
    ],
)
def test_what_stopped_a_run_is_one_problem_and_what_it_did_not_come_to_is_left_open(
    failure: Exception, told: dict[str, object], problem: str, sentence: str, silent_of: str
) -> None:
    found = seen(failure, **told)
    assert keys(found) == [(problem, "stop")]
    assert found.problems[0].sentence == sentence
    assert silent_of not in found.looked


def test_warnings_are_one_problem_of_each_kind_however_many_there_are() -> None:
    files = tuple(RefusedFile(f"/in/{n}.csv", "is empty") for n in range(40))
    found = seen(
        batch=Batch("b1", NOON, (), files),
        checks=(WEAK, FINE),
        nodes=[Node("few_gaps", "test", "warn", 1.0, failures=2)],
        built=Built((), 1.0),
    )
    assert keys(found) == [("file_unusable", "warn"), ("contract_warn", "warn"), ("test_warned", "warn")]
    unusable, contract, test = (problem.sentence for problem in found.problems)
    assert unusable.startswith("40 files could not be used: 0.csv is empty; ")
    assert unusable.endswith("; and 35 more")
    assert contract == "1 check marked warn did not pass: events: few repeats"
    assert test == "1 dbt test warned: few_gaps"


@pytest.mark.parametrize("batch", [None, BATCH])
def test_a_bad_file_of_the_inbox_is_told_and_not_over_because_the_next_run_knows_it(batch: Batch | None) -> None:
    """The accident: where all new files were bad, or were found to be before landing, nobody was told."""
    bad = Collected("/in", refused_files=(RefusedFile("/in/a.csv", "is empty"),))
    first, then = seen(collected=bad, batch=batch), seen(collected=Collected("/in", known=1), batch=batch)
    assert keys(first) == [("file_unusable", "warn")]
    assert first.problems[0].sentence == "1 file could not be used: a.csv is empty"
    told = news({}, first, NOON)
    assert not news(told.memory, then, NOON)
    other = replace(bad, refused_files=(RefusedFile("/in/b.csv", "is empty"),))
    assert [problem.kind for problem in news(told.memory, seen(collected=other), NOON).fresh] == ["file_unusable"]


def test_a_failure_is_the_same_while_only_numbers_in_its_words_differ() -> None:
    def state(failure: ShopflowError) -> str:
        return seen(failure).problems[0].state

    first = HomeHeld("another run (pid 17, since 12:00:01 UTC) holds /home: run again when it has ended")
    again = HomeHeld("another run (pid 4711, since 13:00:01 UTC) holds /home: run again when it has ended")
    assert state(first) == state(again) != state(StorageError("no room left to write"))


words = st.text(st.characters(codec="utf-8"), max_size=20).map(lambda told: told * 30)


@pytest.mark.slow
@given(words, st.emails())
def test_a_sentence_is_one_line_of_bounded_length_without_an_address_of_a_person(told: str, mail: str) -> None:
    (problem,) = seen(StorageError(f"{told} {mail} {told}")).problems
    assert len(problem.sentence.splitlines()) == 1
    assert len(problem.sentence) <= LONGEST + 30
    assert mail.rpartition("@")[2] not in problem.sentence or mail.rpartition("@")[2] in told


def test_a_landing_of_several_batches_stops_by_what_stopped_each_whatever_their_ids() -> None:
    """The accident: ids of batches were part of what was wrong, and it was told anew every hour."""
    broken = ContractBroken("1 check of the contracts did not pass, nothing was loaded: events: rows (measured: 0)")
    many = TooManyRefused("events: 9 of 10 rows were refused, 90.0% where at most 5.0% are borne")

    def at(batch: str) -> Seen:
        told = f"3 of 4 batches stopped, so nothing of this landing was loaded\n  batch {batch} (a.csv): {broken}"
        return seen(LandingStopped(told, [broken, many, broken]), checks=(BROKEN, FINE))

    first, again = at("8f5c0a1e2b3d4c5f"), at("1e2b3d4c5f8f5c0a")
    assert keys(first) == [("contract_stop", "stop"), ("refused_share", "stop")]
    assert [problem.sentence.split(",")[0] for problem in first.problems] == [
        "2 batches stopped",
        "events: 9 of 10 rows were refused",
    ]
    assert not news(news({}, first, NOON).memory, again, NOON)


@pytest.mark.slow
@given(st.text(st.sampled_from("<>!@|`[]()https:/ channel*_"), min_size=1, max_size=60))
def test_a_file_of_any_name_is_told_without_markup_of_a_chat(name: str) -> None:
    """The accident: a file called <!channel>.csv rang everybody's telephone."""
    found = news({}, seen(collected=Collected("/in", refused_files=(RefusedFile(f"/in/{name}", "is empty"),))), NOON)
    settings = load_settings(home="/nowhere")
    text = body(found, Run(f"duckdb 06:00 {name}"), settings)
    assert not set("<>|`[]@") & set(text)
    assert not re.search(r"https?://", text)


def test_every_kind_has_an_entry_in_the_runbook() -> None:
    headings = re.findall(r"^#+ (.+)$", (PROJECT / "docs/runbook.md").read_text("utf-8"), re.MULTILINE)
    there = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert {anchor(kind) for kind in KINDS} <= there


def test_a_message_says_how_bad_what_happened_what_to_do_what_readers_see_and_where_to_look(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, runbook_url="https://wiki.example.org/runbook")
    problems = (
        Problem("contract_warn", "warn", "1 check marked warn did not pass: events: few repeats"),
        Problem("build_failed", "stop", "dbt: failed: test no_loss (3 failing rows)"),
    )
    found = news({}, Seen(problems), NOON)
    run = Run("duckdb 2026-11-25 06:00 inbox", "http://127.0.0.1:4200/runs/flow-run/1", "Readers keep marts-000001.")
    assert subject(found, settings) == "[STOP] shopflow on duckdb: a model or test failed, a contract warned"
    assert body(found, run, settings).splitlines() == [
        "stop: dbt: failed: test no_loss (3 failing rows)",
        "What to do: https://wiki.example.org/runbook#alert-build-failed",
        "warn: 1 check marked warn did not pass: events: few repeats",
        "What to do: https://wiki.example.org/runbook#alert-contract-warn",
        "",
        "Readers keep marts-000001.",
        "Run: duckdb 2026-11-25 06:00 inbox",
        "http://127.0.0.1:4200/runs/flow-run/1",
    ]
    better = news(found.memory, Seen(problems[:1], frozenset({"build_failed"})), NOON)
    assert subject(better, settings) == "[OK] shopflow on duckdb: over: a model or test failed"
    assert body(better, None, settings) == "over: a model or test failed\ntold before, and not over: 1"
    well = news(better.memory, Seen((), frozenset({"contract_warn"})), NOON)
    assert subject(well, settings) == "[OK] shopflow on duckdb: all is well again"
