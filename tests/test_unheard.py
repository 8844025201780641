"""While only some events are heard, dbt goes on telling those, and whatever may end it; afterwards it tells all."""

from __future__ import annotations

from typing import Any

import pytest

from flows.builds import hearing_only, parsed
from flows.settings import Settings


@pytest.fixture
def heard() -> Any:
    """The names of the events that reach a callback, with what they say."""
    from dbt_common.events.event_manager import EventManager

    told: list[tuple[str, str]] = []
    manager = EventManager()
    manager.add_callback(lambda event: told.append((event.info.name, event.info.msg)))
    return manager, told


def test_only_what_is_named_and_what_may_end_dbt_is_told(heard):
    from dbt.adapters.events.types import AdapterDeprecationWarning, Rollback, SQLCommit
    from dbt_common.events.base_types import EventLevel
    from dbt_common.events.types import Note

    manager, told = heard
    with hearing_only("SQLCommit"):
        manager.fire_event(Rollback(conn_name="unheard"))
        manager.fire_event(Note(msg="unheard"))
        manager.fire_event(SQLCommit(conn_name="named"))
        manager.fire_event(Note(msg="as a warning"), level=EventLevel.WARN)
        manager.fire_event(AdapterDeprecationWarning(old_name="old", new_name="new"))
    assert [name for name, _ in told] == ["SQLCommit", "Note", "AdapterDeprecationWarning"]
    assert [said for _, said in told[:2]] == ["On named: COMMIT", "as a warning"]
    told.clear()
    manager.fire_event(Rollback(conn_name="heard"))
    assert told == [("Rollback", "On heard: ROLLBACK")]


def test_after_an_error_dbt_tells_all_again(heard):
    from dbt.adapters.events.types import Rollback

    manager, told = heard
    with pytest.raises(ZeroDivisionError), hearing_only():
        manager.fire_event(Rollback(conn_name=1 / 0))
    manager.fire_event(Rollback(conn_name="heard"))
    assert [name for name, _ in told] == ["Rollback"]


def test_dbt_makes_its_flags_without_a_look_at_the_stack(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from dbt_common import behavior_flags

    parsed(settings)
    monkeypatch.setattr(behavior_flags.inspect, "stack", lambda: 1 / 0)
    (flag,) = behavior_flags.Behavior([{"name": "a_flag", "default": True, "docs_url": "of it"}], {})._flags
    assert (flag.name, bool(flag), flag._behavior_change_event.flag_source) == ("a_flag", True, "dbt")
