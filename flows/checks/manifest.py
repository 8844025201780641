"""The manifest of a batch: its Validated receipt as JSON, written last, so that where it is all other files are too."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from flows.errors import StorageError
from flows.receipts import Validated

_VALIDATED = TypeAdapter(Validated)


def read_manifest(path: Path) -> Validated | None:
    """What the manifest says, None where there is none. Raises StorageError where it is something else."""
    try:
        return _VALIDATED.validate_json(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return None
    except ValidationError as error:
        raise StorageError(
            f"{path} is no manifest of this version of shopflow: take it away, and its files are validated again"
        ) from error


def write_manifest(path: Path, validated: Validated, draft: Path) -> None:
    """Writes to `draft`, on the same disk, and renames."""
    with draft.open("wb") as file:
        file.write(_VALIDATED.dump_json(validated, indent=2))
        file.flush()
        os.fsync(file.fileno())
    path.parent.mkdir(parents=True, exist_ok=True)
    draft.replace(path)
