"""What has to be said now: each problem once until it changes or ends, and again after a day. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flows.alerts.problem import Problem, Seen, worst

REMIND_AFTER = timedelta(hours=24)
FORGET_AFTER = timedelta(days=30)  # a flow that nobody runs any more ends no problem


@dataclass(frozen=True)
class Told:
    """That a problem was told: when last, and what it was like then."""

    at: datetime
    state: str


Memory = dict[str, Told]


@dataclass(frozen=True)
class News:
    """What one message says. `fresh` are new or changed, `reminded` go on for a day or more, `over` are keys of those
    that ended, `standing` counts what was told before and still is. `memory` is what to remember once it was said."""

    fresh: tuple[Problem, ...]
    reminded: tuple[Problem, ...]
    over: tuple[str, ...]
    standing: int
    memory: Memory

    def __bool__(self) -> bool:
        return bool(self.fresh or self.reminded or self.over)


def news(memory: Memory, seen: Seen, now: datetime) -> News:
    """Hold what is seen against what was told.

    A problem that was not looked for is neither told again nor over. Two problems of one key are one: the worse.
    """
    found: dict[str, Problem] = {}
    for problem in worst(seen.problems):
        found.setdefault(problem.key, problem)
    fresh, reminded, kept = [], [], {}
    for key, before in memory.items():
        if key not in found and key not in seen.looked and now - before.at < FORGET_AFTER:
            kept[key] = before
    standing = len(kept)
    for key, problem in found.items():
        told, state = memory.get(key), _state(problem)
        if told is None or told.state != state:
            fresh.append(problem)
        elif abs(now - told.at) >= REMIND_AFTER:
            reminded.append(problem)
        else:
            kept[key] = told
            standing += 1
            continue
        kept[key] = Told(now, state)
    over = sorted(key for key in memory if key in seen.looked and key not in found)
    return News(tuple(worst(fresh)), tuple(worst(reminded)), tuple(over), standing, kept)


def _state(problem: Problem) -> str:
    return hashlib.sha256(f"{problem.severity} {problem.state}".encode()).hexdigest()[:12]


def packed(memory: Memory) -> dict[str, list[str]]:
    """As JSON takes it."""
    return {key: [told.at.isoformat(timespec="seconds"), told.state] for key, told in memory.items()}


def unpacked(found: Any) -> Memory:
    """Back from JSON; what cannot be read is as if it had never been told."""
    memory: Memory = {}
    for key, told in found.items() if isinstance(found, dict) else ():
        try:
            at, state = told
            memory[str(key)] = Told(datetime.fromisoformat(at).astimezone(UTC), str(state))
        except (TypeError, ValueError):
            continue
    return memory
