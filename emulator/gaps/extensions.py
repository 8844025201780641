"""The emulator downloads DuckDB's extensions `spatial` and `avro`, and does not start without the first.

They are loaded from the packages that carry them.
"""

from importlib.resources import files
from typing import Any

import duckdb
from bqemulator.storage.engine import DuckDBEngine


def close() -> None:
    DuckDBEngine._load_spatial = lambda engine: _load(engine, "spatial")
    DuckDBEngine._load_format_extensions = lambda engine: _load(engine, "avro")


def _load(engine: Any, name: str) -> None:
    folder = files(f"duckdb_extension_{name}") / "extensions" / f"v{duckdb.__version__}"
    engine.connection.execute(f"LOAD '{folder / f'{name}.duckdb_extension'}'")
