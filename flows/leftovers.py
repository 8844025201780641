"""What processes that were killed have left half-made in a home."""

from __future__ import annotations

import shutil

from flows.lake import Lake
from flows.settings import Settings


def sweep(settings: Settings) -> None:
    """Remove it: drafts of the demo shop, files on their way into the lake, scratch of the contracts.

    Only for the holder of the home's lock, for nobody else is at work then. Never raises: what cannot be removed stays,
    and is in nobody's way, because every run makes its folders anew.
    """
    drafts = [path for pattern in (".demo*", ".judge-*") for path in settings.home.glob(pattern)]
    for folder in (Lake(settings.lake).staging, *drafts):
        shutil.rmtree(folder, ignore_errors=True)
