"""What these tests would say of a shopflow that is not safe to kill: each fault is planted in a run, and found."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from flows.settings import Settings
from tests.kill.conftest import Start, World, require_killed, require_mended
from tests.kill.runs import Run

pytestmark = pytest.mark.slow


def die() -> None:
    os.killpg(0, signal.SIGKILL)


def rows_and_entry_in_two_transactions() -> None:
    from flows.warehouse.duck import DuckWarehouse

    def enter(self: DuckWarehouse, *_: Any) -> None:
        self._connection.commit()
        die()

    DuckWarehouse._enter = enter  # type: ignore[method-assign]


def current_before_it_is_whole() -> None:
    from flows import serving
    from flows.settings import load_settings
    from flows.warehouse import duck_export

    really = duck_export._copy

    def copy(connection: Any, marts: list[str], since: int | None) -> dict[str, int]:
        rows = really(connection, marts[:3], since)
        connection.commit()
        (draft,) = load_settings().serving.glob(".draft-*.duckdb")
        connection.execute("checkpoint serving")
        serving.make_current(load_settings(), draft.rename(draft.with_name(draft.name.removeprefix(".draft-"))))
        die()
        return rows

    duck_export._copy = copy


def settled_before_it_is_published() -> None:
    from flows import publish
    from flows.warehouse import open_warehouse

    def settle(settings: Settings) -> None:
        with open_warehouse(settings) as warehouse:
            warehouse.query("update ops.batches set built_at = now()")
        die()

    publish.publish = settle  # type: ignore[assignment]


def nothing_is_swept() -> None:
    from flows import telling

    telling.sweep = lambda *_: None


def drafts_stay() -> None:
    from flows import serving

    serving._sweep = lambda *_: None


def a_dead_process_holds_the_home() -> None:
    from flows import lock

    os.environ["SHOPFLOW_LOCK_WAIT_SECONDS"] = "0"
    lock._taken = lambda path: None if path.read_text() else path.open("a+")


def require_safe(world: World, home: Settings, start: Start, run: Run) -> None:
    require_killed(world, home, run)
    require_mended(world, home, start)


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (rows_and_entry_in_two_transactions, "batches that do not add up"),
        (current_before_it_is_whole, "publication does not exist"),
        (settled_before_it_is_published, "readers see other marts"),
    ],
)
def test_a_fault_of_the_killed_run_is_found(
    fault: Callable[[], None], found: str, world: World, home: Settings, start: Start
) -> None:
    run = start(home, world.late, faults=[fault])
    with pytest.raises((AssertionError, duckdb.Error), match=found):
        require_safe(world, home, start, run)


@pytest.mark.parametrize(
    ("fault", "moment", "found"),
    [
        (nothing_is_swept, "rename lake/accepted/events", r"lake/\.staging/"),
        (drafts_stay, "rename serving/marts", r"serving/\.draft-marts-"),
        (a_dead_process_holds_the_home, "before load", "shopflow: another run .* holds"),
    ],
)
def test_a_fault_of_the_run_that_mends_is_found(
    fault: Callable[[], None], moment: str, found: str, world: World, home: Settings, start: Start
) -> None:
    require_killed(world, home, start(home, world.late, die_at=moment))
    with pytest.raises(AssertionError, match=found):
        require_mended(world, home, start, faults=[fault])
