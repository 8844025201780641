"""`shopflow forget`: the id goes to the flow in memory, and nowhere else."""

from __future__ import annotations

import sys

from pydantic import SecretStr

from flows.commands.run import run_flow
from flows.errors import ShopflowError
from flows.literal import require_text


def forget_person(user: str, *, shared_devices: bool) -> None:
    """Run the flow for the user of that id, or of the one on the standard input where it is `-`: so it is in no list
    of processes and in no shell's history. Raises ShopflowError where there is none, or it is no UTF-8 text."""
    if user == "-":
        user = _of_stdin()
    if not user.strip():
        raise ShopflowError("the user's id is empty: say whom to forget")
    run_flow("forget", user=SecretStr(user), shared_devices=shared_devices)


def _of_stdin() -> str:
    try:
        user = sys.stdin.readline().rstrip("\r\n")
    except UnicodeDecodeError:
        user = "\udcff"  # what a lenient decoder gives; the error itself holds the id
    require_text("user", user)
    return user
