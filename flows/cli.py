"""The command line. Every import that costs time is made by the command that needs it."""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from flows import __version__
from flows.errors import ShopflowError
from flows.literal import for_terminal, require_text

app = typer.Typer(
    name="shopflow",
    help="An online shop's own analytics stack: event files in, KPIs out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

quarantine = typer.Typer(help="Refused rows: how many wait and why, what they are, and their export.")
app.add_typer(quarantine, name="quarantine", no_args_is_help=True)
alerts = typer.Typer(help="Who is told when something is wrong, and whether it arrives.")
app.add_typer(alerts, name="alerts", no_args_is_help=True)
REASON = "Only for this reason: `events.unit_price: negative`, `events.unit_price` or `negative`."


def _text(parameter: typer.CallbackParam, value: str | None) -> str | None:
    """An id or a name: bytes that are no text are in no warehouse, and no driver takes them."""
    if value is not None:
        require_text(str(parameter.name), value)
    return value


def main() -> NoReturn:
    """Run a command. An error of ours is one sentence on stderr and its exit code, never a traceback."""
    code: int | str | None = 1
    # Registered first, so called last, after Prefect has sent its logs: to take a process of this size apart piece by
    # piece costs up to a second of every run, and nothing is left to be done.
    atexit.register(lambda: _leave(code))
    try:
        app()
        code = 0
    except ShopflowError as error:
        told = "\n".join(for_terminal(line) for line in str(error).split("\n"))  # it may hold names of files
        print(f"shopflow: {told}", file=sys.stderr)
        code = error.exit_code
    except SystemExit as end:
        code = end.code
    sys.exit(code)


def _leave(code: int | str | None) -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"shopflow {__version__}")
        raise typer.Exit


@app.callback()
def shopflow(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None: ...


@app.command()
def run(
    source: Annotated[
        list[str] | None, typer.Option(help="File, folder or glob to read; may be given more than once.")
    ] = None,
    format: Annotated[str | None, typer.Option(help="Format of all the files, where columns do not tell.")] = None,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Build and publish everything, also where nothing is new.")
    ] = False,
) -> None:
    """Event files in, KPIs out. Without --source: what is new in the inbox, or a demo shop where none is set."""
    from flows.commands.run import run_flow

    run_flow("pipeline", source=source, format=format, full_refresh=full_refresh)


@app.command()
def remove(
    batch: Annotated[str, typer.Argument(callback=_text, help="The batch's id, as `shopflow status` shows it.")],
) -> None:
    """Take a batch out again that was loaded wrongly; the marts are built without it."""
    from flows.commands.run import run_flow

    run_flow("remove", batch=batch)


@app.command()
def replace(
    batch: Annotated[str, typer.Argument(callback=_text, help="The batch's id, as `shopflow status` shows it.")],
    with_: Annotated[
        list[str],
        typer.Option("--with", help="File, folder or glob that takes its place; may be given more than once."),
    ],
    format: Annotated[str | None, typer.Option(help="Format of all the files, where columns do not tell.")] = None,
) -> None:
    """Put other files in the place of a batch; it stays as long as they are not loaded."""
    from flows.commands.run import run_flow

    run_flow("replace", batch=batch, source=with_, format=format)


@app.command()
def replay(
    reason: Annotated[str | None, typer.Option(callback=_text, help=REASON)] = None,
    batch: Annotated[str | None, typer.Option(callback=_text, help="Only rows refused in this batch.")] = None,
    with_: Annotated[
        Path | None, typer.Option("--with", help="Exported rows (JSON lines) in which you have corrected `raw`.")
    ] = None,
) -> None:
    """Put refused rows through the checks again, after the rules were mended or the rows corrected."""
    from flows.commands.run import run_flow

    run_flow("replay", batch=batch, reason=reason, corrected=str(with_.absolute()) if with_ else None)


@app.command()
def backfill(
    first: Annotated[str | None, typer.Option("--from", help="First date, such as 2025-11-01.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last date.")] = None,
    days_per_chunk: Annotated[int | None, typer.Option(min=1, help="Days with events to rebuild at a time.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be read and rewritten.")] = False,
) -> None:
    """Rebuild dates from the lake, all of them by default; one that was cut off is carried on."""
    if dry_run:
        from flows.commands.plan import show_plan

        show_plan(first, last, days_per_chunk)
    else:
        from flows.commands.run import run_flow

        run_flow("backfill", first=first, last=last, days_per_chunk=days_per_chunk)


