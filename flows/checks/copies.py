"""Exact copies: accepted rows of a batch that are equal in every column of the record. One of them is kept."""

from __future__ import annotations

from flows.checks.reading import Table, columns_of
from flows.checks.workshop import Workshop
from flows.records import RECORDS


def fold_copies(shop: Workshop, table: Table) -> int:
    """Makes the view `<table>_single` of accepted rows without their copies, and returns how many copies there were.

    Only rows whose key stands more than once are compared as a whole: to find these takes the key's columns alone, and
    mostly there are few. Of copies the one in the file that comes first in the batch is kept.
    """
    connection, name = shop.connection, table.name
    key = f"hash({', '.join(column for column in RECORDS[name].key if column != 'event_date')})"
    wanted = ", ".join(columns_of(name))
    accepted = f"select {wanted}, file from {name} where is_accepted"
    connection.execute(
        f"create temp table {name}_repeated as select {key} as key from {name} group by key having count(*) > 1"
    )
    if not shop.count(f"select count(*) from {name}_repeated"):
        connection.execute(f"create temp view {name}_single as {accepted}")
        return 0
    repeated = f"in (select key from {name}_repeated)"
    connection.execute(
        f"create temp table {name}_folded as select {wanted}, min(file) as file, count(*) as copies "
        f"from {name} where is_accepted and {key} {repeated} group by all"
    )
    connection.execute(
        f"create temp view {name}_single as {accepted} and {key} not {repeated} "
        f"union all select {wanted}, file from {name}_folded"
    )
    return shop.count(f"select sum(copies) - count(*) from {name}_folded")
