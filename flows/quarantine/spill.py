"""Where readers of the quarantine spill rows: below the home, as all personal data, and told apart from what is left.

<home>/.quarantine-x1y2/lock      locked (`flock`) for as long as its reader lives: a run removes the others
                        spill/    DuckDB's
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

PREFIX = ".quarantine-"


@contextmanager
def spill_folder(home: Path) -> Iterator[Path]:
    """A folder that is gone after the block; who is killed leaves it to the next run's sweep.

    For an account that cannot write in the home it is one of the system's temporary folders.
    """
    with ExitStack() as held:
        try:
            folder = _folder(held, home)
        except OSError:
            folder = _folder(held, None)
        yield folder / "spill"


def abandoned(home: Path) -> Iterator[Path]:
    """The folders of readers that were killed."""
    for folder in home.glob(f"{PREFIX}*"):
        with suppress(OSError), (folder / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield folder


def _folder(held: ExitStack, home: Path | None) -> Path:
    name = held.enter_context(TemporaryDirectory(prefix=PREFIX, dir=home, ignore_cleanup_errors=True))
    lock = held.enter_context((Path(name) / "lock").open("a"))
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return Path(name)