@app.command()
def maintain(
    keep_quarantine_days: Annotated[int, typer.Option(min=0, help="Days that refused rows are kept.")] = 90,
    keep_receipts_days: Annotated[int, typer.Option(min=0, help="Days that receipts of steps are kept.")] = 400,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
) -> None:
    """Let go of what is old: refused rows, receipts, room that nothing is in. Every number stays as it is."""
    if dry_run:
        from flows.commands.due import show_due

        show_due(keep_quarantine_days, keep_receipts_days)
    else:
        from flows.commands.run import run_flow

        run_flow("maintain", keep_quarantine_days=keep_quarantine_days, keep_receipts_days=keep_receipts_days)


@app.command()
def forget(
    user: Annotated[str, typer.Option(callback=_text, help="The user's id; - reads it from the standard input.")],
    shared_devices: Annotated[
        bool, typer.Option("--shared-devices", help="Also rows without a user, of devices with other users.")
    ] = False,
) -> None:
    """Forget a person: lake, warehouse, copies lose them, later files cannot bring them back; a receipt is written."""
    from flows.commands.forget import forget_person

    forget_person(user, shared_devices=shared_devices)


@app.command()
def generate(
    out: Annotated[Path, typer.Option(help="Folder to write to; it must be empty or new.")],
    events: Annotated[int, typer.Option(help="Number of events.")] = 100_000,
    days: Annotated[int, typer.Option(help="Number of days.")] = 30,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 7,
    start: Annotated[str | None, typer.Option(help="First day.  [default: 2025-11-01]")] = None,
    format: Annotated[str, typer.Option(help="parquet, jsonl or csv.")] = "parquet",
    compress: Annotated[bool, typer.Option("--compress", help="Gzip the files of jsonl or csv.")] = False,
    defects: Annotated[str, typer.Option(help="Faults to plant, joined by commas, or all.")] = "",
) -> None:
    """Write the files of a shop that an analyst would believe."""
    from flows.commands.generate import generate_files

    generate_files(
        out,
        start,
        defects,
        events=events,
        days=days,
        seed=seed,
        format=format,
        compress=compress,
    )


@quarantine.command("list")
def list_refused() -> None:
    """How many rows wait, by batch, table and reason."""
    from flows.commands.refused import show_counts

    show_counts()


@quarantine.command("show")
def show_refused(
    batch: Annotated[str | None, typer.Option(callback=_text, help="Only rows refused in this batch.")] = None,
    reason: Annotated[str | None, typer.Option(callback=_text, help=REASON)] = None,
    table: Annotated[str | None, typer.Option(callback=_text, help="Only rows of this table.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows to show at most.")] = 20,
) -> None:
    """Rows that wait: file, line, why they were refused, and their text."""
    from flows.commands.refused import show_rows

    show_rows(limit, batch=batch, reason=reason, table=table)


@quarantine.command("export")
def export_refused(
    out: Annotated[Path, typer.Option(help="A new file: .jsonl (to be corrected and replayed), .csv or .parquet.")],
    batch: Annotated[str | None, typer.Option(callback=_text, help="Only rows refused in this batch.")] = None,
    reason: Annotated[str | None, typer.Option(callback=_text, help=REASON)] = None,
    table: Annotated[str | None, typer.Option(callback=_text, help="Only rows of this table.")] = None,
) -> None:
    """Write the rows that wait to a file."""
    from flows.commands.refused import export_rows

    export_rows(out, batch=batch, reason=reason, table=table)


@alerts.command("add")
def add_alerts(
    name: Annotated[str, typer.Argument(callback=_text, help="Name of the block that is made, such as shop-ops.")],
) -> None:
    """Keep an address that alerts go to in Prefect; it is asked for, or read from the standard input."""
    from flows.commands.alerts import add_block

    if sys.stdin.isatty():
        address = typer.prompt("address", hide_input=True)
    else:
        address = sys.stdin.buffer.readline().decode(errors="replace")
    add_block(name, address)


@alerts.command("test")
def test_alerts() -> None:
    """Send a test message to everybody who would be told; one line for each says what came of it."""
    from flows.commands.alerts import send_test

    send_test()


