"""Google's clients, made in one place: credentials, project, address, and the words for what goes wrong with them.

Only Application Default Credentials are used, or those of a Prefect block that is named in the settings; nobody is
asked for a key file. An emulator is given a token that means nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flows.errors import SettingsError, StorageError, WarehouseError, transient
from flows.settings import Settings

if TYPE_CHECKING:
    from google.cloud.bigquery import Client as BigQueryClient
    from google.cloud.storage import Client as StorageClient

_INSTALL = (
    "Google's clients are not installed: `SHOPFLOW_TARGET=bigquery make run` does it, or `pip install -e '.[bigquery]'`"
)
_LOG_IN = "`gcloud auth application-default login` makes some on your own machine; a service account brings its own"


def bigquery_client(settings: Settings) -> BigQueryClient:
    """A client for the project that pays. Raises SettingsError where it lacks the library, credentials or a project."""
    try:
        from google.api_core.client_options import ClientOptions
        from google.cloud import bigquery
    except ImportError as error:
        raise SettingsError(_INSTALL) from error
    found, project = credentials(settings)
    options = ClientOptions(api_endpoint=settings.bigquery_endpoint) if settings.bigquery_endpoint else None
    return bigquery.Client(
        project=project, credentials=found, location=settings.bigquery_location, client_options=options
    )


def storage_client(settings: Settings) -> StorageClient:
    """A client for the lake's bucket; its library itself takes an emulator's address from STORAGE_EMULATOR_HOST."""
    try:
        from google.cloud import storage
    except ImportError as error:
        raise SettingsError(_INSTALL) from error
    found, project = credentials(settings)
    return storage.Client(project=project, credentials=found)


@lru_cache(maxsize=4)
def credentials(settings: Settings) -> tuple[Any, str]:
    """Google's credentials and the project's name. Raises SettingsError, saying what to do, where either lacks."""
    try:
        from google.auth.credentials import AnonymousCredentials
    except ImportError as error:
        raise SettingsError(_INSTALL) from error
    if settings.bigquery_endpoint:
        return AnonymousCredentials(), settings.bigquery_project or "emulated"
    if settings.gcp_credentials_block:
        from flows.gcp_block import credentials_of_block

        found, own_project = credentials_of_block(settings)
    else:
        found, own_project = _default()
    project = settings.bigquery_project or own_project
    if not project:
        raise SettingsError("no Google Cloud project is known: set SHOPFLOW_BIGQUERY_PROJECT")
    return found, project


def kind_of_credentials(settings: Settings) -> str:
    """Whose credentials they are, in a few words. Raises SettingsError as `credentials` does."""
    found = credentials(settings)[0]
    if settings.bigquery_endpoint:
        return "none: an emulator asks for none"
    account = getattr(found, "service_account_email", "")
    whose = f"service account {account}" if account else "a user's own" if _is_user(found) else type(found).__name__
    block = settings.gcp_credentials_block
    return f"{whose}, of Prefect's block {block}" if block else whose


def _is_user(found: Any) -> bool:
    from google.oauth2.credentials import Credentials

    return isinstance(found, Credentials)


def project_of(settings: Settings) -> str:
    """The project of the datasets."""
    return settings.bigquery_project or credentials(settings)[1]


def _default() -> tuple[Any, str | None]:
    import google.auth
    from google.auth.exceptions import DefaultCredentialsError

    try:
        found, project = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
    except DefaultCredentialsError as error:
        raise SettingsError(f"there are no Google credentials here: {_LOG_IN}") from error
    return found, project


@contextmanager
def translated(
    settings: Settings, what: str, error: type[WarehouseError | StorageError] = WarehouseError, *, grant: str = ""
) -> Iterator[None]:
    """Raise `error`, or SettingsError for a lack of credentials, in place of what Google's clients raise about `what`.

    The sentence says what was refused, and for a missing right or place what to grant (`grant`) or make.
    """
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import GoogleAuthError, TransportError
    from requests.exceptions import RequestException

    try:
        yield
    except TransportError as refused:
        told = error(f"{what}: Google's service that gives credentials did not answer: {_words(refused)}")
        raise transient(told) from refused
    except GoogleAuthError as refused:
        raise SettingsError(f"Google took no credentials for {what}: {_words(refused)}. {_LOG_IN}") from refused
    except (GoogleAPIError, RequestException) as refused:
        told = error(f"{what}: {_advised(refused, settings, grant)}")
        raise (transient(told) if _may_pass(refused) else told) from refused


def _words(refused: Exception) -> str:
    """What the service said, in one line, without the address that it was asked at and the job's name."""
    cause = getattr(refused, "cause", None)
    text = f"{getattr(refused, 'message', '') or refused}{f': {cause}' if cause else ''}"
    for noise in ("\n\nLocation:", "; reason:"):
        text = text.split(noise)[0]
    return " ".join(text.split())


def is_about_the_question(refused: object) -> bool:
    """Whether BigQuery could not understand or compute what it was asked: asked otherwise, it would have answered."""
    from google.api_core.exceptions import BadRequest

    return isinstance(refused, BadRequest) and not _is_over_the_cap(refused)


def _is_over_the_cap(refused: Exception) -> bool:
    return "bytesBilledLimitExceeded" in str(refused) or "bytes billed" in str(refused)


def _may_pass(refused: Exception) -> bool:
    """Whether the service or the way to it failed, or it has too much to do: it may answer in a moment."""
    from google.api_core import exceptions

    may_pass = exceptions.ServerError | exceptions.TooManyRequests | exceptions.RetryError
    if _reason(refused) in _TOO_FAST:
        return True
    return isinstance(refused, may_pass) or not isinstance(refused, exceptions.GoogleAPIError)


# Google's reasons for a 403 that is none of a missing right.
_TOO_FAST = ("rateLimitExceeded", "userRateLimitExceeded")
_NO_RIGHT_HELPS = ("billingNotEnabled", "blocked", "policyViolation", "responseTooLarge")


def _reason(refused: Exception) -> str:
    """Google's own word for why, where it gave one."""
    told = getattr(refused, "errors", None) or [{}]
    return str(told[0].get("reason", "")) if isinstance(told[0], dict) else ""


def _advised(refused: Exception, settings: Settings, grant: str) -> str:
    from google.api_core import exceptions

    told = _words(refused)
    if _is_over_the_cap(refused):
        return (
            f"it would bill more than SHOPFLOW_BIGQUERY_MAX_GIGABYTES ({settings.bigquery_max_gigabytes:g} GB) allows, "
            f"so it was not run: look at `shopflow cost`, then raise the limit knowingly. BigQuery said: {told}"
        )
    if (reason := _reason(refused)) == "quotaExceeded":
        return (
            f"a quota of the project is used up, so it was not run: {told}. Wait until there is some again, a day at "
            "most for most of them, or have it raised (IAM & Admin, Quotas), then run again: nothing is half-done"
        )
    if isinstance(refused, exceptions.Forbidden) and reason not in (*_TOO_FAST, *_NO_RIGHT_HELPS):
        lacks = grant or "the missing right (docs/bigquery.md lists those that a run needs)"
        return f"{told}. Grant {lacks}, then run again"
    if isinstance(refused, exceptions.NotFound):
        return f"{told}. `shopflow doctor` says which project, dataset or bucket lacks"
    if _may_pass(refused):
        return (
            f"Google's service did not answer, also not when asked again: {told}. Run again later: nothing is half-done"
        )
    return told
