"""Where the inbox is: a folder or a prefix of a bucket, and neither may hold what shopflow itself writes."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from flows.errors import SettingsError
from flows.inbox.folder import Folder
from flows.inbox.found import Found, Looked
from flows.settings import Settings


class Place(Protocol):
    """An inbox that can be looked into, and from which a file can be brought to be read."""

    def look(self) -> Looked:
        """What lies there now. Opens no file."""
        ...

    def bring(self, found: Found) -> Path | None:
        """A path to read the file at; None where it is not the one that was found any more."""
        ...


def own_folder(settings: Settings) -> Path:
    """Where copies of objects lie while they are read, and the notes on what was seen: nothing that cannot go."""
    return settings.home / ".inbox"


def place_of(settings: Settings) -> Place:
    """The inbox of the settings. Raises SettingsError where it holds the home or the lake, or lies in the lake."""
    if settings.inbox.startswith("gs://"):
        from flows.inbox.bucket import Bucket

        if _holds(settings.inbox, settings.lake) or _holds(settings.lake, settings.inbox):
            raise SettingsError(f"SHOPFLOW_INBOX is {settings.inbox}, but the lake is {settings.lake}: keep them apart")
        return Bucket(settings, own_folder(settings) / "copies")
    folder = settings.home / settings.inbox
    real, home, lake = folder.resolve(), settings.home.resolve(), settings.lake_folder.resolve()
    if home.is_relative_to(real) or lake.is_relative_to(real) or real.is_relative_to(lake):
        raise SettingsError(
            f"SHOPFLOW_INBOX is {folder}, but shopflow itself writes there: give it a folder of its own"
        )
    return Folder(real if ".." in folder.parts else folder, settings.inbox_settle_seconds)


def _holds(one: str, other: str) -> bool:
    return f"{other}/".startswith(f"{one}/")