@app.command()
def status(
    batch: Annotated[str | None, typer.Argument(callback=_text, help="Id of a batch: all that is known of it.")] = None,
    all_batches: Annotated[bool, typer.Option("--all", help="Every batch, not only the last five.")] = False,
    audit: Annotated[bool, typer.Option("--audit", help="Count every row where the ledger says that it is.")] = False,
) -> None:
    """The ledger: what became of every row, what waits, the last run, and whether the Prefect server runs."""
    from flows.commands.status import show_status

    show_status(batch, is_all=all_batches, is_audit=audit)


@app.command()
def inbox(
    all_files: Annotated[
        bool, typer.Option("--all", help="Every file, not only the last ten that were taken.")
    ] = False,
) -> None:
    """What lies in the inbox: files that wait, that still arrive, that were taken, refused and why, copies."""
    from flows.commands.inbox import show_inbox

    show_inbox(is_all=all_files)


@app.command()
def export(
    mart: Annotated[str, typer.Argument(callback=_text, help="Name of the mart, such as fct_orders.")],
    out: Annotated[
        Path | None, typer.Option(help="File, or folder of it; one that exists is replaced.  [default: MART.FORMAT]")
    ] = None,
    format: Annotated[str | None, typer.Option(help="csv or parquet.  [default: as FILE ends, else csv]")] = None,
) -> None:
    """Write a published mart to a file, for a spreadsheet or another tool."""
    from flows.commands.export import export_mart

    export_mart(mart, out, format)


@app.command()
def diff(
    base: Annotated[
        str | None,
        typer.Argument(callback=_text, help="Branch, tag or commit to compare with.  [default: origin/main or main]"),
    ] = None,
    home: Annotated[
        bool, typer.Option("--home", help="Build from the rows of this home's warehouse, not from a demo shop.")
    ] = False,
    events: Annotated[int, typer.Option(min=1, help="Events of the demo shop.")] = 100_000,
    format: Annotated[str, typer.Option(help="text (Markdown, for a pull request) or json.")] = "text",
) -> None:
    """Which rows of which marts a change of transforms/ changes: builds what differs, before and after."""
    from flows.commands.diff import show_diff

    show_diff(base, format, of_home=home, events=events)


@app.command()
def cost(
    full_refresh: Annotated[bool, typer.Option("--full-refresh", help="Of a build of everything.")] = False,
) -> None:
    """What the next build would be billed on BigQuery, by a dry run of each statement."""
    from flows.commands.cost import show_cost

    show_cost(is_whole=full_refresh)


@app.command()
def doctor() -> None:
    """Look whether this target can be used: rights, places, versions; each line is ok, or says what to do."""
    from flows.commands.doctor import show_health

    if not show_health():
        raise typer.Exit(1)


@app.command()
def dashboard() -> None:
    """Open the KPIs in a browser (Streamlit)."""
    from flows.commands.browser import open_dashboard

    open_dashboard()


@app.command()
def ui() -> None:
    """Open Prefect's UI: the runs, their steps, logs and artifacts. Starts the server if there is none."""
    from flows.commands.browser import open_ui

    open_ui()


@app.command()
def deploy(
    pool: Annotated[
        str, typer.Option(help="Where runs run: process (on this machine, by a worker in the background) or cloud-run.")
    ] = "process",
    without_worker: Annotated[
        bool, typer.Option("--without-worker", help="Start no worker and no watcher here: systemd, or another, does.")
    ] = False,
) -> None:
    """Have all runs on schedule: server, work pool, worker and deployments; again, it changes only what has changed."""
    from flows.commands.deploy import deploy_all

    deploy_all(pool, with_worker=not without_worker)


@app.command()
def stop() -> None:
    """End the local Prefect server, and the worker with the runs that it has begun."""
    from flows.commands.stop import stop_all

    stop_all()


@app.command()
def watch() -> None:
    """Look after runs until Ctrl-C or SIGTERM: those that died with their worker are shown as crashed."""
    from flows.commands.watch import look_after_runs

    look_after_runs()


@app.command()
def dictionary() -> None:
    """Print the data dictionary: every table and column, and what it means."""
    from flows.dictionary import dictionary

    print(dictionary())


@app.command()
def lookml() -> None:
    """Write the LookML of dashboards/looker anew from the models and metrics."""
    from flows.looker.generate import generate
    from flows.settings import load_settings

    for path in generate(load_settings()):
        print(path)


@app.command()
def settings() -> None:
    """Print the settings: name, value, meaning."""
    from flows.commands.settings import show_settings

    show_settings()
