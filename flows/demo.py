"""The demo shop: what a run without a source runs on."""

from __future__ import annotations

import shutil

from flows.settings import Settings


def demo_files(settings: Settings) -> list[str]:
    """The folder of the demo shop's files as a list of sources, made if it is not there: a month of 100,000 events.

    Always the same bytes. A run that was killed while it made them leaves nothing that the next one would take for
    the shop. Raises StorageError if the disk refuses.
    """
    folder = settings.home / "demo"
    if not folder.exists():
        from flows.generate import generate

        draft = folder.with_name(".demo")
        shutil.rmtree(draft, ignore_errors=True)
        generate(draft)
        draft.rename(folder)
    return [str(folder)]
