"""Where the dashboard listens, and who may see it there: all on this machine, or who signs in and is allowed to."""

from __future__ import annotations

import importlib.util
import ipaddress
from collections.abc import Collection, Mapping
from typing import Any

from flows.errors import SettingsError
from flows.settings import Settings

# What Streamlit's `[auth]` must say for its sign-in to work.
NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
HOW = "docs/how_to/dashboard.md tells how"


def is_loopback(address: str) -> bool:
    """Whether nobody but this machine reaches what listens there. Names are not looked up; no address is all of them.

    >>> is_loopback("127.0.0.1"), is_loopback("0.0.0.0")
    (True, False)
    """
    try:
        return address == "localhost" or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def check(settings: Settings, auth: Mapping[str, Any]) -> None:
    """Raises SettingsError where the dashboard would show the numbers to whoever is on the network.

    `auth` is the section of that name in Streamlit's secrets, empty where there is none.
    """
    allowed, address = settings.dashboard_allowed, settings.dashboard_address
    if not allowed and not is_loopback(address):
        raise SettingsError(
            f"SHOPFLOW_DASHBOARD_ADDRESS: {address} is on a network, where the dashboard needs a sign-in; name who may "
            f"see it in SHOPFLOW_DASHBOARD_ALLOWED ({HOW})"
        )
    if not allowed:
        return
    missing = [name for name in NEEDED if not auth.get(name)]
    if missing:
        raise SettingsError(
            f"SHOPFLOW_DASHBOARD_ALLOWED is set, so readers have to sign in, but Streamlit's secrets have no "
            f"{', '.join(missing)} under [auth] ({HOW})"
        )
    if importlib.util.find_spec("authlib") is None:
        raise SettingsError("Signing in to the dashboard needs Authlib: pip install 'shopflow[sign-in]'")


def may_see(email: object, is_verified: object, allowed: Collection[str]) -> bool:
    """Whether a person with this address is among the `allowed`: addresses, and domains, which are those exactly.

    An address that the issuer says is not verified is nobody's. One of whose verification it says nothing is taken.

    >>> may_see("Ann@example.com", True, ["example.com"]), may_see("ann@sub.example.com", True, ["example.com"])
    (True, False)
    """
    if not isinstance(email, str) or email.count("@") != 1 or is_verified not in (True, None, "true"):
        return False
    address = email.strip().lower()
    name, _, domain = address.partition("@")
    return bool(name) and (address in allowed or domain in allowed)
