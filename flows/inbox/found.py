"""What a look into an inbox tells, before a file of it is opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from flows.receipts import RefusedFile
from flows.sources.files import is_beside_data

# What uploads are called before they are whole.
UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".filepart")


@dataclass(frozen=True)
class Found:
    """A file that has arrived. `mark` tells it apart without reading it; `path` is None where it has to be brought."""

    address: str
    mark: str
    bytes: int
    path: Path | None = None


@dataclass
class Looked:
    """What lies in an inbox: files that have arrived, addresses of those that still do, what cannot be looked at."""

    found: list[Found] = field(default_factory=list)
    arriving: list[str] = field(default_factory=list)
    closed: list[RefusedFile] = field(default_factory=list)


def is_unfinished(name: str) -> bool:
    """Whether something is still being written, by its name."""
    return name.lower().endswith(UNFINISHED) and not name.startswith((".", "_"))


def is_passed_over(name: str) -> bool:
    """Whether a file or folder is no data by its name: what tools leave, and what begins with `.` or `_`."""
    return name.startswith("_") or (is_beside_data(name) and not is_unfinished(name))
