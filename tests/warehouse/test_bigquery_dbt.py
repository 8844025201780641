"""dbt connects to BigQuery with the credentials of a Prefect block where the settings name one."""

import pytest
from dbt.adapters.bigquery import clients
from google.auth.credentials import AnonymousCredentials

from flows import gcp
from flows.settings import Settings, load_settings
from flows.warehouse.bigquery_dbt import lent_credentials

OWN = clients.create_google_credentials


@pytest.mark.parametrize(
    "told",
    [{"target": "duckdb"}, {"target": "bigquery"}, {"target": "bigquery", "bigquery_endpoint": "http://127.0.0.1:1"}],
)
def test_without_a_block_dbt_finds_its_own(told: dict[str, str]) -> None:
    block = {} if told == {"target": "bigquery"} else {"gcp_credentials_block": "shop"}
    with lent_credentials(load_settings(**told, **block)):
        assert clients.create_google_credentials is OWN


def test_a_client_of_dbt_has_the_blocks_credentials_as_long_as_the_build_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    from dbt.adapters.bigquery.credentials import BigQueryCredentials

    settings = load_settings(target="bigquery", gcp_credentials_block="shop")
    blocks = AnonymousCredentials()

    def of_block(asked: Settings) -> tuple[AnonymousCredentials, str]:
        assert asked is settings
        return blocks, "project-of-the-block"

    monkeypatch.setattr(gcp, "credentials", of_block)
    profile = BigQueryCredentials(method="oauth", database="p", schema="marts", execution_project="p")
    with lent_credentials(settings):
        assert clients.create_bigquery_client(profile)._credentials is blocks
    assert clients.create_google_credentials is OWN
