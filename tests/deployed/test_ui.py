"""Prefect's own page in a real Chromium, as its reader sees it: a run, and a deployment's form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from tests.dashboards.served import CHROMIUM, chromium
from tests.deployed.conftest import Shop

pytest.importorskip("playwright.sync_api", reason="install playwright (make test does)")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.xdist_group("deployed"),
    pytest.mark.skipif(CHROMIUM is None, reason="install chromium (Debian: apt-get install chromium)"),
]
# Seen once in five on a busy machine: Prefect's drawing of a run's timeline is asked to move before it is there.
OF_THE_TIMELINE = "Cannot read properties of null (reading 'position')"
STEPS = ("land", "validate", "judge", "load", "transform", "publish")


@pytest.fixture(scope="module")
def run(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> UUID:
    """A run of the daily deployment that built the models."""
    from flows.generate import generate

    folder = tmp_path_factory.mktemp("seen") / "files"
    generate(folder, events=500, days=2, seed=8)
    ended = shop.ended(shop.ask_for("pipeline/daily", source=[str(folder)]))
    assert ended.state
    assert ended.state.is_completed(), ended.state
    return ended.id


def is_prefects_own(url: str) -> bool:
    """Prefect's page asks for the icon of a run's state before it knows the state; nothing of it is seen."""
    return urlsplit(url).path == "/ico/undefined.svg"


@pytest.fixture
def page(shop: Shop) -> Iterator[Any]:
    """A page of the UI. An error on it, a bad answer or a request to another host fails the test at its end."""
    wrong: list[str] = []

    def console(message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:  # that is an answer's, below
            wrong.append(message.text)

    def answer(response: Any) -> None:
        if response.status >= 400 and not is_prefects_own(response.url):
            wrong.append(f"{response.status} {response.url}")

    def request(request: Any) -> None:
        if urlsplit(request.url).scheme in ("http", "https", "ws") and urlsplit(request.url).hostname != "127.0.0.1":
            wrong.append(request.url)

    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 1000}, base_url=shop.api_url.removesuffix("/api"))
        page.on("console", console)
        page.on("pageerror", lambda error: str(error) == OF_THE_TIMELINE or wrong.append(str(error)))
        page.on("response", answer)
        page.on("request", request)
        yield page
    assert wrong == []


def test_a_runs_page_shows_its_steps_logs_and_artifacts(page: Any, run: UUID) -> None:
    page.goto(f"/runs/flow-run/{run}")
    page.get_by_text("rows read", exact=False).first.wait_for()  # of the log, a line for each step
    page.get_by_text("Task Runs", exact=True).first.click()
    for step in STEPS:
        page.get_by_text(re.compile(rf"^{step}( [0-9a-f]+)?$")).first.wait_for()
    page.get_by_text("Artifacts", exact=True).last.click()
    for artifact in ("summary", "receipts", "dbt-nodes", "contract-checks"):
        page.get_by_text(artifact, exact=True).first.wait_for()
    page.get_by_text("summary", exact=True).first.click()
    page.get_by_text("Revenue").first.wait_for()


def test_a_deployments_form_explains_its_parameters(page: Any, shop: Shop) -> None:
    backfill = shop.client.read_deployment_by_name("backfill/backfill")
    page.goto(f"/deployments/deployment/{backfill.id}/run")
    told = backfill.parameter_openapi_schema["properties"]
    assert {"first", "last", "days_per_chunk"} <= told.keys()
    for parameter in told.values():
        words = re.split(r"[`\n]", parameter["description"])[0]  # the page sets what is in backticks apart
        page.get_by_text(words.strip()).first.wait_for()
