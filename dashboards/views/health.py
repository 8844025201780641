"""Data health: how fresh the data is, what became of its rows, how late they came, and how the last runs went."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import streamlit as st

from dashboards import charts, downloads, numbers, tables, tiles
from dashboards.frame import show
from dashboards.published import Marts, Published
from dashboards.queries import batches as queries
from dashboards.queries.batches import Batch, Fates, Told
from dashboards.queries.runs import Run, runs
from dashboards.queries.shop import Shop
from dashboards.view import View
from flows.summary import line_of, size

OF_ALL = ("device", "channel", "country", "category")
DRAWN = 10
NOTHING = Fates(0, 0, 0, 0, 0)
COUNTS = ("Read", "Accepted", "Refused", "Duplicates")


def page(copy: Published, shop: Shop, view: View) -> None:
    told, last = queries.told(copy, view.period, DRAWN), runs(copy)
    before = queries.told(copy, view.compared, DRAWN).fates if view.compared else NOTHING
    _tiles(shop, view, told, before, last)
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        _reasons(shop, view, told)
    with right.container(border=True, height="stretch"):
        _lateness(shop, view, told)
    with st.container(border=True):
        _batches(copy, view, told)
    with st.container(border=True):
        _runs(copy, view, last)
    with st.container(border=True):
        _contracts(view, last)


def _tiles(shop: Shop, view: View, told: Told, was: Fates, last: list[Run]) -> None:
    now, median = told.fates, told.lateness[1]
    loaded = told.last[0].loaded_at if told.last else None
    judged = [receipt.detail for run in last for receipt in run.steps if "not_passed" in receipt.detail]
    missed = sum(len(detail["not_passed"]) for detail in judged)
    shown: list[tuple[str, str, str | None, bool]] = [
        ("newest_day", f"{shop.days.last:%-d %b %Y}", None, False),
        ("last_load", f"{loaded:%-d %b %Y}" if loaded else "–", None, False),
        ("lateness", "–" if median is None else _days(median), None, False),
        ("checks_missed", numbers.count(missed) if judged else "–", None, True),
        ("rows_read", numbers.count(now.read), numbers.change(now.read, was.read), False),
        ("rows_accepted", numbers.count(now.accepted), numbers.change(now.accepted, was.accepted), False),
        ("rows_refused", numbers.count(now.refused), numbers.change(now.refused, was.refused), True),
        ("rows_duplicate", numbers.count(now.duplicates), numbers.change(now.duplicates, was.duplicates), True),
    ]
    tiles.show(
        [
            tiles.tile(name, value, change, shop=shop, view=view, less_is_better=is_bad, regardless_of=OF_ALL)
            for name, value, change, is_bad in shown
        ],
        across=4,
    )


def _reasons(shop: Shop, view: View, told: Told) -> None:
    tiles.heading("refused_by_reason", shop=shop, view=view, regardless_of=OF_ALL)
    found = [{"Reason": reason, "Rows": rows} for reason, rows in told.reasons]
    if not found:
        st.caption("No row was refused.")
        return
    st.html(
        charts.bars_by_name(told.reasons[:DRAWN], "Rows", width=230, alt="Bar chart of the reasons to refuse rows.")
    )
    more = f"The first {DRAWN} of {len(found)} reasons; the files have all. " if len(found) > DRAWN else ""
    again = f"{numbers.count(told.replayed)} of the rows passed a replay since. " if told.replayed else ""
    st.caption(f"{more}{again}A row with several reasons counts for each. `shopflow quarantine list` tells the rows.")
    downloads.offer(lambda: found, "refused_by_reason", view)


def _lateness(shop: Shop, view: View, told: Told) -> None:
    tiles.heading("lateness", shop=shop, view=view, regardless_of=OF_ALL)
    ranges, median = told.lateness
    total = sum(each.count for each in ranges)
    if median is None:
        st.caption("No event of this period was counted when it was loaded.")
        return
    named = [(_range(each.first, each.below), each.count) for each in ranges]
    st.html(
        charts.bars_by_name(
            named,
            "Events",
            alt=f"Bar chart of how many days after their day events were loaded; the median is {_days(median)}.",
        )
    )
    st.caption(f"Events: {numbers.count(total)} · median: {_days(median)}")
    downloads.offer(
        lambda: [{"From, days": each.first, "Below, days": each.below, "Events": each.count} for each in ranges],
        "lateness",
        view,
    )


def _batches(copy: Published, view: View, told: Told) -> None:
    st.subheader("Batches of the period")
    counts = dict.fromkeys(("Files", *COUNTS, "Replayed", "Forgotten"), numbers.count)
    tables.show(
        _as_table(told.last),
        counts,
        name="batches",
        view=view,
        whole=lambda: _as_table(queries.batches(copy, view.period)),
        nothing="No batch has events of this period.",
    )
    if told.number > DRAWN:
        st.caption(f"The last {DRAWN} of {numbers.count(told.number)}; the files have all.")


def _as_table(batches: Sequence[Batch]) -> list[dict[str, Any]]:
    return [
        {"Loaded (UTC)": f"{batch.loaded_at:%Y-%m-%d %H:%M}", "Batch": batch.batch_id, "Files": batch.files}
        | dict(zip(COUNTS, (batch.rows_read, batch.accepted, batch.refused, batch.duplicates), strict=True))
        | {"Replayed": batch.replayed, "Forgotten": batch.erased}
        for batch in batches
    ]


def _runs(copy: Published, view: View, last: list[Run]) -> None:
    st.subheader("The last runs")
    if not last:
        st.caption("No run has left a receipt yet.")
        return
    billed = {"Billed": lambda run: size(run.bytes_billed)} if isinstance(copy, Marts) else {}
    columns = dict(zip(COUNTS, ("rows_in", "rows_out", "quarantined", "duplicates"), strict=True))
    rows = [
        {"Began (UTC)": f"{run.began:%Y-%m-%d %H:%M}", "Ended": _ended(copy, run, last), "Seconds": _seconds(run)}
        | {name: run.rows(column) for name, column in columns.items()}
        | {name: told(run) for name, told in billed.items()}
        for run in last
    ]
    counts: dict[str, Any] = dict.fromkeys(COUNTS, numbers.count)
    tables.show(rows[:DRAWN], {"Seconds": numbers.average, **counts}, name="runs", view=view, whole=lambda: rows)
    labels = {f"{run.began:%Y-%m-%d %H:%M:%S} UTC · {_ended(copy, run, last)}": run for run in last}
    chosen = labels[st.selectbox("Steps of the run", list(labels), key="run of health", width=380)]
    steps = [
        {"Step": step.step, "Ended": step.verdict, "Seconds": _seconds(step)}
        | {"Rows in": step.rows_in, "Rows out": step.rows_out, "What it says": line_of(step)}
        for step in chosen.steps
    ]
    written = {"Seconds": numbers.average, "Rows in": numbers.count, "Rows out": numbers.count}
    tables.show(steps, written, name="steps", view=view)
    if not isinstance(copy, Marts):
        st.caption(
            "Up to the run that published this. `shopflow status` also tells of runs since that published nothing."
        )


def _ended(copy: Published, run: Run, last: list[Run]) -> str:
    verdicts = [receipt.verdict for receipt in run.receipts]
    if run.whole:
        return next((worse for worse in ("failed", "degraded") if worse in verdicts), run.whole.verdict)
    if run is last[0]:
        return "under way" if isinstance(copy, Marts) else "published this"
    return "cut off"


def _contracts(view: View, last: list[Run]) -> None:
    st.subheader("Checks of the contracts")
    rows = [
        {"Judged (UTC)": f"{judged.started_at:%Y-%m-%d %H:%M}", "Batch": judged.batch_id or "–"}
        | {"Checks": judged.detail["checks"], "Not passed": len(judged.detail["not_passed"])}
        | {"Which, and what was measured": _missed(judged.detail) or "–"}
        for run in last
        for judged in run.steps
        if "not_passed" in judged.detail
    ]
    tables.show(
        rows[:DRAWN],
        dict.fromkeys(("Checks", "Not passed"), numbers.count),
        name="contracts",
        view=view,
        whole=lambda: rows,
        nothing="None of the last runs judged a batch.",
    )


def _missed(detail: dict[str, Any]) -> str:
    levels, measured = detail.get("levels", {}), detail.get("measured", {})
    return "; ".join(
        f"{levels.get(name, 'missed')}: {name}{f' ({measured[name]})' if measured.get(name) else ''}"
        for name in detail["not_passed"]
    )


def _seconds(of: Any) -> Decimal:
    return Decimal(str(round(of.seconds, 3)))


def _days(number: int) -> str:
    return "same day" if number == 0 else f"{numbers.count(number)} day{'s' if number > 1 else ''}"


def _range(first: int, below: int | None) -> str:
    if below is None:
        return f"{first} days or more"
    return _days(first) if below == first + 1 else f"{first} – {below - 1} days"


show(page)
