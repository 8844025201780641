"""May the lake's bucket be used, and can BigQuery load from where it is?"""

from __future__ import annotations

import os
from typing import Any

from flows.errors import StorageError
from flows.gcp import storage_client, translated
from flows.settings import Settings

RETRY_SECONDS = 5.0
ROLE = "Storage Object User (roles/storage.objectUser) on bucket {}"


def look(settings: Settings) -> str:
    """The bucket and where it is, after an object was listed, written and deleted again.

    Raises StorageError where the bucket lacks, a right lacks, or the bucket lies where BigQuery does not load from.
    """
    from google.api_core.exceptions import NotFound
    from google.cloud.storage.retry import DEFAULT_RETRY

    name, _, prefix = settings.lake.removeprefix("gs://").partition("/")
    bucket, retry = storage_client(settings).bucket(name), DEFAULT_RETRY.with_timeout(RETRY_SECONDS)
    probe = bucket.blob(f"{prefix}/.doctor-{os.getpid()}".lstrip("/"))
    with translated(settings, f"bucket {name}", StorageError, grant=ROLE.format(name)):
        try:
            list(bucket.client.list_blobs(bucket, prefix=prefix, max_results=1, retry=retry))
        except NotFound as error:
            raise StorageError(
                f"there is no bucket {name}: SHOPFLOW_LAKE names it; `gcloud storage buckets create gs://{name} "
                f"--location={settings.bigquery_location}` makes it"
            ) from error
        probe.upload_from_string(b"", retry=retry)
    with translated(settings, f"deleting {probe.name} of bucket {name}", StorageError, grant=ROLE.format(name)):
        probe.delete(retry=retry)
    place = _location(bucket, retry)
    if place and not is_near(place, settings.bigquery_location):
        raise StorageError(
            f"bucket {name} is in {place}, but the datasets are in {settings.bigquery_location}, and BigQuery loads "
            "only from nearby: take a bucket there (SHOPFLOW_LAKE), or other datasets (SHOPFLOW_BIGQUERY_LOCATION)"
        )
    return f"{settings.lake}, {f'in {place}' if place else 'its location is not known to you'}; may list, write, delete"


def is_near(bucket: str, datasets: str) -> bool:
    """Whether BigQuery loads from a bucket in one location into datasets in another.

    >>> is_near("europe-west1", "EU"), is_near("EU", "europe-west1"), is_near("asia-east1", "US")
    (True, False, True)
    """
    bucket, datasets = bucket.upper(), datasets.upper()
    if datasets in (bucket, "US"):  # into the multi-region US from anywhere
        return True
    return datasets == "EU" and bucket.startswith("EUR")


def _location(bucket: Any, retry: Any) -> str:
    """Where the bucket is; nothing where the right to know that lacks, which no run needs."""
    from google.api_core.exceptions import Forbidden

    try:
        bucket.reload(retry=retry)
    except Forbidden:
        return ""
    return str(bucket.location or "")
