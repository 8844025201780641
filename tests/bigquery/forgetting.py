"""A person is forgotten as the flow does it, without Prefect; and a search that shares nothing with the proof."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import requests

from emulator.start import Emulator
from flows.erasure.erase import erase, find
from flows.erasure.person import Person
from flows.erasure.proof import prove
from flows.erasure.wipe import wipe
from flows.gcp import bigquery_client, storage_client
from flows.receipts import Erased
from flows.settings import Settings
from flows.warehouse import bigquery_tables, open_warehouse
from flows.warehouse.bigquery_jobs import DATASETS
from tests.bigquery.pair import rebuild


def forget(settings: Settings, user: str, *, is_built: bool = False) -> Erased:
    """What `flows/forget.py` does; a build only where one is wanted."""
    taken_out(settings, user)
    if is_built:
        rebuild(settings)
    else:
        call_built(settings)
    return proved(settings, user)


def taken_out(settings: Settings, user: str) -> Erased:
    """The part before the build."""
    bigquery_tables.forget_prepared()  # another process knows nothing of this one's tables
    return erase(settings, find(settings, user))


def proved(settings: Settings, user: str) -> Erased:
    """The part after the build, of a process that takes the work up again."""
    person = find(settings, user)
    return finished(settings, person, erase(settings, person))


def finished(settings: Settings, person: Person, erased: Erased) -> Erased:
    """The part after the build, in the same process."""
    return prove(settings, person, erased, wipe(settings, erased).copies)


def call_built(settings: Settings) -> None:
    """Say that published marts hold what waits: where there are none, that is so."""
    with open_warehouse(settings) as warehouse:
        warehouse.mark_built(warehouse.pending("models that nobody has built"), "models", datetime.now(UTC))


def places(settings: Settings, *ids: str) -> list[str]:
    """Every table, object and file that one of the ids is in."""
    cloud = [*_objects(settings)] if settings.is_in_bucket else []
    tables = [*_tables(settings)] if settings.target == "bigquery" else []
    return [name for name, text in [*cloud, *tables, *_files(settings.home)] if any(id in text for id in ids)]


@contextmanager
def sent_to_bigquery(emulator: Emulator) -> Iterator[list[str]]:
    """What the service is sent meanwhile, parameters of questions among it: it keeps all jobs for half a year."""
    really, sent = requests.Session.send, list[str]()

    def send(session: requests.Session, request: requests.PreparedRequest, **how: Any) -> requests.Response:
        if str(request.url).startswith(emulator.endpoint):
            body = request.body.decode() if isinstance(request.body, bytes) else str(request.body or "")
            sent.append(f"{request.url} {body}")
        return really(session, request, **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests.Session, "send", send)
        yield sent


def _tables(settings: Settings) -> Iterator[tuple[str, str]]:
    with bigquery_client(settings) as client:
        for dataset in DATASETS:
            for item in client.list_tables(f"{settings.bigquery_dataset_prefix}{dataset}"):
                days = "event_date >= '0001-01-01'" if (dataset, item.table_id) == ("raw", "events") else "true"
                name = f"{item.project}.{item.dataset_id}.{item.table_id}"
                yield name, str([*client.query(f"select * from `{name}` where {days}").result()])


def _objects(settings: Settings) -> Iterator[tuple[str, str]]:
    name, _, prefix = settings.lake.removeprefix("gs://").partition("/")
    for blob in storage_client(settings).bucket(name).list_blobs(prefix=f"{prefix}/"):
        file = settings.home.parent / "object"
        blob.download_to_filename(file)
        yield f"gs://{name}/{blob.name}", _text(file, blob.name)


def _files(home: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(path for path in home.rglob("*") if path.is_file() and not path.is_symlink()):
        yield str(path.relative_to(home)), _text(path, path.name)


def _text(file: Path, name: str) -> str:
    if name.endswith(".parquet"):
        return str(duckdb.sql(f"from read_parquet('{file}', hive_partitioning = false)").fetchall())
    return file.read_bytes().decode("latin-1")


def objects(settings: Settings) -> list[str]:
    """Names of the objects of the lake."""
    name, _, prefix = settings.lake.removeprefix("gs://").partition("/")
    found: Sequence[str] = [blob.name for blob in storage_client(settings).bucket(name).list_blobs(prefix=f"{prefix}/")]
    return [name.removeprefix(f"{prefix}/") for name in found]
