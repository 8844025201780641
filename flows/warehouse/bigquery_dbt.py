"""dbt's BigQuery adapter with the credentials of a Prefect block, which a profile of dbt cannot name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flows import gcp
from flows.settings import Settings


@contextmanager
def lent_credentials(settings: Settings) -> Iterator[None]:
    """Within the block, dbt in this process connects with what `flows.gcp` found where SHOPFLOW_GCP_CREDENTIALS_BLOCK
    names a block; without one it finds Application Default Credentials itself, as the profile says.

    The block's key is written nowhere for that, and its tokens are renewed however long a build takes.
    """
    if settings.target != "bigquery" or not settings.gcp_credentials_block or settings.bigquery_endpoint:
        yield
        return
    from dbt.adapters.bigquery import clients

    own = clients.create_google_credentials
    clients.create_google_credentials = lambda _: gcp.credentials(settings)[0]
    try:
        yield
    finally:
        clients.create_google_credentials = own
