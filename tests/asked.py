"""Questions to a Prefect server's API that its client has no word for."""

from __future__ import annotations

from typing import Any

from flows.server import Server


def asked(server: Server, path: str, body: dict[str, Any]) -> Any:
    """What the API's filter of `path` finds; through Prefect's client, which has the token that the server wants."""
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: server.api_url}), get_client(sync_client=True) as client:
        return client.request("POST", f"/{path}/filter", json=body).json()  # type: ignore[arg-type]
