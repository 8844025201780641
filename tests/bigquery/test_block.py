"""Credentials out of a Prefect block: a real server keeps it, and our clients and dbt get what it holds.

prefect-gcp is 113 MB that nothing else here needs, so it is not among the tests' libraries: where it is not installed,
a block of the same name, fields and method stands in for its `GcpCredentials`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth.exceptions import MalformedError

from flows import gcp
from flows.builds import lend_credentials
from flows.errors import ServerError, SettingsError
from flows.server import Server
from flows.settings import Settings, load_settings

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]

ACCOUNT = "runner@shop.iam.gserviceaccount.com"


def key() -> dict[str, str]:
    """What a service account's key holds; Google does not know this one."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return {
        "type": "service_account",
        "client_email": ACCOUNT,
        "private_key": made.private_bytes(*form).decode(),
        "token_uri": "https://oauth2.googleapis.com/token",
    }


def stand_in() -> ModuleType:
    from google.oauth2.service_account import Credentials
    from prefect.blocks.core import Block
    from prefect.types import SecretDict

    class GcpCredentials(Block):
        _block_type_name = "GCP Credentials"
        service_account_info: SecretDict | None = None
        project: str | None = None

        def get_credentials_from_service_account(self) -> Any:
            assert self.service_account_info is not None
            return Credentials.from_service_account_info(self.service_account_info.get_secret_value())

    module = ModuleType("prefect_gcp")
    module.GcpCredentials = GcpCredentials  # type: ignore[attr-defined]
    return module


@pytest.fixture
def block(monkeypatch: pytest.MonkeyPatch, prefect_server: Server) -> Iterator[Any]:
    """The class of the block, which the session's server is asked for."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    try:
        from prefect_gcp import GcpCredentials
    except ImportError:
        monkeypatch.setitem(sys.modules, "prefect_gcp", stand_in())
        from prefect_gcp import GcpCredentials
    monkeypatch.setenv("PREFECT_API_URL", prefect_server.api_url)
    gcp.credentials.cache_clear()
    with temporary_settings({PREFECT_API_URL: prefect_server.api_url}):
        yield GcpCredentials
    gcp.credentials.cache_clear()


@pytest.fixture
def shop(tmp_path: Path) -> Settings:
    return load_settings(target="bigquery", home=tmp_path / "home", gcp_credentials_block="shop")


def test_clients_and_dbt_have_the_blocks_credentials(
    block: Any, shop: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dbt.adapters.bigquery import credentials as of_dbt

    monkeypatch.setattr(of_dbt, "_create_bigquery_defaults", of_dbt._create_bigquery_defaults)
    block(service_account_info=key(), project="shop-project").save("shop", overwrite=True)
    with gcp.bigquery_client(shop) as client:
        assert (client._credentials.service_account_email, client.project) == (ACCOUNT, "shop-project")
    assert gcp.kind_of_credentials(shop) == f"service account {ACCOUNT}, of Prefect's block shop"
    lend_credentials(shop)
    profile = of_dbt.BigQueryCredentials(database="d", schema="s", method="oauth")
    assert of_dbt.create_google_credentials(profile) is gcp.credentials(shop)[0]


def test_a_block_that_is_not_there_or_holds_nothing_of_use_is_told(
    block: Any, shop: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lack(self: Any) -> None:
        raise MalformedError("missing fields client_email,\n token_uri")

    with pytest.raises(SettingsError, match="Prefect has no block GcpCredentials of that name"):
        gcp.credentials(shop.model_copy(update={"gcp_credentials_block": "nobodys"}))
    block(service_account_info=key(), project="p").save("shop", overwrite=True)
    monkeypatch.setattr(block, "get_credentials_from_service_account", lack)
    told = "takes no credentials from it: .*missing fields client_email, token_uri$"
    with pytest.raises(SettingsError, match=told):
        gcp.credentials(shop)


def test_a_server_that_is_not_there_is_told(block: Any, shop: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    with pytest.raises(ServerError, match=r"the Prefect server at http://127\.0\.0\.1:9 does not answer"):
        gcp.credentials(shop)
    monkeypatch.setenv("PREFECT_API_URL", "")
    with pytest.raises(SettingsError, match="no Prefect server runs that has it: `shopflow ui` starts it"):
        gcp.credentials(shop)


def test_a_library_that_is_not_installed_is_told(shop: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prefect_gcp", None)
    with pytest.raises(SettingsError, match=r"`pip install -e '\.\[prefect-gcp\]'`"):
        gcp.credentials(shop)
