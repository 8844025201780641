"""Generate: a believable shop's event files, without a shop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from flows.shop.arguments import check, named_defects
from flows.shop.folder import filled
from flows.shop.generated import Generated
from flows.shop.life import Life
from flows.shop.planting import plant
from flows.shop.writer import write

START = date(2025, 11, 1)


def generate(
    out: Path,
    *,
    events: int = 100_000,
    days: int = 30,
    seed: int = 7,
    start: date = START,
    format: str = "parquet",
    compress: bool = False,
    defects: Sequence[str] = (),
) -> Generated:
    """Write the files of a shop that lives `days` days from `start`: exactly `events` events, its users, its products.

    Event files are named for when they start and follow each other in time; the columns are those of the records.
    The same arguments give the same bytes. `format` is `parquet`, `jsonl` or `csv`, the last two in gzip if
    `compress`. `defects` names faults of `flows.shop.defects` (or `all`); their rows come on top of `events`.

    >>> generate(Path("data/demo"), events=1_000).rows["events"]  # doctest: +SKIP
    1000

    Raises ShopflowError for arguments that cannot be followed and for a folder that is not empty, StorageError if the
    disk refuses. After a failure `out` holds none of the files.
    """
    check(events, days, seed, start, format, compress=compress)
    names = named_defects(defects)
    life = Life(events, days, seed, start)
    with filled(out) as folder:
        rows, files = write(life, folder, format, is_compressed=compress)
        planted = plant(names, life.rng, files, format, events, start)
    rows["events"] += sum(defect.rows for defect in planted)
    moved = (replace(defect, file=out / defect.file.name) for defect in planted)
    return Generated(out, tuple(sorted(out.iterdir())), rows, tuple(moved))
