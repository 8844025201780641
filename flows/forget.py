"""Forget: a person leaves lake, warehouse and marts, and cannot come back with later files."""

from __future__ import annotations

from prefect import State, flow
from pydantic import SecretStr

from flows import warm
from flows.erasure.person import Person
from flows.erasure.secret import delete_secret, kept_in
from flows.pipeline import publish_marts, update_marts
from flows.receipts import Erased, Wiped
from flows.settings import load_settings
from flows.steps import step
from flows.story import Story
from flows.telling import ending, run_named, take_turn, telling


@flow(name="forget", flow_run_name=run_named(lambda _: "forget a person"), persist_result=False)
def forget(user: SecretStr, shared_devices: bool = False) -> State:
    """Take a person out of lake, warehouse and home, build what that changes, publish, and prove that nothing is left.

    A run that was cut off is finished by the same command. Readers see the marts with the person until they see those
    without. For programs: of a deployment's run Prefect would keep the id, see `forget_secret`.

    Args:
        user: The id of the user.
        shared_devices: Forget the rows without a user, too, of devices that other users were seen on.
    """
    with telling(load_settings()) as story:
        take_turn(story)
        forget_person(story, user, shared_devices)
    return ending(story)


@flow(name="forget", flow_run_name=run_named(lambda _: "forget a person"), persist_result=False)
def forget_secret(secret: str, shared_devices: bool = False) -> State:
    """Take a person out of everything, as `shopflow forget` does; the id is read from a Secret block of Prefect's.

    So Prefect keeps the id nowhere in plain text: of a deployment's run it keeps the parameters. The block is deleted
    when it is proved that nothing is left, and stays where the run fails, for the next one.

    Args:
        secret: The name of the Secret block (Blocks, +, Secret) whose value is the id of the user, as a string.
        shared_devices: Forget the rows without a user, too, of devices that other users were seen on.
    """
    with telling(load_settings()) as story:
        take_turn(story)
        forget_person(story, kept_in(secret), shared_devices)
        delete_secret(secret)
    return ending(story)


def forget_person(story: Story, user: SecretStr, shared_devices: bool) -> None:
    """The steps, for a run that has its turn."""
    warm.begin(story.settings)
    person = find_person(story, user, shared_devices)
    erased = erase_rows(story, person)
    update_marts(story)
    if erased.completed_at is None and story.published is None:  # nor is the copy trusted that an attempt has left
        publish_marts(story)
    copies = 0 if erased.completed_at else wipe_files(story, erased).copies
    prove_erasure(story, person, erased, copies)


@step("find")
def find_person(story: Story, user: SecretStr, shared_devices: bool) -> Person:
    """Find the anonymous ids that were ever seen with the user."""
    from flows.erasure.erase import find

    return find(story.settings, user.get_secret_value(), with_shared_devices=shared_devices)


@step("erase")
def erase_rows(story: Story, person: Person) -> Erased:
    """Take the person's rows out of quarantine, lake and raw tables; a tombstone keeps them out."""
    from flows.erasure.erase import erase

    return erase(story.settings, person)


@step("wipe")
def wipe_files(story: Story, erased: Erased) -> Wiped:
    """Delete older copies and versions of files, and write the warehouse's file anew without bytes of deleted rows."""
    from flows.erasure.wipe import wipe

    return wipe(story.settings, erased)


@step("prove")
def prove_erasure(story: Story, person: Person, erased: Erased, copies: int) -> Erased:
    """Search every table and file for the person, and write the receipt."""
    from flows.erasure.proof import prove

    return prove(story.settings, person, erased, copies)
