"""No storm: whatever is seen, and however often, a problem is told once until it changes, ends, or a day has passed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.alerts.news import Memory, News, news, packed, unpacked
from flows.alerts.problem import KINDS, Problem, Seen

NOON = datetime(2025, 11, 1, 12, tzinfo=UTC)
DAY = timedelta(hours=24)

problems = st.builds(
    Problem,
    kind=st.sampled_from(["run_failed", "contract_warn", "unusual_number"]),
    severity=st.sampled_from(["stop", "warn"]),
    sentence=st.text(max_size=3),
    scope=st.sampled_from(["", "a", "b"]),
    state=st.sampled_from(["", "x"]),
)
KEYS = sorted(
    {
        f"{kind}:{scope}".rstrip(":")
        for kind in ("run_failed", "contract_warn", "unusual_number")
        for scope in ("", "a", "b")
    }
)
sights = st.builds(
    Seen, st.lists(problems, max_size=4, unique_by=lambda p: p.key).map(tuple), st.frozensets(st.sampled_from(KEYS))
)
histories = st.lists(st.tuples(st.integers(1, 30 * 60).map(lambda m: timedelta(minutes=m)), sights), max_size=30)


def told(history: list[tuple[timedelta, Seen]]) -> list[tuple[datetime, Seen, News]]:
    """What is said of each sight, memory going through JSON between them."""
    memory: Memory = {}
    now, found = NOON, []
    for pause, seen in history:
        now += pause
        found.append((now, seen, news(memory, seen, now)))
        memory = unpacked(json.loads(json.dumps(packed(found[-1][2].memory))))
    return found


@given(histories)
def test_a_problem_is_not_told_again_within_a_day_while_it_is_the_same(history: list[tuple[timedelta, Seen]]) -> None:
    last: dict[str, tuple[datetime, tuple[str, str]]] = {}
    for now, seen, found in told(history):
        present = {problem.key for problem in seen.problems}
        for key in seen.looked - present:
            last.pop(key, None)
        for problem in (*found.fresh, *found.reminded):
            what = (problem.severity, problem.state)
            if problem.key in last:
                at, before = last[problem.key]
                assert before != what or now - at >= DAY
            last[problem.key] = now, what


@given(histories)
def test_every_problem_that_is_new_or_has_changed_is_told_at_once(history: list[tuple[timedelta, Seen]]) -> None:
    known: dict[str, tuple[str, str]] = {}
    for _, seen, found in told(history):
        present = {problem.key for problem in seen.problems}
        for key in seen.looked - present:
            known.pop(key, None)
        said = {problem.key for problem in found.fresh}
        for problem in seen.problems:
            if known.get(problem.key) != (problem.severity, problem.state):
                assert problem.key in said
            known[problem.key] = problem.severity, problem.state


@given(histories)
def test_an_end_is_told_once_and_only_of_what_was_told_and_looked_for(history: list[tuple[timedelta, Seen]]) -> None:
    open_: set[str] = set()
    for _, seen, found in told(history):
        present = {problem.key for problem in seen.problems}
        assert set(found.over) == open_ & seen.looked - present
        open_ = (open_ | present) - set(found.over)
        assert found.standing == len(open_ - {problem.key for problem in (*found.fresh, *found.reminded)})


@settings(deadline=None)  # a hundred sights each
@given(sights, st.integers(1, 100))
def test_the_same_sight_at_every_quarter_of_an_hour_is_one_message_a_day(seen: Seen, quarters: int) -> None:
    said = [bool(found) for _, _, found in told([(timedelta(minutes=15), seen)] * quarters)]
    assert sum(said) == (0 if not seen.problems else 1 + (quarters - 1) // 96)


def test_what_nobody_looks_for_any_more_is_forgotten_after_a_month() -> None:
    failed = Seen((Problem("run_failed", "stop", "x", "backfill"),))
    quiet = Seen((), frozenset({"run_failed:pipeline"}))
    sights = told([(DAY, failed), (29 * DAY, quiet), (DAY, quiet)])
    assert [found.standing for _, _, found in sights] == [0, 1, 0]


@pytest.mark.slow
@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda below: st.lists(below) | st.dictionaries(st.text(), below)
    )
)
def test_a_memory_that_somebody_has_damaged_is_as_good_as_none(found: object) -> None:
    assert all(told.at.tzinfo is UTC for told in unpacked(found).values())


def test_the_memory_of_every_kind_of_problem_fits_into_a_variable_of_prefect() -> None:
    flows = ("pipeline", "backfill", "remove", "replace", "replay", "forget", "maintain", "revenue", "orders")
    seen = Seen(tuple(Problem(kind, "stop", "", flow) for kind in KINDS for flow in flows))
    assert len(json.dumps(packed(news({}, seen, NOON).memory))) > 5000  # more than there ever are
    real = tuple(Problem(kind, "stop", "", flow) for kind in ("run_failed", "run_crashed") for flow in flows)
    rest = tuple(Problem(kind, "stop", "", "revenue") for kind in KINDS)
    assert len(json.dumps(packed(news({}, Seen(real + rest), NOON).memory))) < 5000
