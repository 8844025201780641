"""What the generator leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Planted:
    """Rows with one known fault: how many, in which file, what should become of them (`outcome` is `refused`,
    `duplicate` or `accepted`; `reason` the key under which refused rows are counted), in words in `fate`."""

    defect: str
    rows: int
    file: Path
    outcome: str
    reason: str
    fate: str


@dataclass(frozen=True)
class Generated:
    """The files of one shop, rows per table (planted ones among the events), and the faults that were planted."""

    out: Path
    files: tuple[Path, ...]
    rows: dict[str, int]
    planted: tuple[Planted, ...] = ()
