"""Google's credentials out of a block of Prefect's, where the settings name one: `SHOPFLOW_GCP_CREDENTIALS_BLOCK`."""

from __future__ import annotations

from typing import Any

import httpx
from pydantic import ValidationError

from flows import server
from flows.errors import ServerError, SettingsError
from flows.settings import Settings


def credentials_of_block(settings: Settings) -> tuple[Any, str | None]:
    """The credentials of the block, and its project if it names one. Asks the Prefect server there is and starts none.

    Raises SettingsError where prefect-gcp is not installed, no server runs, the block is not there or holds nothing
    that Google's library takes; ServerError where the server does not answer.
    """
    name = settings.gcp_credentials_block
    about = f"SHOPFLOW_GCP_CREDENTIALS_BLOCK is {name}, but"
    try:
        from prefect_gcp import GcpCredentials
    except ImportError as error:
        raise SettingsError(f"{about} prefect-gcp is not installed: `pip install -e '.[prefect-gcp]'`") from error
    from google.auth.exceptions import GoogleAuthError
    from prefect.settings import PREFECT_API_URL, temporary_settings

    found = server.status(settings)
    if found is None:
        raise SettingsError(
            f"{about} no Prefect server runs that has it: `shopflow ui` starts it, or set PREFECT_API_URL"
        )
    try:
        with temporary_settings({PREFECT_API_URL: found.api_url}):
            block = GcpCredentials.load(name)
        return _taken(block, about), block.project
    except httpx.HTTPError as error:
        raise ServerError(f"{about} the Prefect server at {found.ui_url} does not answer") from error
    except (GoogleAuthError, RuntimeError) as error:  # a block looks for its credentials as soon as it is loaded
        raise _refused(about, error) from error
    except ValueError as error:
        raise SettingsError(f"{about} Prefect has no block GcpCredentials of that name") from error


def _taken(block: Any, about: str) -> Any:
    try:
        return block.get_credentials_from_service_account()
    except (ValueError, OSError) as error:
        raise _refused(about, error) from error


def _refused(about: str, error: Exception) -> SettingsError:
    told = str(error)
    if isinstance(error.__cause__, ValidationError):  # its own text shows what was given, which is a key
        told = "; ".join(str(each["msg"]) for each in error.__cause__.errors(include_input=False))
    return SettingsError(f"{about} Google's library takes no credentials from it: {' '.join(told.split())}")
