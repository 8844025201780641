"""Tell Looker that the marts are new, and ask it what of its content is broken. The only importer of looker-sdk."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from flows.errors import LookerError, SettingsError, transient
from flows.looker.generate import DATAGROUP, MODEL
from flows.looker.secret import client_secret
from flows.receipts import BrokenContent, Refreshed
from flows.settings import Settings

TIMEOUT_SECONDS = 60
# Looker's library tells neither status nor kind of an error; what these are in is not there, or not there just now.
_MAY_PASS = (
    "max retries",
    "connection",
    "timed out",
    "timeout",
    "502",
    "503",
    "504",
    "rate limit",
    "too many requests",
)


def refresh(settings: Settings) -> Refreshed:
    """Make Looker forget what it has cached of the marts, run the scheduled plan that the settings name, and have all
    content validated.

    Raises LookerError, transient where Looker cannot be reached, with a sentence that holds no secret, and
    SettingsError where the settings are not enough. What was done before a failure stays done: doing it again is
    harmless, but for the scheduled plan: it comes last, and is not tried again.
    """
    client, models = _client(settings)
    where = f"Looker at {settings.looker_url}"
    with _in_our_words(where, "refuses SHOPFLOW_LOOKER_CLIENT_ID and its secret"):
        client.auth.authenticate({})
    with _in_our_words(where, "does not reset the datagroup"):
        groups = [group for group in client.all_datagroups() if (group.model_name, group.name) == (MODEL, DATAGROUP)]
        for group in groups:
            client.update_datagroup(group.id, models.WriteDatagroup(stale_before=int(time.time())))
    if not groups:
        raise LookerError(f"{where} has no datagroup {MODEL}::{DATAGROUP}: deploy dashboards/looker there first")
    broken: tuple[BrokenContent, ...] = ()
    if settings.looker_validates:
        with _in_our_words(where, "does not validate its content"):
            found = client.content_validation().content_with_errors or []
        broken = tuple(each for content in found for each in _broken(content))
    if settings.looker_plan:
        with _in_our_words(where, f"does not run the scheduled plan {settings.looker_plan}", may_repeat=False):
            client.scheduled_plan_run_once_by_id(settings.looker_plan, models.WriteScheduledPlan())
    return Refreshed(settings.looker_url, settings.looker_plan, settings.looker_validates, broken)


def _client(settings: Settings) -> tuple[Any, Any]:
    if not settings.looker_client_id:
        raise SettingsError("SHOPFLOW_LOOKER_URL is set, but SHOPFLOW_LOOKER_CLIENT_ID is not")
    try:
        import looker_sdk
        from looker_sdk.rtl.api_settings import ApiSettings
    except ImportError as error:
        raise SettingsError(
            "SHOPFLOW_LOOKER_URL is set, but the extra looker is not installed: `pip install -e '.[looker]'`"
        ) from error
    given = {
        "base_url": settings.looker_url,
        "client_id": settings.looker_client_id,
        "client_secret": client_secret(settings),
        "timeout": str(TIMEOUT_SECONDS),
    }

    class Given(ApiSettings):  # type: ignore[misc]
        """Our settings in the place of a looker.ini, which the library would look for in the current folder."""

        def read_config(self) -> Any:
            return given

    return looker_sdk.init40(config_settings=Given()), looker_sdk.models40


@contextmanager
def _in_our_words(where: str, what: str, may_repeat: bool = True) -> Iterator[None]:
    from looker_sdk.error import SDKError
    from looker_sdk.rtl.serialize import DeserializeError  # an answer that is none, such as a proxy's page

    try:
        yield
    except (SDKError, DeserializeError, OSError) as error:
        told = _message(str(getattr(error, "message", error)))
        if may_repeat and any(word in told.lower() for word in _MAY_PASS):
            raise transient(LookerError(f"{where} does not answer: {told}")) from None
        raise LookerError(f"{where} {what}: {told}") from None


def _message(told: str) -> str:
    with suppress(ValueError, TypeError, KeyError):  # at the sign-in the library hands on the answer as it came
        told = str(json.loads(told)["message"])
    return " ".join(told.split())[:200]


def _broken(content: Any) -> Iterator[BrokenContent]:
    kinds = ("look", "dashboard", "dashboard_element", "lookml_dashboard", "scheduled_plan", "alert")
    found = next(((kind, part) for kind in kinds if (part := getattr(content, kind, None))), ("content", content))
    kind, part = found
    title = next((str(told) for name in ("title", "name", "id") if (told := getattr(part, name, None))), "?")
    for error in content.errors or []:
        yield BrokenContent(kind.replace("_", " "), title, error.field_name or "", error.message or "")
