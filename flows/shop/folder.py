"""The folder a shop is written into: it gets all of the files or none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from flows.errors import ShopflowError, StorageError

PARTIAL = ".partial"


@contextmanager
def filled(out: Path) -> Iterator[Path]:
    """A folder to write files into, which are moved into `out` when the block is left without an error.

    Raises ShopflowError if `out` holds files already, and StorageError if the disk refuses. After a failure, or
    after a kill and another try, nothing is left of the attempt.
    """
    partial = out / PARTIAL
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(path.name != PARTIAL for path in out.iterdir()):
            raise ShopflowError(f"{out} holds files already: name another folder, or empty this one")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        try:
            yield partial
            for path in sorted(partial.iterdir()):
                path.replace(out / path.name)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except (OSError, duckdb.IOException) as error:
        raise StorageError(f"{out} cannot be written: {error}") from error
