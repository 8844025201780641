"""The credentials of the settings for dbt, which looks for Application Default Credentials by itself."""

from __future__ import annotations

from flows import gcp
from flows.settings import Settings


def lend_credentials(settings: Settings) -> None:
    """Let dbt in this process find those of the block that the settings name; nothing where they name none.

    dbt's profiles take a key or a token, and both would have to be written down. Raises as `gcp.credentials` does.
    """
    if settings.target != "bigquery" or settings.bigquery_endpoint or not settings.gcp_credentials_block:
        return
    from dbt.adapters.bigquery import credentials as of_dbt

    found = gcp.credentials(settings)
    of_dbt._create_bigquery_defaults = lambda scopes=None: found
