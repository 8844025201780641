"""What `shopflow watch` does, a module for each duty."""

from __future__ import annotations

from flows.announce import announce
from flows.duties.alarms import Age, Crashes
from flows.duties.duty import Duty
from flows.duties.killed import killed
from flows.duties.lifeless import Lifeless
from flows.duties.logs import cut
from flows.settings import Settings

__all__ = ["Duty", "duties"]


def duties(settings: Settings) -> tuple[Duty, ...]:
    """All duties of a watcher, in the order in which they are called."""
    return (
        Duty("runs of workers", 15, Lifeless().look),
        Duty("runs of the command line", 15, lambda: killed(settings)),
        Duty("alerts of crashed runs", 15, Crashes(settings).look),
        Duty("the age of the data", 60, Age(settings).look),
        Duty("the logs", 600, lambda: cut(settings)),
        Duty("the inbox", 15, lambda: announce(settings)),
    )
