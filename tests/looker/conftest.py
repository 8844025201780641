"""A Looker to talk to, and settings that name it."""

from collections.abc import Iterator

import pytest

from flows.settings import Settings
from tests.looker.stub import CLIENT, SECRET, Looker, looker


@pytest.fixture
def stub() -> Iterator[Looker]:
    with looker() as found:
        yield found


@pytest.fixture
def told(settings: Settings, stub: Looker, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings with the right key."""
    monkeypatch.setenv("LOOKERSDK_CLIENT_SECRET", SECRET)
    return settings.model_copy(update={"looker_url": stub.url, "looker_client_id": CLIENT})
