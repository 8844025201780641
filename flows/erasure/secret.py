"""The id of a person who is to be forgotten, handed over in a Secret block of Prefect's, which keeps it encrypted."""

from __future__ import annotations

from pydantic import SecretStr

from flows.errors import UnknownPerson


def kept_in(name: str) -> SecretStr:
    """What the block holds. Raises UnknownPerson where there is no such block, or it holds no text."""
    from prefect.blocks.system import Secret

    try:
        held = Secret.load(name).get()  # type: ignore[union-attr]
    except ValueError as error:
        raise UnknownPerson(
            f"Prefect has no Secret block named {name}: make it in the UI (Blocks, +, Secret), with the user's id in it"
        ) from error
    if not isinstance(held, str) or not held.strip():
        raise UnknownPerson(f"the Secret block {name} holds no user's id as a string: nothing was changed")
    return SecretStr(held)


def delete_secret(name: str) -> None:
    """Delete the block, with what it holds."""
    from prefect.blocks.system import Secret

    Secret.delete(name)
