"""What is published, and how it is asked: a serving copy on DuckDB, on BigQuery the marts themselves. Holds no SQL.

A serving copy never changes once it is published, so its real path is the cache key; the copy that is current is looked
up at every interaction. Connections live for one drawing of a page, so that a copy which was replaced can be deleted.

BigQuery's key is the instant of the last publication, looked up at most every few seconds and for free: every
publication writes a row of `ops.settings`, and it is the table's metadata that is asked. One client serves all readers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import streamlit as st

from flows import serving
from flows.errors import ShopflowError, WarehouseError
from flows.settings import Settings, load_settings

if TYPE_CHECKING:
    from flows.warehouse.bigquery_jobs import Jobs

LOOK_AGAIN = "10 seconds"
_held: ContextVar[dict[Path, duckdb.DuckDBPyConnection] | None] = ContextVar("connections", default=None)


class NothingToShow(ShopflowError):
    """There is nothing published, or nothing that can be read: the text says what to do."""


@dataclass(frozen=True)
class Marts:
    """The marts of a dataset of BigQuery, as they were published at an instant."""

    dataset: str
    published_at: datetime


Published = Path | Marts


def current_copy(settings: Settings) -> Published:
    """What is published now: the real path of a serving copy, or BigQuery's marts. Raises NothingToShow where nothing
    is, WarehouseError or SettingsError where BigQuery does not answer."""
    if settings.target == "bigquery":
        return _marts(settings)
    copy = serving.current(settings)
    if copy is None:
        raise NothingToShow(
            f"There is no data to show yet: `make run` makes some and publishes it to {settings.serving}, "
            "then reload this page."
        )
    return copy


def published_at(copy: Published) -> datetime:
    """When it was published, in UTC."""
    if isinstance(copy, Marts):
        return copy.published_at
    (found,) = rows(copy, "select published_at from ops.publication")
    instant: datetime = found["published_at"]
    return instant.replace(tzinfo=UTC)


def rows(copy: Published, sql: str, **parameters: object) -> list[dict[str, Any]]:
    """The rows of one question, in SQL that both engines take; `parameters` stand for its `@name`;
    those that it does not name are not sent.

    Raises NothingToShow where the published data cannot be read or lacks what is asked for, and WarehouseError, one
    sentence, for what else BigQuery may refuse.
    """
    parameters = {name: parameters[name] for name in dict.fromkeys(re.findall(r"@(\w+)", sql))}
    if isinstance(copy, Marts):
        try:
            return _jobs(load_settings()).rows(sql, parameters)
        except WarehouseError as error:
            raise _nothing_yet(error, copy.dataset) or error from error
    try:
        with one_connection() as connections:
            if copy not in connections:
                config = {"autoinstall_known_extensions": "false"}
                connections[copy] = duckdb.connect(copy, read_only=True, config=config)
            result = connections[copy].execute(re.sub(r"@(\w+)", r"$\1", sql), parameters)
            names = [column[0] for column in result.description]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    except duckdb.Error as error:
        raise NothingToShow(
            f"The published data in {copy.name} cannot be read; `shopflow run --full-refresh` publishes it anew "
            f"({str(error).splitlines()[0]})."
        ) from error


@contextmanager
def one_connection() -> Iterator[dict[Path, duckdb.DuckDBPyConnection]]:
    """The questions of the block (of its thread) to a serving copy share a connection, which the first of them opens:
    that takes longer than most answers. Closed with the block; a block within another one is part of it."""
    held = _held.get()
    if held is not None:
        yield held
        return
    opened: dict[Path, duckdb.DuckDBPyConnection] = {}
    token = _held.set(opened)
    try:
        yield opened
    finally:
        _held.reset(token)
        for connection in opened.values():
            connection.close()


@st.cache_resource(hash_funcs={Settings: hash}, show_spinner=False)
def _jobs(settings: Settings) -> Jobs:
    from flows.warehouse.bigquery_jobs import Jobs

    return Jobs.begin(settings)


@st.cache_data(ttl=LOOK_AGAIN, max_entries=8, hash_funcs={Settings: hash}, show_spinner=False)
def _marts(settings: Settings) -> Marts:
    jobs = _jobs(settings)
    marts = jobs.dataset("marts")
    try:
        with jobs.translated("the time of the last publication"):
            ledger = jobs.client.get_table(f"{jobs.dataset('ops')}.settings", retry=jobs.retry)
    except WarehouseError as error:
        raise _nothing_yet(error, marts) or error from error
    return Marts(marts, ledger.modified)


def _nothing_yet(error: WarehouseError, dataset: str) -> NothingToShow | None:
    from google.api_core.exceptions import NotFound

    if not isinstance(error.__cause__, NotFound):
        return None
    return NothingToShow(
        f"There is no data to show yet in {dataset}: `shopflow run` loads some and builds it, then reload this page."
    )
