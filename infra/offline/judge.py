"""What the schema's types leave open and the provider itself refuses: read-only arguments, values, forms of names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgpack

UNKNOWN = object()  # a value that is only known after the apply
ROLE = r"(roles|projects/[^/]+/roles|organizations/[^/]+/roles)/[\w.]+"
MEMBER = r"allUsers|allAuthenticatedUsers|(user|group|domain|serviceAccount|principal|principalSet):\S+"
SECONDS = r"\d+(\.\d+)?s"
# By resource and argument ("" is every resource); from the documentation of each.
FORMS = {
    ("", "member"): MEMBER,
    ("", "role"): ROLE,
    ("", "service_account"): r"[\w-]+@[\w.-]+",
    ("", "alignment_period"): SECONDS,
    ("", "auto_close"): SECONDS,
    ("", "duration"): SECONDS,
    ("", "evaluation_interval"): SECONDS,
    ("", "older_than"): SECONDS,
    ("", "timeout"): SECONDS,
    ("google_bigquery_dataset", "dataset_id"): r"\w{1,1024}",
    ("google_artifact_registry_repository", "repository_id"): r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?",
    ("google_cloud_run_v2_job", "name"): r"[a-z]([a-z0-9-]{0,47}[a-z0-9])?",
    ("google_cloud_run_v2_service", "name"): r"[a-z]([a-z0-9-]{0,47}[a-z0-9])?",
    ("google_cloud_run_v2_worker_pool", "name"): r"[a-z]([a-z0-9-]{0,47}[a-z0-9])?",
    ("google_iam_workload_identity_pool", "workload_identity_pool_id"): r"(?!gcp-)[a-z0-9-]{4,32}",
    ("google_iam_workload_identity_pool_provider", "workload_identity_pool_provider_id"): r"(?!gcp-)[a-z0-9-]{4,32}",
    ("google_logging_metric", "name"): r"[\w./-]{1,100}",
    ("google_project_service", "service"): r"[a-z]+\.googleapis\.com",
    ("google_secret_manager_secret", "secret_id"): r"[\w-]{1,255}",
    ("google_service_account", "account_id"): r"[a-z][a-z0-9-]{4,28}[a-z0-9]",
    ("google_storage_bucket", "name"): r"(?!goog)[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]",
}


def decode(config: bytes) -> Any:
    """The values of a resource, as Terraform sends them."""
    return msgpack.unpackb(config, ext_hook=lambda *_: UNKNOWN, strict_map_key=False)


def problems(kind: str, block: dict[str, Any], values: dict[str, Any], where: str = "") -> Iterator[str]:
    """What the provider would refuse of a resource of this kind; a value that is not known yet is passed over."""
    for name, told in block["attrs"].items():
        value, place = values.get(name), f"{where}{name}"
        if value is None or value is UNKNOWN:
            continue
        if told.get("c"):
            yield f"{kind}: {place} is read-only"
            continue
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, str):
                continue
            if "e" in told and each not in told["e"]:
                yield f"{kind}: {place} is {each!r}, not one of {', '.join(told['e'])}"
            form = FORMS.get((kind, place)) or FORMS.get(("", name))
            if form and not re.fullmatch(form, each):
                yield f"{kind}: {place} is {each!r}, not of the form {form}"
    for name, told in block["blocks"].items():
        held = values.get(name)
        for each in held if isinstance(held, list) else [held]:
            if isinstance(each, dict):
                yield from problems(kind, told, each, f"{where}{name}.")
