"""Who makes the steps of several batches: the run itself in turn, threads of it, or the workers of a Dask cluster."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows.attempt import Attempt, Outcome
from flows.bills import charge
from flows.receipts import Billed, Landed
from flows.settings import Settings
from flows.steps import Step, began, ended, made, tried_again
from flows.story import Story

R = TypeVar("R")

PAUSES_SECONDS = 60.0  # more than the pause before a new attempt


class Hands:
    """Makes attempts, at most `at_once` at a time; `settings` are those that each of them works with.

    Without a `runner` all are made here, one after the other.
    """

    def __init__(
        self, story: Story, settings: Settings, runner: TaskRunner[Any] | None = None, at_once: int = 1
    ) -> None:
        self.settings = settings
        self._story, self._runner, self._at_once = story, runner, at_once

    def make(self, carried: Step, attempts: Sequence[Attempt[R]], *, in_threads: bool = True) -> list[Outcome[R]]:
        """What came of each, in their order; the story hears of each as it ends.

        Where one may not be made beside another in one process, `in_threads` is False. One that takes longer than all
        its attempts may is given up. Raises only what is no ShopflowError, and then no more are begun.
        """
        runner = self._runner
        if runner is None or (isinstance(runner, ThreadPoolTaskRunner) and not in_threads):
            return [made(self._story, carried, attempt) for attempt in attempts]
        carried = tried_again(carried, self._story.settings)
        waiting, running, done = deque(enumerate(attempts)), dict[int, Any](), SimpleQueue[int]()
        latest: dict[int, float] = {}
        outcomes: dict[int, Outcome[R]] = {}
        while waiting or running:
            while waiting and len(running) < self._at_once:
                place, attempt = waiting.popleft()
                began(attempt.name)
                latest[place] = time.monotonic() + attempt.most_seconds + PAUSES_SECONDS * attempt.retries
                running[place] = future = runner.submit(carried, {"attempt": attempt})
                future.wrapped_future.add_done_callback(partial(_put, done, place))
            place = _next(done, {place: latest[place] for place in running})
            future = running.pop(place, None)
            if future is None:  # one that was given up has ended all the same
                continue
            is_over = future.wrapped_future.done()
            outcomes[place] = outcome = _outcome(future) if is_over else attempts[place].given_up()
            if attempts[place].outcome is None:  # made in another process, whose bill is not this one's
                charge(Billed(**outcome.receipt.detail.get("billed", {})))
            ended(self._story, outcome)
        return [outcomes[place] for place in range(len(attempts))]


@contextmanager
def hands(story: Story, landed: Landed) -> Iterator[Hands]:
    """Those for the batches of a landing: at most `SHOPFLOW_WORKERS` at once, where `SHOPFLOW_DASK` says.

    A landing of one batch has the run's own, and no other. All that are at work on one machine together keep within
    `SHOPFLOW_MEMORY_LIMIT` and `SHOPFLOW_THREADS`. Raises SettingsError or ClusterError where there is no such cluster,
    or its workers do not see what they need.
    """
    settings, batches = story.settings, len(landed.batches)
    at_once = min(settings.workers, batches)
    if batches > 1 and settings.dask:
        from flows.cluster import cluster

        with cluster(settings, landed, at_once) as (runner, on_one_machine):
            yield Hands(story, shared(settings, on_one_machine), runner, at_once)
    elif at_once > 1:
        with ThreadPoolTaskRunner[Any](max_workers=at_once) as threads:
            yield Hands(story, shared(settings, at_once), threads, at_once)
    else:
        yield Hands(story, settings)


def shared(settings: Settings, among: int) -> Settings:
    """The settings for each of so many who work at once on one machine.

    >>> shared(Settings(memory_limit="1500MB", threads=4), 3).memory_limit
    '500MB'
    """
    number, unit = re.findall(r"\d+|MB|GB", settings.memory_limit)
    megabytes = int(number) * (1000 if unit == "GB" else 1) // among
    own = {"memory_limit": f"{max(megabytes, 1)}MB", "threads": max(settings.threads // among, 1)}
    return settings.model_copy(update=own) if among > 1 else settings


def _next(done: SimpleQueue[int], latest: dict[int, float]) -> int:
    """The place of the next one that ends, or of one whose time is over."""
    place = min(latest, key=lambda place: latest[place])
    try:
        return done.get(timeout=max(0.0, latest[place] - time.monotonic()))
    except Empty:
        return place


def _put(done: SimpleQueue[int], place: int, future: object) -> None:
    done.put(place)


def _outcome(future: Any) -> Outcome[Any]:
    """The outcome that a future's state holds; raises what ended it otherwise."""
    from flows.cluster import explained

    with explained():
        future.wait()
        told = getattr(future.state.data, "result", None)
        return told if isinstance(told, Outcome) else future.result()
