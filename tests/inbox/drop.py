"""An inbox, and runs on it that are made as the pipeline makes them, but without Prefect and without marts."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flows.collect import collect
from flows.inbox import own_folder
from flows.inbox.keep import fates_kept
from flows.land import land
from flows.leftovers import sweep
from flows.load import load
from flows.receipts import FileFate
from flows.settings import Settings
from flows.story import Story
from flows.validate import validate
from flows.warehouse import open_warehouse
from tests.books import LANDED

HEADER = "event_id,event_type,event_timestamp,user_id,unit_price\n"
ROW = "{},page_view,2025-11-0{}T10:00:00Z,u1,{}\n"


def content(number: int) -> str:
    """A file of one event, no other file's."""
    return HEADER + ROW.format(f"e{number}", 1 + number % 2, "")


def refused_rows(number: int, rows: int = 200) -> str:
    """A file of which every row is refused: more than any batch of small files may have."""
    return HEADER + "".join(ROW.format(f"n{number}_{row}", 1, -1) for row in range(rows))


def damaged(number: int) -> str:
    """A file that is of no known format."""
    return f"no{number}column\n1\n"


@dataclass(frozen=True)
class Drop:
    """A home whose settings name an inbox; `at` is told the steps of a run, and may end it there."""

    settings: Settings
    at: Callable[[str], None] = lambda _: None

    @property
    def folder(self) -> Path:
        return (self.settings.home / self.settings.inbox).resolve()

    def put(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run(self) -> Story:
        story, settings = Story("run", self.settings), self.settings
        sweep(settings)
        try:
            self.at("collect")
            story.take(collect(settings))
            self.at("land")
            assert story.collected is not None
            if files := story.collected.files:
                with fates_kept(story):
                    batch = land([file.path for file in files], settings, known=files, landed_at=LANDED)
                    story.take(batch)
                    self.at("validate")
                    validated = validate(batch, settings)
                    story.take(validated)
                    self.at("load")
                    story.take(load(validated, settings))
                    self.at("keep")
        finally:
            shutil.rmtree(own_folder(settings) / "copies", ignore_errors=True)
        return story

    def fates(self, *texts: str) -> list[FileFate]:
        """The ledger's rows on these contents."""
        with open_warehouse(self.settings) as warehouse:
            return warehouse.files(contents=[hashlib.sha256(text.encode()).hexdigest() for text in texts])

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        with open_warehouse(self.settings) as warehouse:
            return [tuple(row.values()) for row in warehouse.query(sql)]

    def events(self) -> list[object]:
        """The ids of all events in raw, as often as they are there."""
        every_day = "where event_date >= date '0001-01-01'"
        return [row[0] for row in self.ask(f"select event_id from raw.events {every_day} order by event_id")]
