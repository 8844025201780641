"""Collect: look what has arrived in the inbox, and what of it is new by its content."""

from __future__ import annotations

from flows.inbox.fates import list_earlier
from flows.inbox.place import place_of
from flows.inbox.read import read_new
from flows.inbox.seen import write_seen
from flows.inbox.sort import Sorting
from flows.receipts import Collected
from flows.settings import Settings
from flows.sources.recognise import known_format
from flows.warehouse import open_warehouse


def collect(settings: Settings, *, format: str | None = None) -> Collected:
    """What lies in the inbox, and its fate: files that are new, copies, files that are no use, and what still arrives.

    A file is new where no batch has brought its content and it was not refused before: neither name nor time counts.
    Only files that are not known by their marks are read, once. Copies and refused files are entered in `ops.files`;
    the new ones are when their batch is loaded, and until then every call gives them again. Objects of a bucket are
    copied into the home to be read; the caller removes `own_folder(settings) / "copies"` at its end.

    Raises SettingsError or SourceError where there is no such inbox, StorageError and WarehouseError as they come; what
    was not entered by then is found again by the next call.

    >>> collect(settings).files  # doctest: +SKIP
    (SourceFile(path='/srv/inbox/2025-11-01.parquet', name='2025-11-01.parquet', …),)
    """
    known_format(format)
    place = place_of(settings)
    looked = place.look()
    with open_warehouse(settings) as warehouse:
        list_earlier(warehouse, settings)
        fates = warehouse.files(marks=[found.mark for found in looked.found])
        sorting = Sorting(settings.inbox, looked, fates, remembers_refused=format is None)
        reads = read_new(place, sorting.unread, format, settings.threads)
        sorting.take(reads, warehouse.files(contents=sorted({read.sha256 for read in reads if read.sha256})))
        warehouse.note_files(sorting.fates)
    write_seen(settings, {found.mark for found in looked.found})
    return sorting.collected()
