"""dbt's events that nobody hears: it makes some three hundred in a small build, which took a sixth of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def hearing_only(*names: str) -> Iterator[None]:
    """Within the block dbt makes and tells no events of the levels debug and info but those of these names.

    For commands that log nothing: with a log there is somebody who hears them. Warnings and errors are made as ever,
    for dbt can be told to end at one.
    """
    from dbt_common.events.base_types import BaseEvent, DebugLevel, InfoLevel
    from dbt_common.events.event_manager import EventManager

    events: Any = BaseEvent
    managers: Any = EventManager
    make, fire = events.__init__, managers.fire_event

    def is_unheard(event: Any) -> bool:
        return isinstance(event, DebugLevel | InfoLevel) and type(event).__name__ not in names

    def made(event: Any, *args: Any, **told: Any) -> None:
        if is_unheard(event) and type(event).__name__ != "Note":  # which at times is told as a warning
            event.pb_msg = getattr(event.PROTO_TYPES_MODULE, type(event).__name__)()
        else:
            make(event, *args, **told)

    def fired(manager: Any, e: Any, level: Any = None, *args: Any, **how: Any) -> None:
        if level is not None or not is_unheard(e):
            fire(manager, e, level, *args, **how)

    events.__init__, managers.fire_event = made, fired
    try:
        yield
    finally:
        events.__init__, managers.fire_event = make, fire


def name_no_sources() -> None:
    """From now on dbt does not look for the module that asks for its flags, which it would name in an event.

    It goes through the whole stack for each of them, and for each frame of that through all modules: a tenth of a
    second of a build in a young process, and more than ten seconds in one that has imported much.
    """
    from dbt_common import behavior_flags

    flags: Any = behavior_flags.BehaviorFlagRendered
    flags._default_source = staticmethod(lambda: "dbt")
