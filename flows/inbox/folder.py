"""An inbox that is a folder."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path

from flows.errors import SourceError
from flows.inbox.found import Found, Looked, is_passed_over, is_unfinished
from flows.receipts import RefusedFile
from flows.sources.files import shown
from flows.sources.stamp import mark_of


@dataclass(frozen=True)
class Folder:
    """All that lies in the folder and below it. Links are followed within it, and each folder is looked at once."""

    root: Path
    settle_seconds: float

    def look(self) -> Looked:
        """What has arrived, in order of the paths, and what was changed too lately to be whole for sure.

        Raises SourceError where there is no such folder. A disk that is not there leaves the folder on which it was
        mounted, which looks like an empty inbox: only a folder within the disk is not there then.
        """
        if not self.root.is_dir():
            raise SourceError(f"SHOPFLOW_INBOX: there is no folder {shown(self.root)}: make it, or set another one")
        looked, walk = Looked(), _Walk(os.path.realpath(self.root))
        self._below(self.root, looked, walk)
        for link in walk.links:  # to folders, after those that lie there themselves; it grows on the way
            if walk.is_new(link):
                self._below(Path(link), looked, walk)
        looked.found.sort(key=lambda found: found.address)
        looked.arriving.sort()
        return looked

    def bring(self, found: Found) -> Path | None:
        """The file itself."""
        return found.path

    def _below(self, folder: Path, looked: Looked, walk: _Walk) -> None:
        try:
            with os.scandir(folder) as entries:
                for entry in sorted(entries, key=lambda entry: entry.name):
                    if not is_passed_over(entry.name):
                        self._see(entry, looked, walk)
        except OSError as error:
            looked.closed.append(RefusedFile(shown(folder), f"is a folder that cannot be listed: {error.strerror}"))

    def _see(self, entry: os.DirEntry[str], looked: Looked, walk: _Walk) -> None:
        try:
            there = entry.stat()
        except OSError:  # a link that leads nowhere, or gone since
            return
        if entry.is_symlink() and not walk.holds(entry.path):
            # Whoever may upload could have any file of this machine taken for a shop's data, such as the lake's.
            looked.closed.append(RefusedFile(shown(entry.path), "is a link that leads out of the inbox"))
        elif stat.S_ISDIR(there.st_mode):
            if entry.is_symlink():
                walk.links.append(entry.path)
            elif walk.is_new(entry.path):
                self._below(Path(entry.path), looked, walk)
        elif stat.S_ISREG(there.st_mode):
            address = shown(entry.path)
            if is_unfinished(entry.name) or not self._is_settled(there):
                looked.arriving.append(address)
            else:
                mark = mark_of(address, (there.st_size, there.st_mtime_ns, there.st_ino))
                looked.found.append(Found(address, mark, there.st_size, Path(entry.path)))

    def _is_settled(self, there: os.stat_result) -> bool:
        # Not by the time of the last write, which whoever copies a file may set to that of the original.
        return not self.settle_seconds or time.time() - there.st_ctime >= self.settle_seconds


@dataclass
class _Walk:
    """A walk through an inbox: its root, the folders that it was in by their real paths, links that are still to go."""

    root: str
    seen: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.seen.add(self.root)

    def holds(self, path: str) -> bool:
        return Path(os.path.realpath(path)).is_relative_to(self.root)

    def is_new(self, folder: str) -> bool:
        """Whether it was in no walk before; from now on it was."""
        before = len(self.seen)
        self.seen.add(os.path.realpath(folder))
        return len(self.seen) > before
