"""`shopflow quarantine`: the refused rows that wait, on the terminal or as a file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from flows.commands.plain import plain_console
from flows.literal import for_terminal
from flows.quarantine.export import export
from flows.quarantine.waiting import Quarantine, open_quarantine
from flows.quarantine.wanted import Wanted
from flows.settings import load_settings
from flows.story import count_of

LONGEST = 2_000  # characters of a row's text that are shown


def show_counts() -> None:
    """Print how many rows wait, by batch, table and reason."""
    with open_quarantine(load_settings()) as quarantine:
        counts = quarantine.counts()
        (total,) = quarantine.query(f"select count(*) as n from {quarantine.rows()}")
        found = Table(box=None, pad_edge=False)
        for name in ("batch", "", "reason", "rows"):
            found.add_column(name, justify="right" if name == "rows" else "left", overflow="fold")
        for count in counts:
            state = "" if count.is_loaded else "not loaded"
            found.add_row(*map(for_terminal, (count.batch_id, state, count.reason, f"{count.rows:,}")))
        console = plain_console()
        if counts:
            console.print(found)
            many = (
                " (a row with several reasons is counted for each)" if sum(c.rows for c in counts) > total["n"] else ""
            )
            console.print(f"{_waiting(total['n'])}{many}", soft_wrap=True)
        else:
            console.print(_nothing(quarantine, Wanted()), soft_wrap=True)
        batches, at = quarantine.purged()
        if batches and counts:
            console.print(
                f"those of {count_of(batches, 'other batch', 'other batches')} were let go{_last(batches, at)}"
            )
        _say_if_old(console, quarantine)


def show_rows(limit: int, **wanted: str | None) -> None:
    """Print at most `limit` of the wanted rows: file, line, reasons as sentences, text."""
    asked, console = Wanted(**wanted), plain_console()
    with open_quarantine(load_settings()) as quarantine:
        (total,) = quarantine.query(f"select count(*) as n from {quarantine.rows(asked)}")
        # Which rows they are is decided by their places alone: sorted with their texts, all of them would be held.
        places = (
            f"""select batch_id, "table", source_file, line from {quarantine.rows(asked)} order by all limit {limit}"""
        )
        rows = quarantine.query(
            f"""from {quarantine.rows(asked)} semi join ({places}) using (batch_id, "table", source_file, line)
            order by batch_id, "table", source_file, line"""
        )
        for row in rows:
            for line in _told(row):
                console.print(for_terminal(line), soft_wrap=True)
            console.print()
        if total["n"] > limit:
            console.print(
                f"{limit:,} of {_waiting(total['n'])}; --limit shows more, `export` writes all to a file",
                soft_wrap=True,
            )
        elif not total["n"]:
            console.print(_nothing(quarantine, asked), soft_wrap=True)
        _say_if_old(console, quarantine)


def export_rows(out: Path, **wanted: str | None) -> None:
    """Write the wanted rows to `out`, and say how many."""
    asked = Wanted(**wanted)
    with open_quarantine(load_settings()) as quarantine:
        rows = export(quarantine, asked, out)
        said = f"{count_of(rows, 'row')} written to {out}" if rows else _nothing(quarantine, asked)
        console = plain_console()
        console.print(for_terminal(said), soft_wrap=True)
        _say_if_old(console, quarantine)


def _told(row: dict[str, Any]) -> list[str]:
    raw = row["raw"]
    text = raw if len(raw) <= LONGEST else f"{raw[:LONGEST]}… ({len(raw):,} characters)"
    place = f"{row['source_file']}, {'row' if row['format'] == 'parquet' else 'line'} {row['line']}"
    state = "" if row["is_loaded"] else ", not loaded"
    reasons = [
        f"{row['table']}.{why['field']}".rstrip(".") + f" {why['message']} ({why['reason']})" for why in row["reasons"]
    ]
    return [f"{place}  (batch {row['batch_id']}{state})", *(f"  {reason}" for reason in reasons), f"  {text}"]


def _waiting(rows: int) -> str:
    return f"{count_of(rows, 'refused row')} wait{'s' if rows == 1 else ''}"


def _nothing(quarantine: Quarantine, wanted: Wanted) -> str:
    """That no row waits, and what there is instead."""
    names = sorted({count.reason for count in quarantine.counts()})
    instead = f"; there are {', '.join(names)}" if wanted.reason and names else ""
    batches, at = quarantine.purged(wanted.batch)
    whose = "its refused rows" if wanted.batch else f"those of {count_of(batches, 'batch', 'batches')}"
    gone = f"; {whose} were let go{_last(batches, at)}" if batches else ""
    return f"no refused row waits {wanted}".rstrip() + for_terminal(instead) + gone


def _last(batches: int, at: datetime | None) -> str:
    return f"{', the last' if batches > 1 else ''} on {at:%Y-%m-%d}"


def _say_if_old(console: Console, quarantine: Quarantine) -> None:
    if not quarantine.is_live:
        console.print("a run is under way: what it loads, replays or takes out is not in this yet", soft_wrap=True)
