"""Which rights on the project are had: asked of Google's Resource Manager, for BigQuery itself does not say it."""

from __future__ import annotations

from collections.abc import Sequence

from flows import gcp
from flows.settings import Settings

URL = "https://cloudresourcemanager.googleapis.com/v1/projects/{}:testIamPermissions"


def granted(settings: Settings, permissions: Sequence[str], url: str = URL) -> frozenset[str] | None:
    """Those of the permissions that the credentials have on the project; None where nobody says.

    Nobody says it of an emulator, and in a project that has the Resource Manager's API switched off.
    """
    if settings.bigquery_endpoint:
        return None
    from google.auth.exceptions import GoogleAuthError
    from google.auth.transport.requests import AuthorizedSession
    from requests.exceptions import RequestException

    found, project = gcp.credentials(settings)
    try:
        answer = AuthorizedSession(found).post(url.format(project), json={"permissions": list(permissions)}, timeout=10)
        return frozenset(answer.json().get("permissions", ())) if answer.status_code == 200 else None
    except (GoogleAuthError, RequestException, ValueError):
        return None
