"""Messages over the wire, by blocks that a real Prefect server keeps: they arrive, or nobody waits for them."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prefect.settings import PREFECT_API_URL, PREFECT_UI_URL, temporary_settings
from prefect.variables import Variable

from flows.alerts import Run, Seen, crashed, tell
from flows.alerts.address import block_of, save_block
from flows.alerts.send import Unanswered, deliver
from flows.alerts.telling import variable_of
from flows.errors import SettingsError
from flows.server import Server
from flows.settings import Settings, load_settings
from tests.alerts.receivers import SECRET, Mailbox, Webhook

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
KILLED = Seen((crashed("pipeline", "no sign of life for 95 s"),), frozenset({"run_crashed:pipeline"}))
WELL = Seen((), frozenset({"run_crashed:pipeline"}))


@pytest.fixture(autouse=True)
def _server(prefect_server: Server) -> Iterator[None]:
    with temporary_settings({PREFECT_API_URL: prefect_server.api_url, PREFECT_UI_URL: prefect_server.ui_url}):
        yield


@pytest.fixture
def shop(settings: Settings, hook: Webhook, box: Mailbox) -> Settings:
    """A shop that tells a chat and a mailbox."""
    blocks = [save_block("shop-ops", hook.address), save_block("mail", box.address)]
    assert blocks == ["custom-webhook/shop-ops", "apprise-address/mail"]
    return settings.model_copy(update={"alert_blocks": ",".join(blocks)})


def test_chat_and_mail_get_one_message_until_a_day_has_passed_and_one_at_the_end(
    shop: Settings, hook: Webhook, box: Mailbox
) -> None:
    run = Run("duckdb 2026-11-25 06:00 inbox", "http://127.0.0.1:4200/runs/flow-run/1", "Readers keep marts-000001.")
    for hours in (0, 1, 23, 24, 25):
        tell(KILLED, shop, run, NOON + hours * HOUR)
    first, reminder = hook.taken()
    assert first.splitlines() == [
        "[STOP] shopflow on duckdb: a run was killed (pipeline)",
        "stop: A run of pipeline was killed: no sign of life for 95 s. The next run carries it on.",
        "What to do: docs/runbook.md#alert-run-crashed",
        "",
        "Readers keep marts-000001.",
        "Run: duckdb 2026-11-25 06:00 inbox",
        "http://127.0.0.1:4200/runs/flow-run/1",
    ]
    assert "still so after a day: " in reminder
    mail = box.mails[0]
    assert (mail["Subject"], box.recipients[0]) == (first.splitlines()[0], ["ops@example.org"])
    part = mail.get_body(("plain",))
    assert part is not None
    assert part.get_content().rstrip().splitlines() == first.splitlines()[1:]
    tell(WELL, shop, run, NOON + 26 * HOUR)
    tell(WELL, shop, run, NOON + 27 * HOUR)
    assert [text.splitlines()[0] for text in hook.taken()] == ["[OK] shopflow on duckdb: all is well again"]
    assert len(box.mails) == 3


def test_nothing_is_asked_of_anybody_where_nobody_is_to_be_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []
    monkeypatch.setattr("flows.alerts.telling.within", lambda *given: started.append(given))
    tell(KILLED, settings)
    assert started == []


def test_one_that_fails_keeps_nobody_from_being_told_and_is_a_warning_without_its_address(
    shop: Settings, hook: Webhook, box: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    hook.status = 404
    with caplog.at_level(logging.DEBUG):
        tell(KILLED, shop, now=NOON)
    assert len(box.mails) == 1
    assert [record.getMessage() for record in caplog.records if record.name == "flows.alerts"] == [
        "alerts: custom-webhook/shop-ops: HTTP status 404"
    ]
    hook.status = 200
    tell(KILLED, shop, now=NOON + HOUR)
    assert hook.taken() == [], "it was told"


@pytest.mark.parametrize("how", ["refuses", "is gone"])
def test_who_could_tell_nobody_tries_again_and_no_log_of_any_library_has_the_address(
    how: str, settings: Settings, hook: Webhook, free_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    place = f"127.0.0.1:{hook.port if how == 'refuses' else free_port}"
    hook.status = 500
    blocks = [
        save_block("webhook", f"http://{place}/services/{SECRET}"),
        save_block("json", f"json://someone:passphrase9@{place}/services/{SECRET}"),
        save_block(
            "smtp", f"mailto://someone:passphrase9@127.0.0.1:{free_port}?from=shop@example.org&to=ops@example.org"
        ),
    ]
    shop = settings.model_copy(update={"alert_blocks": ",".join(blocks)})
    with caplog.at_level(logging.DEBUG):
        tell(KILLED, shop, now=NOON)
    (warning,) = [record.getMessage() for record in caplog.records if record.name == "flows.alerts"]
    assert warning.startswith("alerts: nobody could be told: custom-webhook/webhook: ")
    for part in (*SECRET.split("/"), "passphrase9", "ops@example.org"):
        assert part not in caplog.text
    hook.status = 200
    if how == "refuses":
        tell(KILLED, shop, now=NOON + HOUR)
        assert len(hook.taken()) == 1


def test_a_receiver_that_is_slow_to_answer_is_told_once_and_holds_up_nobody(
    settings: Settings, hook: Webhook, box: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    """The accident: a chat that took six seconds got the same message again at every run."""
    shop = settings.model_copy(update={"alert_blocks": save_block("shop-ops", hook.address)})
    hook.may_answer.clear()
    with caplog.at_level(logging.DEBUG):
        tell(KILLED, shop, now=NOON, seconds=0.5)
        assert "alerts: custom-webhook/shop-ops: no answer within 0.5 seconds" in caplog.text
        hook.may_answer.set()
        assert hook.came.wait(30)
        tell(KILLED, shop, now=NOON + HOUR)
        assert len(hook.taken()) == 1
    assert SECRET.split("/")[0] not in caplog.text, "also what the libraries say afterwards"


def test_what_was_sent_and_is_not_answered_is_told_from_what_was_refused(hook: Webhook, free_port: int) -> None:
    for name, port in (("slow", hook.port), ("gone", free_port)):
        block: Any = block_of(f"http://127.0.0.1:{port}/services/{SECRET}")
        block.timeout = 0.2
        block.save(name, overwrite=True)
    hook.may_answer.clear()
    slow, gone = (deliver(f"custom-webhook/{name}", "subject", "body") for name in ("slow", "gone"))
    assert isinstance(slow, Unanswered)
    assert gone is not None
    assert not isinstance(gone, Unanswered)


def test_who_is_slow_does_not_keep_another_one_from_being_told(shop: Settings, hook: Webhook, box: Mailbox) -> None:
    hook.may_answer.clear()
    tell(KILLED, shop, now=NOON, seconds=1)
    assert len(box.mails) == 1


def test_a_server_that_is_away_is_a_warning(
    shop: Settings, free_port: int, caplog: pytest.LogCaptureFixture, hook: Webhook
) -> None:
    with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{free_port}/api"}):
        tell(KILLED, shop, now=NOON)
    (warning,) = [record.getMessage() for record in caplog.records if record.name == "flows.alerts"]
    assert warning.startswith("alerts: Prefect does not say what was told before (")
    assert hook.taken() == []


def test_two_homes_on_one_server_remember_each_for_itself(shop: Settings, hook: Webhook) -> None:
    other = shop.model_copy(update={"home": shop.home / "other"})
    tell(KILLED, shop, now=NOON)
    tell(KILLED, other, now=NOON)
    assert len(hook.taken()) == 2
    assert isinstance(Variable.get(variable_of(shop)), dict)
    cloud = {"target": "bigquery", "bigquery_project": "shop", "bigquery_dataset_prefix": "prod_"}
    here, there = (load_settings(home=f"/machine/{n}", **cloud) for n in (1, 2))
    assert variable_of(here) == variable_of(there), "jobs in the cloud have a home each, and one memory"


@pytest.mark.parametrize(
    ("address", "slug"),
    [
        ("https://hooks.slack.com/services/T00000000/B00000000/xxxxxxxxxxxxxxxxxxxxxxxx", "slack-webhook"),
        ("https://chat.example.org/hooks/1", "custom-webhook"),
        ("mailtos://u:p@smtp.example.org?from=a@example.org&to=b@example.org", "apprise-address"),
    ],
)
def test_an_address_says_by_itself_what_block_it_needs(address: str, slug: str) -> None:
    block = block_of(address)
    assert block.get_block_type_slug() == slug
    assert "example.org/hooks" not in repr(block)


@pytest.mark.parametrize("address", ["", "anna@example.net", "http://[", "hppt://xyzzy", "mailto://"])
def test_an_address_that_is_none_is_one_sentence_that_does_not_show_it(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(SettingsError, match="this is no address that can be sent to") as refused:
        save_block("ops", address)
    assert not {"anna@example.net", "xyzzy"} & set(re.split(r"[\s/]+", f"{refused.value} {caplog.text}"))


@pytest.mark.parametrize("name", ["Shop Ops", "a/b", "", "ü"])
def test_a_name_that_is_none_is_one_sentence(name: str) -> None:
    with pytest.raises(SettingsError, match="cannot be a block's name"):
        save_block(name, "https://chat.example.org/hooks/1")


@pytest.mark.parametrize("blocks", ["shop-ops", "a/b/c", "a/b,", "a/b, c/d", "https://x.example.org/y"])
def test_blocks_that_are_not_of_that_form_are_one_sentence(blocks: str) -> None:
    with pytest.raises(SettingsError, match="SHOPFLOW_ALERT_BLOCKS: is not of the form kind/name,kind/name"):
        load_settings(alert_blocks=blocks)
