"""`shopflow alerts add` and `shopflow alerts test`: who is told, and whether it arrives."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from flows import server
from flows.commands.plain import plain_console
from flows.errors import AlertNotSent, SettingsError
from flows.literal import for_terminal
from flows.settings import Settings, load_settings


def add_block(name: str, address: str) -> None:
    """Keep an address in Prefect as a notification block, and say how to set it. The address is never shown."""
    settings = load_settings()
    _reach_server(settings)
    from flows.alerts.address import save_block

    block = save_block(name, address.strip())
    blocks = ",".join(dict.fromkeys([*settings.alert_blocks_named, block]))
    print(f"kept as {block}; to have it told, set for runs and workers:")
    print(f"  export SHOPFLOW_ALERT_BLOCKS={blocks}")
    print("then see whether it arrives: shopflow alerts test")


def send_test() -> None:
    """Send a message to every block that the settings name, one line for each.

    Raises SettingsError where none is named, AlertNotSent where one did not take it.
    """
    settings, console = load_settings(), plain_console(soft_wrap=True)
    if not settings.alert_blocks:
        raise SettingsError("SHOPFLOW_ALERT_BLOCKS is not set, so nobody is told anything: `shopflow alerts add` first")
    _reach_server(settings)
    from flows.alerts.telling import send

    told = f"Sent by `shopflow alerts test` at {datetime.now(UTC):%Y-%m-%d %H:%M} UTC. Nothing is wrong."
    outcomes = send(settings, f"[TEST] shopflow on {settings.target}: a test message", told)
    for block, why in outcomes.items():
        said = for_terminal(why or "was taken: look whether it is there")
        console.print(f"{'fails' if why else 'ok':<8} {block:<30} {said}")
    if failed := sum(why is not None for why in outcomes.values()):
        raise AlertNotSent(f"{failed} of {len(outcomes)} blocks did not take the message")


def _reach_server(settings: Settings) -> None:
    """The Prefect server that has the blocks; started where there is none."""
    found = server.start(settings)
    os.environ.update(found.environment())  # before Prefect is imported
    server.wait(found)
