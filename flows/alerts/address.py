"""Blocks out of addresses: what `shopflow alerts add` makes. Imports Prefect's blocks; import it only where needed."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from prefect.blocks.core import Block
from prefect.blocks.notifications import AppriseNotificationBlock, CustomWebhookNotificationBlock, SlackWebhook
from prefect.types import SecretDict
from pydantic import SecretStr

from flows.alerts.hush import hushed
from flows.errors import SettingsError

NO_ADDRESS = (
    "this is no address that can be sent to: give https://… of a webhook, or for mail "
    "mailtos://user:password@host?from=shop@example.org&to=ops@example.org"
)
SLACK = ("hooks.slack.com", "hooks.slack-gov.com")


class AppriseAddress(AppriseNotificationBlock):
    """Any address that Apprise, which Prefect brings along, can send to: `mailtos://…` is mail by SMTP."""

    _block_type_name = "Apprise Address"
    _block_type_slug = "apprise-address"


def block_of(address: str) -> Block:
    """The notification block for an address.

    A webhook that is not Slack's own gets what Slack would get, which Mattermost, Rocket.Chat, Teams' and many others
    take too. Raises SettingsError, without showing the address, where nobody could send to it.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        raise SettingsError(NO_ADDRESS) from None
    if parts.hostname in SLACK:
        return SlackWebhook(url=SecretStr(address))
    if parts.scheme in ("http", "https") and parts.hostname:
        return CustomWebhookNotificationBlock(
            name="shopflow",
            url="{{address}}",  # the block's own address would be shown to everybody who may look at blocks
            json_data={"text": "{{subject}}\n{{body}}"},
            secrets=SecretDict({"address": address}),
        )
    from apprise import Apprise

    if not address or not Apprise().add(address):
        raise SettingsError(NO_ADDRESS)
    if parts.scheme in ("mailto", "mailtos") and "format=" not in parts.query:
        address += f"{'&' if parts.query else '?'}format=text"  # else its lines run into one
    return AppriseAddress(url=SecretStr(address))


def save_block(name: str, address: str) -> str:
    """Keep the address in Prefect under that name, in the place of what had it; the reference of the block.

    Raises SettingsError where name or address cannot be used.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
        raise SettingsError(f"{name!r} cannot be a block's name: small letters, digits and - make one")
    with hushed():
        block = block_of(address)
        block.save(name, overwrite=True)
    return f"{block.get_block_type_slug()}/{name}"
