"""Writes a shop's files. One connection of its own with one thread: the same rows give the same bytes everywhere."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import duckdb
import numpy as np

from flows.errors import LedgerError
from flows.shop.accounts import name_pools, versions
from flows.shop.columns import Columns, length
from flows.shop.draw import scrambled
from flows.shop.life import Chapter, Life
from flows.shop.steps import NONE
from flows.shop.words import VISITS, lookup, query, teach

FORMATS = ("parquet", "jsonl", "csv")
COPY = {
    # Bloom filters cost a tenth of the time and are of no use to a reader who takes everything.
    "parquet": "format parquet, compression snappy, row_group_size 61440, write_bloom_filter false",
    "jsonl": "format json",
    "csv": "format csv, header true",
}


class Writer:
    """Writes the tables of one shop into a folder that exists. Close it by `with`.

    Raises duckdb.Error or OSError where the disk refuses; what was written until then stays.
    """

    def __init__(self, life: Life, folder: Path, form: str, *, is_compressed: bool = False) -> None:
        self._life, self._folder, self._form = life, folder, form
        self._suffix = f".{form}.gz" if is_compressed else f".{form}"
        self._how = COPY[form] + (", compression gzip" if is_compressed else "")
        self._con = duckdb.connect(config={"threads": 1})
        # The rows stay in their order: they are always the probing side of the joins, and each finds one partner.
        self._con.execute("set disabled_optimizers = 'join_order,build_side_probe_side'")
        teach(self._con, life.catalogue, life.web)

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *failure: object) -> None:
        self._con.close()

    def events(self, chapter: Chapter) -> Path:
        """Writes one chapter into a file of its own, `events-<when it starts>`."""
        keys = self._life.keys
        visits = {name: chapter.visits[name] for name in ("number", "user", "country", "device", "agent", "campaign")}
        visits["visit"] = np.arange(length(visits), dtype=np.int32)
        anonymous = chapter.visits["anonymous"]
        visits["anonymous"] = np.ma.masked_array(scrambled(anonymous, keys[0]), anonymous == NONE)
        visits["session"] = scrambled(visits["number"], keys[1])
        self._con.register("planned", visits)
        self._con.execute(f"create or replace temp table visits as {VISITS}")
        self._con.unregister("planned")
        rows = {**chapter.rows, "id": scrambled(chapter.rows["id"], keys[2])}
        return self._write("events", f"events-{chapter.name}", rows)

    def users(self) -> int:
        """Writes every version of every account; returns how many rows these are."""
        life = self._life
        pools = name_pools(life.keys[3] % 2**32)
        lookup(self._con, "names", pools.pop("text"), **pools)
        rows = versions(life.rng, life.people, life.start_ms, life.end_ms)
        self._write("users", "users", rows)
        return length(rows)

    def products(self) -> int:
        """Writes every version of every product; returns how many rows these are."""
        rows = self._life.catalogue.versions(self._life.start_ms, self._life.days)
        self._write("products", "products", rows)
        return length(rows)

    def _write(self, table: str, name: str, rows: Columns) -> Path:
        path = self._folder / (name + self._suffix)
        self._con.register("rows", rows)
        copy = f"copy ({query(table, self._form)}) to '{quoted(path)}' ({self._how})"
        written = self._con.execute(copy).fetchall()[0][0]
        self._con.unregister("rows")
        if written != length(rows):
            raise LedgerError(f"{path.name}: {length(rows)} rows were made, but {written} written")
        return path


def write(life: Life, folder: Path, form: str, *, is_compressed: bool) -> tuple[dict[str, int], list[Path]]:
    """Lives a shop's life and writes all its files; returns rows per table, and the event files in order of time.

    While one chapter is being written the next is being made: at most two are in memory.
    """
    files: list[Path] = []
    with Writer(life, folder, form, is_compressed=is_compressed) as writer, ThreadPoolExecutor(1) as hand:
        writing: Future[Path] | None = None
        for chapter in life.chapters():
            if writing:
                files.append(writing.result())
            writing = hand.submit(writer.events, chapter)
        if writing:
            files.append(writing.result())
        rows = {"events": life.events, "users": writer.users(), "products": writer.products()}
    return rows, files


def quoted(path: str | Path) -> str:
    """A path as it stands between the quotes of an SQL text."""
    return str(path).replace("'", "''")
