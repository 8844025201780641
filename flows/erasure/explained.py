"""Why the lake and `raw` may disagree: an erasure that was cut off between them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flows.erasure.journal import unfinished
from flows.erasure.manifests import batches_of
from flows.errors import LedgerError
from flows.settings import Settings


@contextmanager
def explained(settings: Settings) -> Iterator[None]:
    """A LedgerError about a batch that an unfinished erasure has taken rows of says what mends it: not a removal."""
    try:
        yield
    except LedgerError as error:
        if any(batch_id in str(error) for batch_id in batches_of(one.rows for one in unfinished(settings))):
            raise LedgerError(
                f"{error}. That is no damage of the lake: an erasure was cut off. Give `shopflow forget` again for the "
                "same person, and leave the batch as it is"
            ) from error
        raise
