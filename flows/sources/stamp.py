"""What tells that a file is not the one it was, without reading it."""

from __future__ import annotations

from pathlib import Path

CHANGED = "changed while it was read: run again when it is complete"

Stamp = tuple[int, int, int]


def stamp(path: str | Path) -> Stamp | None:
    """Size in bytes, time of the last write in nanoseconds, and inode; None where there is no such file."""
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino


def mark_of(address: str | Path, found: Stamp | None) -> str:
    """What tells a file in its place, as text: another content there, or the same elsewhere, has another one."""
    return f"{address}@{':'.join(map(str, found))}" if found else ""
