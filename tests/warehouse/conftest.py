"""Small batches as validate leaves them, in a home of the test's own."""

from collections.abc import Callable
from functools import partial

import pytest

from flows.receipts import Validated
from flows.settings import Settings
from tests.accepted import accepted

Accept = Callable[..., Validated]


@pytest.fixture
def accept(settings: Settings) -> Accept:
    """Put rows into the lake of `settings` as one accepted batch: `accept("b1", events=[{"event_id": "e1"}])`."""
    return partial(accepted, settings)
