"""Replace: other files take the place of a batch that was loaded, in one moment."""

from __future__ import annotations

from prefect import State, flow

from flows import warm
from flows.batches import judge_batches, validate_batches
from flows.errors import SourceError
from flows.hands import hands
from flows.pipeline import update_marts
from flows.receipts import Batch, Landed, Loaded, Validated
from flows.settings import load_settings
from flows.steps import step
from flows.story import Story, count_of
from flows.telling import ending, run_named, take_turn, telling


@flow(name="replace", flow_run_name=run_named(lambda given: f"replace {given['batch']}"), persist_result=False)
def replace(batch: str, source: list[str], format: str | None = None) -> State:
    """Land, validate and judge the files as `pipeline` does; then the batch goes out and they come in, in one moment.

    If the files cannot be used, are refused or break a contract, the batch stays as it was. Running it again changes
    nothing, also after a run that was killed.

    Args:
        batch: The id of the batch that is to go out, as `shopflow status` shows it.
        source: Files, folders or globs that take its place. Unlike for a new batch, every file has to be usable.
        format: Name of the format of all the files. Empty: each file's format is recognised by its columns.
    """
    with telling(load_settings()) as story:
        take_turn(story)
        require_batch(story, batch)
        warm.begin(story.settings)
        landed = land_whole(story, source, format)
        require_other_files(landed.whole, batch)
        with hands(story, landed) as at_work:
            (validated,) = validate_batches(story, landed, at_work)
            require_other_files(validated.batch, batch)
            judge_batches(story, [validated], at_work)
        exchange_batches(story, validated, batch)
        update_marts(story)
    return ending(story)


def require_batch(story: Story, batch: str) -> None:
    """Raise LedgerError if there is no such batch, before any file is read."""
    from flows.warehouse import open_warehouse

    with open_warehouse(story.settings) as warehouse:
        warehouse.require(batch, or_replaced=True)


def require_other_files(landed: Batch, batch: str) -> None:
    """Raise SourceError if these are the batch's own files, or if not all of them can be used: then it stays."""
    if landed.batch_id == batch:
        raise SourceError(f"these are the files of batch {batch} itself: there is nothing to replace")
    if refused := landed.refused_files:
        told = "; ".join(f"{file.path} {file.reason}" for file in refused)
        raise SourceError(f"batch {batch} stays, {count_of(len(refused), 'file')} could not be used: {told}")


@step("land")
def land_whole(story: Story, source: list[str], format: str | None) -> Landed:
    """Find the files and recognise their formats: together they are one batch, for they take the place of one."""
    from flows.land import land

    whole = land(source, story.settings, format=format or None)
    return Landed(whole, (whole,))


@step("load")
def exchange_batches(story: Story, validated: Validated, batch: str) -> Loaded:
    """Take the batch out of the warehouse and the accepted rows in, in one transaction."""
    from flows.load import load

    return load(validated, story.settings, replaces=batch)
