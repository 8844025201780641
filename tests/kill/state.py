"""What a home holds, in a form that is equal for every run that ends well: rows, ledger, files, what readers see."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from flows import serving
from flows.lake import Lake
from flows.settings import Settings

Rows = dict[str, list[tuple[Any, ...]]]

# What builds hand from model to model about the batches of their own, which differ between builds that end in the same.
PASSING = ("int_changed_", "int_corrected_")
INSTANTS = "landed_at, loaded_at, built_at"
LAW = """
    select batch_id from ops.batches left join (
        select batch_id, count(*) as rows
        from (select batch_id from raw.events union all by name select batch_id from raw.users
            union all by name select batch_id from raw.products)
        group by batch_id
    ) using (batch_id)
    where rows_read <> accepted + quarantined + coalesce(replayed, 0) + duplicates + coalesce(erased, 0)
        or rows is distinct from accepted + derived or built_at is null
"""


@dataclass(frozen=True)
class State:
    """A home after a run: rows by table of the warehouse, the ledger without instants, files. `published` are the marts
    that readers see, which are those of the warehouse."""

    warehouse: Rows
    ledger: list[tuple[Any, ...]]
    files: list[str]

    @property
    def published(self) -> Rows:
        return {name: rows for name, rows in self.warehouse.items() if name.startswith("marts.")}


def require_equal(found: State, expected: State) -> None:
    """Raise AssertionError that says where two states differ."""
    for name in sorted(found.warehouse.keys() | expected.warehouse.keys()):
        assert found.warehouse.get(name) == expected.warehouse.get(name), name
    assert found.ledger == expected.ledger
    assert found.files == expected.files, sorted(set(found.files) ^ set(expected.files))


def state_of(settings: Settings) -> State:
    """The state of a home in which nobody works. Raises AssertionError if its ledger does not close."""
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as warehouse:
        warehouse.execute("set TimeZone = 'UTC'")
        _require_law(warehouse, settings)
        rows = _rows(warehouse, "schema_name in ('raw', 'removed', 'staging', 'intermediate', 'marts')")
        ledger = warehouse.execute(f"select * exclude ({INSTANTS}) from ops.batches order by all").fetchall()
    state = State(rows, ledger, _files(settings))
    assert seen_by_readers(settings) == state.published, "readers see other marts than the warehouse holds"
    return state


def seen_by_readers(settings: Settings) -> Rows:
    """The marts of the current copy, read as the dashboard reads them."""
    copy = serving.current(settings)
    assert copy is not None, "nothing is published"
    with duckdb.connect(str(copy), read_only=True) as reader:
        assert reader.execute("select version || '.duckdb' from ops.publication").fetchall() == [(copy.name,)]
        return _rows(reader, "schema_name = 'marts'")


def _rows(connection: duckdb.DuckDBPyConnection, condition: str) -> Rows:
    names = connection.execute(f"""
        select schema_name || '.' || name
        from (
            select database_name, schema_name, table_name as name from duckdb_tables()
            union all
            select database_name, schema_name, view_name from duckdb_views() where not internal
        )
        where database_name = current_database() and {condition}
        order by 1
    """).fetchall()
    told = [name for (name,) in names if not name.split(".")[1].startswith(PASSING)]
    return {name: connection.execute(f"from {name} order by all").fetchall() for name in told}


def _require_law(warehouse: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    assert warehouse.execute(LAW).fetchall() == [], "batches that do not add up, or wait for marts"
    for nothing_of in ("removals", "replays", "backfills", "erasures"):
        assert warehouse.execute(f"from ops.{nothing_of}").fetchall() == []
    published = {version for (version,) in warehouse.execute("select version from ops.publications").fetchall()}
    assert published <= set(serving.kept(settings)), "the ledger has copies that are not there"
    lake = Lake(settings.lake_folder)
    for batch_id, accepted, quarantined in warehouse.execute(
        "select batch_id, accepted + derived, quarantined from ops.batches"
    ).fetchall():
        for folder, rows in (("accepted", accepted), ("quarantine", quarantined)):
            found = [duckdb.read_parquet(str(path)) for path in (lake.root / folder).glob(f"*/{batch_id}.parquet")]
            assert sum(len(relation) for relation in found) == rows, f"{folder} of {batch_id}"


def _files(settings: Settings) -> list[str]:
    """Every file and folder of the home, but what is dbt's, and the copies: a killed run may have left a whole one,
    which counts among those that are kept, or becomes the spare one."""
    copies = serving.versions(settings)
    assert len(copies) <= settings.serving_copies
    assert len(_spares(settings)) <= 1
    assert serving.current(settings) == copies[-1].resolve()
    paths = (path.relative_to(settings.home) for path in settings.home.rglob("*") if not _is_known(path, settings))
    return sorted(path.as_posix() for path in paths)


def _spares(settings: Settings) -> list[Path]:
    return list(settings.serving.glob(".spare-*"))


def _is_known(path: Path, settings: Settings) -> bool:
    is_of_prefect = path.is_relative_to(settings.prefect_home) and not path.name.startswith("running")
    is_empty_staging = path == Lake(settings.lake_folder).staging and not any(path.iterdir())
    return (
        is_of_prefect
        or is_empty_staging
        or path.is_relative_to(settings.dbt_target_path)
        or path in [*serving.versions(settings), *_spares(settings)]
    )
