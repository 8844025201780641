"""Maintain: old refused rows and old receipts go, and so does room that nothing is in. Numbers stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from prefect import State, flow

from flows.receipts import Compacted, Pruned, Purged
from flows.settings import load_settings
from flows.steps import step
from flows.story import Story
from flows.telling import ending, run_named, take_turn, telling


@flow(name="maintain", flow_run_name=run_named(lambda _: "maintenance"), persist_result=False)
def maintain(keep_quarantine_days: int = 90, keep_receipts_days: int = 400) -> State:
    """Let go of what is old: refused rows, receipts, serving copies beyond those that are kept, free room in the file.

    The ledger of batches stays whole, and says of which batches refused rows were let go, how many and when. No mart
    changes, and nothing is published. Running it again changes nothing; what a killed run has left, the next one does.

    Args:
        keep_quarantine_days: Refused rows of batches that were landed before so many days are deleted.
        keep_receipts_days: Receipts of steps that ran before so many days are deleted.
    """
    with telling(load_settings()) as story:
        quarantine, receipts = days_of(keep_quarantine_days), days_of(keep_receipts_days)
        take_turn(story)
        purge_refused(story, quarantine)
        prune_receipts(story, receipts)
        compact_files(story)
    return ending(story)


def days_of(number: int) -> timedelta:
    """Raises SettingsError for what is no number of days to keep."""
    from flows.errors import SettingsError

    try:
        if number < 0 or datetime.now(UTC) - timedelta(days=number) < datetime.min.replace(tzinfo=UTC):
            raise OverflowError
        return timedelta(days=number)
    except OverflowError:
        raise SettingsError(f"{number} days cannot be kept: give a number of days such as 90") from None


@step("purge")
def purge_refused(story: Story, keep: timedelta) -> Purged:
    """Delete the refused rows of old batches; the ledger says that they were let go."""
    from flows.maintenance.purge import purge

    now = datetime.now(UTC)
    return purge(story.settings, now - keep, now)


@step("prune")
def prune_receipts(story: Story, keep: timedelta) -> Pruned:
    """Delete old receipts of steps."""
    from flows.warehouse import open_warehouse

    before = datetime.now(UTC) - keep
    with open_warehouse(story.settings) as warehouse:
        return Pruned(warehouse.prune_receipts(before), before)


@step("compact")
def compact_files(story: Story) -> Compacted:
    """Take serving copies away that are not to be kept, and write the warehouse's file anew if most of it is free."""
    from flows.maintenance.compact import compact

    return compact(story.settings)
