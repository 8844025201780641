"""A copy job does not know `table$partition`, of which dbt's copy_partitions is made."""

from typing import Any

import bqemulator.jobs.executor as executor

from emulator.gaps.decorators import in_partition, split


def close() -> None:
    plain = executor._copy_table_into_destination

    async def copy(*, src_table_id: str, dst_table_id: str, **told: Any) -> None:
        (source, from_partition), (target, into_partition) = split(src_table_id), split(dst_table_id)
        if not (from_partition or into_partition):
            return await plain(src_table_id=src_table_id, dst_table_id=dst_table_id, **told)
        context = told["ctx"]
        read = _Table(context, told["src_proj"], told["src_ds"], source)
        written = _Table(context, told["dst_proj"], told["dst_ds"], target)
        async with context.engine.write_lock():
            if told["write_disposition"] == "WRITE_TRUNCATE":
                context.engine.execute(f"DELETE FROM {written.name} WHERE {in_partition(written.meta, into_partition)}")
            chosen = f" WHERE {in_partition(read.meta, from_partition)}" if from_partition else ""
            context.engine.execute(f"INSERT INTO {written.name} BY NAME SELECT * FROM {read.name}{chosen}")

    executor._copy_table_into_destination = copy


class _Table:
    def __init__(self, context: Any, *place: str) -> None:
        self.meta = context.catalog.get_table(*place)
        self.name = executor.quoted_table_ref(*place)
