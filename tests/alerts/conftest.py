"""Receivers of alerts, and a home with marts as small as rules need them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from flows import serving
from flows.settings import Settings
from tests.alerts.receivers import Mailbox, Webhook, mailbox, webhook
from tests.alerts.small_marts import Sold, marts


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with webhook() as found:
        yield found


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as found:
        yield found


@pytest.fixture
def publish(settings: Settings) -> Callable[..., None]:
    """Publish marts of what was sold, and batches as (id, loaded at, rows by table), as the next copy."""

    def publish(sold: Sold, batches: Sequence[tuple[str, datetime, str]] = ()) -> None:
        with serving.draft(settings, datetime.now(UTC)) as path, duckdb.connect(str(path)) as copy:
            copy.execute(
                "create schema marts; create schema ops; create table ops.batches "
                "(batch_id text, loaded_at timestamp, rows_by_table text, replay_of text, accepted int64)"
            )
            for statement in marts(sold):
                copy.execute(statement)
            for batch, at, rows in batches:
                copy.execute(
                    "insert into ops.batches values (?, ?, ?, null, 1)", [batch, at.replace(tzinfo=None), rows]
                )
        serving.make_current(settings, Path(str(path).replace(".draft-", "")))

    return publish
