"""Export: a published mart becomes one file, which is whole or not there at all."""

from __future__ import annotations

import csv
import os
from pathlib import Path

from flows.cells import cell
from flows.disk import to_disk
from flows.errors import ExportRefused, StorageError
from flows.settings import Settings
from flows.sources.files import shown
from flows.warehouse.marts import Marts, published_marts

SUFFIXES = {".csv": "csv", ".parquet": "parquet", ".pq": "parquet"}
NOTHING = "nothing was published yet: `shopflow run` loads data and publishes it"


def export(mart: str, settings: Settings, out: Path | None = None, format: str | None = None) -> tuple[Path, int]:
    """Write a mart to a file: which one, and how many rows, which stand in no order.

    `out` is a file or a folder that exists, else it is `MART.FORMAT` in the folder at hand. `format` is `csv` or
    `parquet`; None: as the file's name ends. CSV is UTF-8 with a mark, by which spreadsheets know it; text in it that
    would be a formula has an apostrophe before it. Instants are UTC.

    Rows go through memory some at a time. The file is written under another name beside its own and renamed when it is
    whole and on the disk; what stood there before stays until then, and after a failure.

    Raises ExportRefused for a mart or a format that is not known, and where nothing was published, StorageError where
    the file cannot be written, WarehouseError where the marts cannot be read.

    >>> export("fct_orders", settings, Path("orders.parquet"))  # doctest: +SKIP
    (PosixPath('orders.parquet'), 1510)
    """
    known = sorted(set(SUFFIXES.values()))
    if format is not None and format not in known:
        raise ExportRefused(f"{shown(format)} is not a format; there are {', '.join(known)}")
    with published_marts(settings) as marts:
        names = marts.names() if marts else []
        if marts is None or not names:
            raise ExportRefused(NOTHING)
        if mart not in names:
            raise ExportRefused(f"there is no mart {shown(mart)}; there are {', '.join(names)}")
        file, written = _asked(mart, out, format)
        real = Path(os.path.realpath(file))  # through a link: it is the file behind it that is replaced
        draft = real.with_name(f".{real.name}.{os.getpid()}.part")
        try:
            rows = marts.to_parquet(mart, draft) if written == "parquet" else _to_csv(marts, mart, draft)
            to_disk(draft)
            draft.replace(real)
        except OSError as error:
            raise StorageError(f"{shown(file)} was not written: {error.strerror or error}") from error
        finally:
            draft.unlink(missing_ok=True)
    return file, rows


def _asked(mart: str, out: Path | None, format: str | None) -> tuple[Path, str]:
    """The file, and its format."""
    is_named = out is not None and not out.is_dir()
    file = out if out and is_named else (out or Path()) / f"{mart}.{format or 'csv'}"
    written = format or SUFFIXES.get(file.suffix.lower())
    if written is None:
        raise ExportRefused(f"{shown(file)} does not end in {', '.join(SUFFIXES)}: give its format as --format")
    if not file.parent.is_dir():
        raise StorageError(f"{shown(file)} was not written: there is no folder {shown(file.parent)}")
    if file.exists() and not file.is_file():
        raise StorageError(f"{shown(file)} was not written: it is not a file")
    return file, written


def _to_csv(marts: Marts, mart: str, draft: Path) -> int:
    names, pages = marts.pages(mart)
    rows = 0
    with draft.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for page in pages:
            writer.writerows([cell(value) for value in row] for row in page)
            rows += len(page)
    return rows
