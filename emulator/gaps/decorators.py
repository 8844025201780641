"""The partition in `table$20261001`, for the gaps that the emulator has around it."""

from typing import Any

_FORMATS = {4: "%Y", 6: "%Y%m", 8: "%Y%m%d", 10: "%Y%m%d%H"}


def split(table: str) -> tuple[str, str]:
    """The table and its partition, '' for none."""
    name, _, partition = table.partition("$")
    return name, partition


def in_partition(meta: Any, partition: str) -> str:
    """The rows of a partition, as DuckDB's SQL."""
    return f"strftime(\"{meta.time_partitioning.field}\", '{_FORMATS[len(partition)]}') = '{partition}'"
