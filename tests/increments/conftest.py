"""Shops that are loaded and built batch by batch, with the project compiled once for all of them."""

from collections.abc import Callable

import pytest

from tests.compiled import Row, compiled
from tests.increments.shop import PART, Shop

Compiled = tuple[dict[str, Row], dict[str, Row]]


@pytest.fixture(scope="session")
def compiled_both(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    """The models as they build everything, and as they build some days."""
    return compiled(pytestconfig, tmp_path_factory), compiled(pytestconfig, tmp_path_factory, **PART)


@pytest.fixture(scope="session")
def new_shop(compiled_both: Compiled) -> Callable[[], Shop]:
    """Makes an empty shop."""
    return lambda: Shop(*compiled_both)
