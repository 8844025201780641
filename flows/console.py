"""How a run looks on the command line: each step as it ends, and on a terminal what goes on meanwhile."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from flows.literal import for_terminal
from flows.receipts import Node, Receipt
from flows.story import Listener, Story
from flows.summary import closing, line_of

MARKS = {"ok": ("✓", "green"), "degraded": ("!", "yellow"), "failed": ("✗", "red")}
DOING = {
    "generate": "making a demo shop",
    "collect": "looking what has arrived",
    "land": "looking at the files",
    "validate": "checking every row",
    "judge": "holding the batch to its contracts",
    "load": "loading what passed",
    "remove": "taking the batch out again",
    "replay": "checking refused rows again",
    "plan": "looking at the lake",
    "reload": "taking days from the lake anew",
    "test": "testing what was built",
    "find": "finding all that is the person's",
    "erase": "taking the person's rows out",
    "wipe": "writing the warehouse anew",
    "prove": "searching for what is left",
    "purge": "letting go of old refused rows",
    "prune": "deleting old receipts",
    "compact": "looking for free room",
    "transform": "building and testing the models",
    "publish": "publishing the marts",
}


class ConsoleProgress(Listener):
    """Listens to a run and shows it: plain lines where the output is no terminal."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console = console or Console(highlight=False, soft_wrap=True)
        self._nodes = 0
        self._made_at, self._start_seconds = time.monotonic(), 0.0
        self.story: Story | None = None
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("waiting for the Prefect server")

    def __enter__(self) -> ConsoleProgress:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def say(self, text: str) -> None:
        """What goes on now; its clock starts at nought. Only seen on a terminal."""
        self._progress.reset(self._task, description=text)

    def began(self, story: Story) -> None:
        self.story = story
        self._start_seconds = time.monotonic() - self._made_at

    def waits(self, why: str) -> None:
        self.console.print(Text(why))
        self.say("waiting for another run")

    def step_began(self, step: str) -> None:
        rows = self._rows() if step in ("judge", "load") else ""
        self.say(f"[bold]{step:<9}[/bold] {DOING.get(step, '')}{rows}")

    def step_ended(self, receipt: Receipt) -> None:
        if receipt.step != "run":
            told = for_terminal(line_of(receipt))
            if self.story and self.story.batches > 1 and receipt.batch_id:
                told = f"{receipt.batch_id}  {told}"
            line = f" {receipt.step:<9} {receipt.seconds:6.2f} s  {told}".rstrip()
            self.console.print(Text.assemble(MARKS[receipt.verdict], line))

    def node_ended(self, node: Node) -> None:
        self._nodes += 1
        so_far = f"{self._nodes} nodes, {escape(node.name)}"
        self._progress.update(self._task, description=f"[bold]transform[/bold] {so_far}")

    def close(self, ui_url: str) -> None:
        """Print what came of the run; nothing where none began."""
        if self.story is None:
            return
        self.console.print()
        before = ""
        for label, text in closing(self.story, self._start_seconds, ui_url):
            self.console.print(Text.assemble((f"{'' if label == before else label:<15}", "bold"), for_terminal(text)))
            before = label

    def _rows(self) -> str:
        validated = self.story.validated if self.story else None
        return f" ({sum(count.accepted for count in validated.counts):,} rows)" if validated else ""
