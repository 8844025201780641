"""Can the home be written, and has its disk room for a run?"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from flows import serving
from flows.errors import StorageError
from flows.settings import Settings
from flows.summary import size

LEAST_BYTES = 1_000_000_000


def look(settings: Settings) -> str:
    """The home and the room on its disk. Raises StorageError where a run could not write, or not enough of it.

    A home that does not exist yet is not made: the folder that it would be made in is looked at.
    """
    home = settings.home
    folder = next(folder for folder in (home, *home.parents) if os.path.lexists(folder))
    try:
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        raise StorageError(
            f"cannot write in {folder}: {error.strerror}; give yourself the right to, or set SHOPFLOW_HOME to another "
            "folder"
        ) from error
    if free < (need := _need(settings)):
        raise StorageError(
            f"{size(free)} are free on the disk of {home}, a run may take {size(need)}: make room, or set "
            "SHOPFLOW_HOME to a folder on another disk"
        )
    return f"{home}{'' if folder == home else ', not made yet'}, {size(free)} free"


def _need(settings: Settings) -> int:
    """An erasure writes the warehouse anew beside the old one, a publication another copy of the marts."""
    files = [settings.warehouse_path, serving.current(settings)]
    return max(LEAST_BYTES, sum(_bytes(file) for file in files if file))


def _bytes(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0
