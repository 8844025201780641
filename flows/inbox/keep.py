"""What became of the inbox's new files, after their batch was loaded or was not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from flows.errors import ContractBroken, LandingStopped, NoFileUsable, TooManyRefused
from flows.receipts import Collected, RefusedFile, SourceFile
from flows.settings import Settings
from flows.sources.files import shown
from flows.sources.stamp import CHANGED, stamp
from flows.story import Story

NAMES_SHOWN = 10


@contextmanager
def fates_kept(story: Story) -> Iterator[None]:
    """Around the steps from landing to loading: what they find out about files of the inbox is kept in `ops.files`.

    Files that cannot be read to their ends are refused for good. Those of a batch that was stopped wait, and the error
    says so, and which they are. Without an inbox nothing is done.
    """
    try:
        yield
    except NoFileUsable as error:
        _keep(story, _no_use([error]))
        raise
    except LandingStopped as error:
        _keep(story, _no_use(error.errors))
        if story.collected is None or all(isinstance(each, NoFileUsable) for each in error.errors):
            raise
        raise LandingStopped(f"{error}\n  {_waiting(story.collected)}", error.errors) from error
    except (TooManyRefused, ContractBroken) as error:
        if story.collected is None:
            raise
        raise type(error)(f"{error}\n  {_waiting(story.collected)}") from error
    _keep(story, story.batch.refused_files if story.batch else ())


def _no_use(errors: Iterable[Exception]) -> list[RefusedFile]:
    found = (file for error in errors if isinstance(error, NoFileUsable) for file in error.files)
    return [file for file in found if isinstance(file, RefusedFile)]


def _keep(story: Story, refused: Iterable[RefusedFile]) -> None:
    if collected := story.collected:
        keep_fates(story.settings, collected, refused)


def keep_fates(settings: Settings, collected: Collected, refused: Iterable[RefusedFile]) -> None:
    """Enter those of the new files that turned out to be no use, and copies of those that are known now."""
    from flows.inbox.fates import first_fates, noted
    from flows.inbox.found import Found
    from flows.warehouse import open_warehouse

    files = {shown(file.found_at): file for file in collected.files}
    late = [
        noted(Found(one.path, file.mark, file.bytes), file.sha256, file.bytes, "refused", one.reason)
        for one in refused
        if (file := files.get(one.path)) and _is_no_use(file, one)
    ]
    if late or collected.fates:
        with open_warehouse(settings) as warehouse:
            warehouse.note_files(late)
            known = first_fates(warehouse.files(contents=[fate.sha256 for fate in collected.fates]))
            warehouse.note_files([fate for fate in collected.fates if fate.sha256 in known])


def _is_no_use(file: SourceFile, refused: RefusedFile) -> bool:
    """Whether the file, and not a moment in which it was read, is what was refused."""
    return refused.reason != CHANGED and stamp(file.path) == file.stamp


def _waiting(collected: Collected) -> str:
    names = [shown(file.found_at) for file in collected.files]
    more = f" and {len(names) - NAMES_SHOWN:,} more" if len(names) > NAMES_SHOWN else ""
    return (
        "the batch's files stay in the inbox, and every run tries them again, until what was wrong is mended or the "
        f"files are moved away: {', '.join(names[:NAMES_SHOWN])}{more}"
    )
