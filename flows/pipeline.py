"""The whole story: event files in, KPIs out. Every step is one verb, and each verb is a module of that name."""

from dataclasses import replace
from datetime import UTC, datetime
from shutil import rmtree

from prefect import State, flow

from flows import warm
from flows.alerts.watching import look
from flows.batches import judge_batches, validate_batches
from flows.hands import hands
from flows.inbox.keep import fates_kept
from flows.looker.telling import tell_looker
from flows.rebuild import build_in_chunks, reload_chunks
from flows.receipts import Built, Collected, Landed, Loaded, Published, Validated
from flows.settings import load_settings
from flows.steps import step, store_receipts, teller
from flows.story import Story, require_balance
from flows.telling import ending, run_named, take_turn, telling


@flow(
    name="pipeline",
    flow_run_name=run_named(lambda given: ", ".join(given.get("source") or [load_settings().inbox or "demo shop"])),
    persist_result=False,
)
def pipeline(source: list[str] | None = None, format: str | None = None, full_refresh: bool = False) -> State:
    """Event files in, KPIs out: land, validate, judge, load, transform, publish.

    Running it again with the same files changes nothing; what a run that was cut off left undone, the next one does.

    Args:
        source: Files, folders or globs to read, such as `/data/incoming/*.parquet`. Empty: what is new in the inbox,
            or, where none is set, a demo shop.
        format: Name of the format of all the files. Empty: each file's format is recognised by its columns.
        full_refresh: Build and publish everything, also where nothing is new; else only what the batch can change.
    """
    with telling(load_settings()) as story:
        take_turn(story)
        warm.begin(story.settings)
        if source := source or find_files(story, format):
            with fates_kept(story):
                landed = land_files(story, source, format)
                with hands(story, landed) as at_work:
                    validated = validate_batches(story, landed, at_work)
                    judge_batches(story, validated, at_work)
                for batch in validated:
                    load_batch(story, batch)
        update_marts(story, full_refresh)
    return ending(story)


def find_files(story: Story, format: str | None) -> list[str]:
    """What a run without a source reads: the inbox's new files, of which there may be none, or else the demo shop."""
    if not story.settings.inbox:
        return generate_demo(story)
    return [file.path for file in collect_files(story, format).files]


def update_marts(story: Story, full_refresh: bool = False) -> None:
    """Build and publish what waits, whoever left it waiting, and read the KPIs: how every flow ends."""
    find_changes(story)
    if story.has_work or full_refresh:
        reload_chunks(story)
        if story.changes.chunks and not (story.changes.is_whole or full_refresh):
            build_in_chunks(story)
        else:
            build_models(story, full_refresh)
        publish_marts(story)
    show_kpis(story)
    if story.published and story.settings.looker_url:
        tell_looker(story)


@step("generate")
def generate_demo(story: Story) -> list[str]:
    """Make the files of a demo shop, unless they are there."""
    from flows.demo import demo_files

    return demo_files(story.settings)


@step("collect")
def collect_files(story: Story, format: str | None) -> Collected:
    """Look what has arrived in the inbox, and what of it is new by its content."""
    from flows.collect import collect
    from flows.inbox import own_folder

    story.turn.callback(rmtree, own_folder(story.settings) / "copies", ignore_errors=True)
    return collect(story.settings, format=format or None)


@step("land")
def land_files(story: Story, source: list[str], format: str | None) -> Landed:
    """Find the files, recognise their formats, and divide them into batches, named by what is in them."""
    from flows.divide import divide
    from flows.land import land

    known = story.collected.files if story.collected else ()
    return divide(land(source, story.settings, format=format or None, known=known), story.settings)


@step("load")
def load_batch(story: Story, validated: Validated) -> Loaded:
    """Take the accepted rows into the warehouse, once and only once."""
    from flows.load import load

    return load(validated, story.settings)


def find_changes(story: Story) -> None:
    """Ask the warehouse what the published marts lack; raises LedgerError where its ledger does not close."""
    from flows.builds import fingerprint
    from flows.warehouse import open_warehouse

    with open_warehouse(story.settings) as warehouse:
        require_balance(warehouse.imbalances())
        story.models = fingerprint()
        story.changes = warehouse.pending(story.models)


@step("transform")
def build_models(story: Story, full_refresh: bool) -> Built:
    """Build and test the dbt models: the days and keys that changes touched, or everything."""
    from flows.transform import transform
    from flows.warehouse import open_warehouse

    if full_refresh:
        story.changes = replace(story.changes, is_whole=True)
    if story.changes.is_whole:
        with open_warehouse(story.settings) as warehouse:
            warehouse.begin_whole_build()
    return transform(story.settings, story.changes, on_node=teller(story))


@step("publish")
def publish_marts(story: Story) -> Published:
    """Make a copy of the marts current for every reader, in one moment; what was removed leaves the lake, too."""
    from flows.checks.placing import take_away
    from flows.lake import Lake
    from flows.publish import publish
    from flows.warehouse import open_warehouse

    store_receipts(story)  # readers of the copy see how its making went
    published = publish(story.settings)
    for batch_id in story.changes.removed:
        take_away(Lake.of(story.settings), batch_id)
    with open_warehouse(story.settings) as warehouse:
        warehouse.mark_built(story.changes, story.models, datetime.now(UTC))
    return published


def show_kpis(story: Story) -> None:
    """Read the KPIs off the current copy of the marts, and what alerts want to know of it."""
    from flows.kpis import read_kpis

    story.take(read_kpis(story.settings))
    look(story)
