"""A small shop that drops bad files, takes them in, and holds the laws over whatever came of it."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.errors import ShopflowError
from flows.lake import Lake
from flows.land import land
from flows.receipts import Batch, Validated
from flows.settings import Settings, load_settings
from flows.sources.files import as_pattern
from flows.validate import validate

Row = Mapping[str, Any]
NOBODY = 65534


@dataclass(frozen=True)
class Outcome:
    """What came of one run: the receipts, the rows in the lake and the rows in the quarantine."""

    batch: Batch
    validated: Validated
    accepted: list[dict[str, Any]]
    quarantined: list[dict[str, Any]]

    @property
    def ids(self) -> set[str]:
        return {row["event_id"] for row in self.accepted}

    @property
    def reasons(self) -> dict[str, int]:
        return self.validated.reasons

    @property
    def sentences(self) -> list[str]:
        return [f"{file.path} {file.reason}" for file in self.batch.refused_files]


class Shop:
    """Files are dropped with `drop`, taken in with `take`; every outcome is held to the laws."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        self.settings = settings
        self.lake = Lake(settings.lake_folder)

    def drop(self, name: str, content: str | bytes) -> Path:
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def drop_rows(self, name: str, rows: Sequence[Row]) -> Path:
        """A file in the format of its suffix. All values are text, as the shop's own tools might have written it."""
        if name.endswith(".parquet"):
            return self._drop_parquet(name, rows)
        if name.endswith(".jsonl"):
            return self.drop(name, "".join(json.dumps(dict(row), ensure_ascii=False) + "\n" for row in rows))
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, list(dict.fromkeys(key for row in rows for key in row)), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return self.drop(name, text.getvalue())

    def _drop_parquet(self, name: str, rows: Sequence[Row]) -> Path:
        names = list(dict.fromkeys(key for row in rows for key in row))
        with duckdb.connect() as connection:
            quoted = ['"' + name.replace('"', '""') + '"' for name in names]
            connection.execute(f"create table rows ({', '.join(f'{name} varchar' for name in quoted)})")
            marks = ", ".join("?" for _ in names)
            connection.executemany(
                f"insert into rows values ({marks})", [[row.get(name) for name in names] for row in rows]
            )
            connection.execute(f"copy rows to '{self.inbox / 'rows.tmp'}' (format parquet)")
        (self.inbox / "rows.tmp").rename(self.inbox / name)
        return self.inbox / name

    def take(self, *sources: str | Path, rows: int, settings: Settings | None = None) -> Outcome:
        """Land and validate `sources` (the whole inbox if none): `rows` is what the test knows to be in there."""
        settings = settings or self.settings
        batch = land(sources or [self.inbox], settings)
        validated = validate(batch, settings)
        assert sum(count.rows_read for count in validated.counts) == rows
        accepted: list[dict[str, Any]] = []
        quarantined: list[dict[str, Any]] = []
        for count in validated.counts:
            held = self._rows(settings, Lake(settings.lake_folder).accepted(count.table), batch.batch_id)
            apart = self._rows(
                settings, Lake(settings.lake_folder).quarantine(count.table, batch.batch_id).parent, batch.batch_id
            )
            assert (len(held), len(apart)) == (count.accepted, count.quarantined)
            accepted += held
            quarantined += apart
        assert Lake(settings.lake_folder).manifest(batch.batch_id).is_file()
        assert leftovers(settings) == []
        return Outcome(batch, validated, accepted, quarantined)

    def fails(self, *sources: str | Path, settings: Settings | None = None) -> str:
        """What the user is told where nothing can be done: one sentence, and nothing half-written."""
        settings = settings or self.settings
        with pytest.raises(ShopflowError) as caught:
            validate(land(sources or [self.inbox], settings), settings)
        assert leftovers(settings) == []
        assert list(settings.lake_folder.glob("batches/*")) == []
        assert list(settings.lake_folder.glob("accepted/**/*.parquet")) == []
        assert not re.search(r"Traceback|Error:|Exception", str(caught.value))
        return str(caught.value)

    @staticmethod
    def _rows(settings: Settings, folder: Path, batch_id: str) -> list[dict[str, Any]]:
        if not list(folder.rglob(f"{batch_id}.parquet")):
            return []
        with duckdb.connect() as connection:
            relation = connection.execute(
                "select * from read_parquet(?, hive_partitioning = false)",
                [f"{as_pattern(folder)}/**/{batch_id}.parquet"],
            )
            names = [column[0] for column in relation.description]
            return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]


def leftovers(settings: Settings) -> list[str]:
    """Files below the home that are neither whole nor meant to be there once a step has ended."""
    files = [path for path in settings.home.rglob("*") if path.is_file()] if settings.home.is_dir() else []
    kept = r"lake/(accepted|quarantine)/.*[0-9a-f]{16}\.parquet|lake/batches/[0-9a-f]{16}\.json"
    names = [path.relative_to(settings.home).as_posix() for path in files]
    return [name for name in names if not re.fullmatch(kept, name)]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A shop whose batches are never stopped for their share of refused rows: the tests look at single rows."""
    return Shop(tmp_path, load_settings(home=tmp_path / "home", max_refused_share=1.0))


@pytest.fixture
def good() -> Callable[..., list[dict[str, str]]]:
    """`good(3)`: rows of events that pass; `good(3, "b")` gives others."""

    def rows(count: int, prefix: str = "good", **fields: str) -> list[dict[str, str]]:
        return [
            {
                "event_id": f"{prefix}{number}",
                "event_type": "product_view",
                "event_timestamp": f"2025-11-01T10:00:{number % 60:02}Z",
                "anonymous_id": f"a{number}",
                "user_id": f"u{number}",
                "product_id": "p1",
                "unit_price": "12.50",
                **fields,
            }
            for number in range(count)
        ]

    return rows


@pytest.fixture
def as_nobody() -> Callable[[], AbstractContextManager[None]]:
    """A context in which this process has no more rights than the user nobody: root reads and writes everything."""

    @contextmanager
    def nobody() -> Iterator[None]:
        if os.geteuid() != 0:
            yield
            return
        os.seteuid(NOBODY)
        try:
            yield
        finally:
            os.seteuid(0)

    return nobody


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may enter; pytest's own are closed to all but their owner."""
    folder = Path(tempfile.mkdtemp(prefix="shopflow-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """`small_disk(megabytes, read_only=False)`: a disk of its own, of that size; called again it changes the size."""
    place = tmp_path / "disk"
    place.mkdir()

    def mounted(megabytes: int, read_only: bool = False) -> Path:
        options = f"size={megabytes}m,{'ro' if read_only else 'rw'}{',remount' if place.is_mount() else ''}"
        if os.geteuid() != 0:
            pytest.skip("only root can mount a small disk")
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True, text=True
        )
        if done.returncode:
            pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
        return place

    yield mounted
    if place.is_mount():
        subprocess.run(["umount", "--lazy", str(place)], check=True)
