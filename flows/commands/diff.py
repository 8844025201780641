"""`shopflow diff`: what a change of the models changes in the marts, as Markdown or JSON; progress goes to stderr."""

from __future__ import annotations

import json
import time

from rich.console import Console
from rich.status import Status

from flows.commands.interrupted import interruptible
from flows.commands.plain import plain_console
from flows.diff import diff
from flows.differences.markdown import markdown
from flows.errors import DiffRefused
from flows.literal import for_terminal
from flows.settings import load_settings

FORMATS = ("text", "json")


def show_diff(base: str | None, format: str, *, of_home: bool, events: int) -> None:
    """Print the comparison. Raises as `flows.diff.diff` does, and DiffRefused for a format that is not known."""
    if format not in FORMATS:
        raise DiffRefused(f"{format!r} is not a format; there are {', '.join(FORMATS)}")
    with interruptible(), Steps() as steps:
        found = diff(base, load_settings(), of_home=of_home, events=events, say=steps.say)
    told = json.dumps(found.as_json(), indent=2) if format == "json" else markdown(found)
    plain_console(soft_wrap=True).print(told)


class Steps:
    """What goes on, on stderr: a line for each step, once it has ended, with its seconds; a spinner on a terminal."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
        self._status = Status("", console=self._console)
        self._step, self._began = "", 0.0

    def __enter__(self) -> Steps:
        return self

    def __exit__(self, *error: object) -> None:
        self._status.stop()
        if error[0] is None:
            self._end()

    def say(self, step: str) -> None:
        """A step begins, and with that the one before it has ended."""
        self._end()
        self._step, self._began = for_terminal(step), time.monotonic()
        if self._console.is_terminal:
            self._status.update(self._step)
            self._status.start()

    def _end(self) -> None:
        if self._step:
            self._console.print(f"{time.monotonic() - self._began:6.2f} s  {self._step}")
            self._step = ""
