"""`shopflow alerts`: an address becomes a block that nobody sees again, and a test message says whether it arrives."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows.server import Server
from tests.alerts.receivers import SECRET, Webhook, webhook

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]

Shopflow = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with webhook() as found:
        yield found


@pytest.fixture
def shopflow(prefect_server: Server, tmp_path: Path) -> Shopflow:
    """Run a command in a process of its own, against the tests' server."""

    def shopflow(*arguments: str, typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        home = {"SHOPFLOW_HOME": str(tmp_path / "home"), "PREFECT_API_URL": prefect_server.api_url}
        return subprocess.run(
            [sys.executable, "-m", "flows", *arguments],
            input=typed,
            capture_output=True,
            text=True,
            timeout=180,
            env={**os.environ, "COLUMNS": "200", **home, **environment},
        )

    return shopflow


def test_an_address_is_kept_and_a_test_message_arrives_or_says_why_not(shopflow: Shopflow, hook: Webhook) -> None:
    added = shopflow("alerts", "add", "night", typed=f"{hook.address}\n", SHOPFLOW_ALERT_BLOCKS="slack-webhook/none")
    assert (added.returncode, added.stderr) == (0, "")
    assert "  export SHOPFLOW_ALERT_BLOCKS=slack-webhook/none,custom-webhook/night\n" in added.stdout
    assert SECRET not in added.stdout

    tested = shopflow("alerts", "test", SHOPFLOW_ALERT_BLOCKS="custom-webhook/night,slack-webhook/none")
    assert [" ".join(line.split()) for line in tested.stdout.splitlines()] == [
        "ok custom-webhook/night was taken: look whether it is there",
        "fails slack-webhook/none Prefect has no block of that name: `shopflow alerts add` makes one",
    ]
    assert tested.returncode == 1
    assert tested.stderr.startswith("shopflow: 1 of 2 blocks did not take the message\n")
    (text,) = hook.taken()
    assert text.startswith("[TEST] shopflow on duckdb: a test message\n")


@pytest.mark.parametrize(
    ("arguments", "typed", "told"),
    [
        (("alerts", "test"), "", "shopflow: SHOPFLOW_ALERT_BLOCKS is not set, so nobody is told anything: "),
        (("alerts", "add", "night"), f"smpt://{SECRET}\n", "shopflow: this is no address that can be sent to: "),
    ],
)
def test_what_cannot_be_done_is_one_sentence_that_shows_no_address(
    shopflow: Shopflow, arguments: tuple[str, ...], typed: str, told: str
) -> None:
    ran = shopflow(*arguments, typed=typed)
    assert ran.returncode == 2
    assert ran.stderr.startswith(told)
    assert ran.stderr.count("\n") == 1
    assert SECRET not in ran.stderr + ran.stdout
