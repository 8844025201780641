"""What is new in the inbox, and what is not: decided by contents and by the ledger's rows on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from flows.inbox.fates import first_fates, noted, seen_again, told_of_copy
from flows.inbox.found import Found, Looked
from flows.inbox.read import Read
from flows.receipts import Collected, FileFate, RefusedFile, SourceFile


@dataclass
class Sorting:
    """Files that were found, sorted: `known` are the ledger's rows that have their marks.

    `unread` are those of which only their content can tell, one of each mark. `fates` are rows to be written at once,
    `later` those of copies whose originals are not loaded yet.
    """

    inbox: str
    looked: Looked
    known: Sequence[FileFate]
    remembers_refused: bool = True
    unread: list[Found] = field(default_factory=list)
    fates: list[FileFate] = field(default_factory=list)
    later: list[FileFate] = field(default_factory=list)
    files: list[SourceFile] = field(default_factory=list)
    copies: list[RefusedFile] = field(default_factory=list)
    refused: list[RefusedFile] = field(default_factory=list)
    old: int = 0

    def __post_init__(self) -> None:
        by_mark: dict[str, list[FileFate]] = {}
        for fate in self.known:
            by_mark.setdefault(fate.mark, []).append(fate)
        self._same: dict[str, list[Found]] = {}
        for found in self.looked.found:
            fates = by_mark.get(found.mark, [])
            if any(fate.path == found.address for fate in fates):
                self.old += 1
            elif original := next(iter(first_fates(fates).values()), None):
                self._copy(found, original)  # an object with the md5 of one that is known
            else:
                self._same.setdefault(found.mark, []).append(found)
        self.unread = [same[0] for same in self._same.values()]

    def take(self, reads: Iterable[Read], known: Sequence[FileFate]) -> None:
        """Sort what was read; `known` are the ledger's rows on these contents."""
        originals, places = first_fates(known), {(fate.sha256, fate.path): fate for fate in known}
        firsts: dict[str, tuple[Found, bool]] = {}
        for read in reads:
            for found in self._same[read.found.mark]:
                if read.taken is None:
                    self.looked.arriving.append(found.address)
                elif original := originals.get(read.sha256):
                    if there := places.get((read.sha256, found.address)):
                        self.fates.append(seen_again(there, found))
                        self.old += 1
                    else:
                        self._copy(found, original)
                elif first := firsts.get(read.sha256):
                    self.copies.append(RefusedFile(found.address, f"is a copy of {first[0].address}"))
                    copy = noted(found, read.sha256, found.bytes, "copy")
                    (self.later if first[1] else self.fates).append(copy)
                else:
                    self._first(found, read)
                    if read.sha256:
                        firsts[read.sha256] = (found, isinstance(read.taken, SourceFile))

    def collected(self) -> Collected:
        """All of it, for the run that asked."""
        return Collected(
            self.inbox,
            tuple(self.files),
            tuple(self.copies),
            (*self.looked.closed, *self.refused),
            tuple(sorted(self.looked.arriving)),
            self.old,
            tuple(self.later),
        )

    def _copy(self, found: Found, original: FileFate) -> None:
        self.copies.append(RefusedFile(found.address, told_of_copy(original)))
        self.fates.append(noted(found, original.sha256, found.bytes, "copy"))

    def _first(self, found: Found, read: Read) -> None:
        if isinstance(read.taken, SourceFile):
            self.files.append(read.taken)
        elif read.taken:
            self.refused.append(read.taken)
            if read.sha256 and self.remembers_refused:
                self.fates.append(noted(found, read.sha256, found.bytes, "refused", read.taken.reason))
