"""Where files lie in the lake and what they are called. Nobody else builds a path.

accepted/<table>/<batch>.parquet      rows that passed
quarantine/<table>/<batch>.parquet    refused rows with their reasons
batches/<batch>.json                  written last: the batch is complete
tombstones.json                       salted hashes of people who were forgotten; only where somebody was
"""

from __future__ import annotations

from pathlib import Path

from flows.records import RECORDS


class Lake:
    """The layout below one root folder. Makes no file and no folder itself."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def accepted(self, table: str) -> Path:
        """Folder of a table's accepted rows."""
        return self.root / "accepted" / table

    def accepted_files(self, table: str, batch_id: str) -> list[Path]:
        """The Parquet files of one batch's rows: one file, whatever days they are of (docs/decisions/0005)."""
        return [self.accepted(table) / f"{batch_id}.parquet"]

    def quarantine(self, table: str, batch_id: str) -> Path:
        """The Parquet file of a batch's refused rows."""
        return self.root / "quarantine" / table / f"{batch_id}.parquet"

    def manifest(self, batch_id: str) -> Path:
        """The JSON file that says what a batch holds; it exists only when all its other files do."""
        return self.root / "batches" / f"{batch_id}.json"

    @property
    def tombstones(self) -> Path:
        """The JSON file with the hashes of people who must not come back."""
        return self.root / "tombstones.json"

    @property
    def staging(self) -> Path:
        """Folder of folders, one for each run, in which files are written before they are renamed into place."""
        return self.root / ".staging"


def is_dated(table: str) -> bool:
    """Whether a table's rows belong to a day (`event_date`)."""
    return "event_date" in RECORDS[table].key
