"""The secret of Looker's client: out of a block of Prefect's, or where Looker's library looks for it by itself."""

from __future__ import annotations

import httpx

from flows.errors import LookerError, SettingsError, transient
from flows.settings import Settings


def client_secret(settings: Settings) -> str:
    """The secret, which no setting holds, for settings are shown. Needs the Prefect server that the process talks to
    where a block is named.

    Raises SettingsError where there is none, LookerError where the server does not answer.
    """
    name = settings.looker_secret_block
    if not name:
        from looker_sdk.rtl.api_settings import ApiSettings

        told = ApiSettings(env_prefix="LOOKERSDK").read_config().get("client_secret")
        if not told:
            raise SettingsError(
                "SHOPFLOW_LOOKER_URL is set, but neither SHOPFLOW_LOOKER_SECRET_BLOCK nor LOOKERSDK_CLIENT_SECRET is"
            )
        return str(told)
    from prefect.blocks.system import Secret

    try:
        block = Secret.load(name)
    except ValueError as error:
        raise SettingsError(f"SHOPFLOW_LOOKER_SECRET_BLOCK is {name}, but Prefect has no such Secret block") from error
    except httpx.HTTPError as error:
        raise transient(LookerError("the Prefect server that has Looker's secret does not answer")) from error
    return str(block.get())  # type: ignore[union-attr]
