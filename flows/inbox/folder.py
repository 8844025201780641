"""An inbox that is a folder."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path

from flows.errors import SourceError
from flows.inbox.found import Found, Looked, is_passed_over, is_unfinished
from flows.receipts import RefusedFile
from flows.sources.files import shown
from flows.sources.stamp import mark_of


@dataclass(frozen=True)
class Folder:
    """All that lies in the folder and below it; links are followed, but never round in a circle."""

    root: Path
    settle_seconds: float

    def look(self) -> Looked:
        """What has arrived, in order of the paths, and what was changed too lately to be whole for sure.

        Raises SourceError where there is no such folder: a disk that is not there must not look like an empty inbox.
        """
        if not self.root.is_dir():
            raise SourceError(f"SHOPFLOW_INBOX: there is no folder {shown(self.root)}: make it, or set another one")
        looked = Looked()
        self._below(self.root, looked, {os.path.realpath(self.root)})
        looked.found.sort(key=lambda found: found.address)
        looked.arriving.sort()
        return looked

    def bring(self, found: Found) -> Path | None:
        """The file itself."""
        return found.path

    def _below(self, folder: Path, looked: Looked, seen: set[str]) -> None:
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if not is_passed_over(entry.name):
                        self._see(entry, looked, seen)
        except OSError as error:
            looked.closed.append(RefusedFile(shown(folder), f"is a folder that cannot be listed: {error.strerror}"))

    def _see(self, entry: os.DirEntry[str], looked: Looked, seen: set[str]) -> None:
        try:
            there = entry.stat()
        except OSError:  # a link that leads nowhere, or gone since
            return
        if stat.S_ISDIR(there.st_mode):
            if (real := os.path.realpath(entry.path)) not in seen:
                self._below(Path(entry.path), looked, seen | {real})
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
