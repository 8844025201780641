"""Who sees the dashboard: all on this machine, elsewhere only those who sign in and are named."""

import importlib.util
from typing import Any

import pytest
import streamlit
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from flows import audience
from flows.errors import SettingsError
from flows.settings import load_settings
from tests.dashboards.pages import APP, tiles

AUTH = dict.fromkeys(audience.NEEDED, "x")
ANN = {"is_logged_in": True, "email": "Ann@Example.com", "email_verified": True}


def opened(user: dict[str, Any] | None = None) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=60)
    if user is not None:
        page.user = user
    page.run()
    assert not page.exception
    return page


@pytest.fixture
def authlib(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if it was installed: what is looked for is its place, not what it does."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_on_this_machine_nobody_has_to_sign_in(address: str) -> None:
    audience.check(load_settings(dashboard_address=address), {})
    assert audience.is_loopback(address)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.5", "shop.example.com", "", "127.0.0.1.example.com"])
def test_a_network_is_refused_without_sign_in(address: str) -> None:
    with pytest.raises(SettingsError, match="SHOPFLOW_DASHBOARD_ALLOWED"):
        audience.check(load_settings().model_copy(update={"dashboard_address": address}), AUTH)


@pytest.mark.parametrize("missing", audience.NEEDED)
def test_a_sign_in_that_is_only_half_configured_is_refused(missing: str, authlib: None) -> None:
    settings = load_settings(dashboard_allowed="example.com")
    with pytest.raises(SettingsError, match=rf"no {missing} under \[auth\]"):
        audience.check(settings, {name: value for name, value in AUTH.items() if name != missing})


def test_signing_in_without_authlib_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match="pip install"):
        audience.check(load_settings(dashboard_allowed="example.com"), AUTH)


def test_a_network_with_sign_in_is_taken(authlib: None) -> None:
    audience.check(load_settings(dashboard_address="0.0.0.0", dashboard_allowed="example.com"), AUTH)


@pytest.mark.parametrize("people", ["example", "ann@", "@example.com", "example.com;a.org", "a b.com", "*.example.com"])
def test_people_that_are_neither_domains_nor_addresses_are_refused(people: str) -> None:
    with pytest.raises(SettingsError, match="SHOPFLOW_DASHBOARD_ALLOWED"):
        load_settings(dashboard_allowed=people)


@pytest.mark.parametrize(
    ("email", "verified", "is_let_in"),
    [
        ("ann@example.com", True, True),
        ("ANN@EXAMPLE.COM", None, True),
        ("bob@other.org", True, True),
        ("eve@other.org", True, False),
        ("ann@example.com", False, False),
        ("ann@example.com", "false", False),
        ("ann@sub.example.com", True, False),
        ("ann@example.com.evil.org", True, False),
        ("eve@evil.org@example.com", True, False),
        ("@example.com", True, False),
        ("example.com", True, False),
        ("", True, False),
        (None, True, False),
        (["ann@example.com"], True, False),
    ],
)
def test_who_is_let_in(email: object, verified: object, is_let_in: bool) -> None:
    assert audience.may_see(email, verified, {"example.com", "bob@other.org"}) is is_let_in


@given(st.emails(), st.emails())
def test_an_address_lets_in_itself_and_nobody_else(allowed: str, other: str) -> None:
    assert audience.may_see(allowed, True, {allowed.lower()})
    assert audience.may_see(other, True, {allowed.lower()}) is (other.lower() == allowed.lower())


@pytest.mark.slow
def test_who_is_not_signed_in_sees_a_button_and_no_number(publish, monkeypatch: pytest.MonkeyPatch) -> None:
    publish()
    monkeypatch.setenv("SHOPFLOW_DASHBOARD_ALLOWED", "example.com")
    for user in ({}, {"is_logged_in": False}, {"email": "ann@example.com"}):
        page = opened(user)
        assert [button.label for button in page.button] == ["Sign in"]
        assert not tiles(page)


def test_who_is_signed_in_and_named_sees_the_page_and_can_sign_out(publish, monkeypatch: pytest.MonkeyPatch) -> None:
    publish()
    monkeypatch.setenv("SHOPFLOW_DASHBOARD_ALLOWED", "example.com")
    page = opened(ANN)
    assert len(tiles(page)) == 6
    assert [button.label for button in page.button] == ["Sign out"]


@pytest.mark.slow
@pytest.mark.parametrize("claims", [{"email": "eve@evil.org"}, {"email": None}, {"email_verified": False}])
def test_who_is_signed_in_but_not_named_sees_no_number(
    claims: dict[str, Any], publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish()
    monkeypatch.setenv("SHOPFLOW_DASHBOARD_ALLOWED", "example.com")
    page = opened(ANN | claims)
    assert [title.value for title in page.title] == ["Not for you, sorry"]
    assert [button.label for button in page.button] == ["Sign out"]
    assert not tiles(page)


@pytest.mark.slow
@pytest.mark.parametrize("address", ["0.0.0.0", None])
def test_a_server_that_was_started_on_a_network_by_other_means_shows_nothing(
    address: str | None, publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish()
    found = streamlit.get_option
    monkeypatch.setattr(streamlit, "get_option", lambda name: address if name == "server.address" else found(name))
    page = opened()
    assert "shopflow dashboard" in page.error[0].value
    assert not tiles(page)
