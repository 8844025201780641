"""A healthy small batch in the lake, and a way to spoil it by one SQL statement."""

from collections.abc import Callable
from functools import partial

import pytest

from flows.receipts import Validated
from flows.settings import Settings
from tests.contracts.faults import spoil

Spoiled = Callable[..., Validated]


@pytest.fixture
def spoiled(settings: Settings) -> Spoiled:
    """The healthy batch after a fault, in the lake: `spoiled("update events set currency = null")`."""
    return partial(spoil, settings)
